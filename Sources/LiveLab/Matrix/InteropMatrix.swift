/// All rows. What another program needs is started by its row and ended by it.
public enum InteropMatrix {
    /// Those that take long come first, so that the others run beside them.
    public static var rows: [InteropRow] {
        OwnRows.all.reversed() + SIPpRows.all + BaresipRows.all + KamailioRows.all + RTPEngineRows.all
    }

    /// The other programs and what they say of their versions.
    public static var versions: [(program: String, version: String)] {
        [
            ("SIPp", SIPp.version), ("baresip", Baresip.version), ("kamailio", Kamailio.version),
            ("rtpengine", RTPEngine.version),
        ]
    }
}
