/// All rows. What another program needs is started by its row and ended by it.
public enum InteropMatrix {
    /// Those that take long come first, so that the others run beside them.
    public static var rows: [InteropRow] {
        OwnRows.all.reversed() + ATARows.all + SIPpRows.all + BaresipRows.all + KamailioRows.all + RTPEngineRows.all
    }

    /// Fax software on soft modems, and fax servers; tried when it is asked for, as its faxes take long.
    public static var software: [InteropRow] { SoftwareRows.all + IAXModemRows.all + ServerRows.all }

    /// The other programs and what they say of their versions.
    public static var versions: [(program: String, version: String)] {
        [
            ("SIPp", SIPp.version), ("baresip", Baresip.version), ("kamailio", Kamailio.version),
            ("rtpengine", RTPEngine.version), ("HylaFAX", HylaFAX.version), ("efax", Efax.version),
            ("iaxmodem", IAXModem.version),
        ]
    }
}
