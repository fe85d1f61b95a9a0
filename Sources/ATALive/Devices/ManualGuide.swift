import ATADrivers

/// Steps by hand, where a device's web server is closed or its model is not known: what to dial on a telephone at its port.
/// The codes are those of the SPA family; of others only what is known is told.
public enum ManualGuide {
    public struct Step: Sendable, Hashable {
        /// What to dial; empty: something else is to be done.
        public var dial: String
        public var text: String
    }

    public static func steps(_ family: ATAFamily) -> [Step] {
        switch family {
        case .spaPages, .spaXML:
            [
                Step(dial: "****", text: "the configuration menu: a voice answers"),
                Step(dial: "110#", text: "reads the address on the Internet (WAN) side: the one to give to faxprobe"),
                Step(dial: "210#", text: "reads the address on the LAN side, of models with a router"),
                Step(dial: "150#", text: "reads the firmware version"),
                Step(dial: "140#", text: "reads the MAC address"),
                Step(dial: "7932#", text: "web server on the WAN side: then 1 switches it on, 0 off (# ends an entry)"),
                Step(dial: "732668#", text: "restarts the device (REBOOT)"),
                Step(
                    dial: "73738#",
                    text: "all settings as from the factory (RESET), after 1#: take a backup before; passwords are lost"
                ),
                Step(dial: "877778#", text: "the user's settings as from the factory (USRRST), after 1#"),
                Step(dial: "", text: "changes apply when you hang up; the menu ends by itself after a minute"),
                Step(
                    dial: "*99", text: "before a number: modem mode for that call (echo canceller and call waiting off)"
                ),
                Step(dial: "*027110", text: "before a number: G.711 µ-law only for that call; *027111 is A-law"),
            ]
        case .grandstream:
            [
                Step(dial: "***", text: "the menu: a voice answers"),
                Step(dial: "02", text: "reads the address: the one to give to faxprobe"),
            ]
        case .generic:
            [
                Step(dial: "", text: "no codes are known for this model: see its manual"),
                Step(
                    dial: "", text: "`faxprobe ata audit FILE --fix PROFILE` writes a profile for the families it knows"
                ),
            ]
        }
    }
}
