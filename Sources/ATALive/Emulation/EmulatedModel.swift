import ATADrivers

/// Which device is stood for. Facts are those that makers' guides and pages of real units give; numbers that nobody gives
/// (`docs/ata.md` lists them) are this emulation's own.
public enum EmulatedModel: String, Sendable, Hashable, CaseIterable {
    case spa2102
    case spa112

    /// As its page names it.
    var product: String { self == .spa2102 ? "SPA-2102" : "SPA112" }
    var firmware: String { self == .spa2102 ? "5.2.10" : "1.4.1(002)" }
    var hardware: String { self == .spa2102 ? "1.1.2(a)" : "1.0.0" }
    /// `User-Agent` of SIP.
    var userAgent: String { self == .spa2102 ? "Linksys/SPA2102-5.2.10" : "Cisco/SPA112-1.4.1(002)" }
    var dialect: SettingDialect { self == .spa2102 ? .spaPages : .spaXML }
    /// What it says of a line that is registered.
    var registered: String { self == .spa2102 ? "Online" : "Registered" }
    /// Before anybody set one; the SPA2102 asks for none.
    var password: String? { self == .spa2102 ? nil : "admin" }
    static let lines = 2
}

/// A setting as the device has it.
struct EmulatedSetting: Sendable, Hashable {
    /// With `_n_` for lines: `FAX_Enable_T38_1_`.
    var name: String
    /// On the page.
    var label: String
    var value: String
    /// Empty: a text.
    var choices: [String] = []
    var isSecret = false
}

extension EmulatedModel {
    /// Device settings first, then those of each line.
    var settings: [EmulatedSetting] {
        let device = Self.ofDevice.map { Self.make($0, line: nil) }
        return device + (1...Self.lines).flatMap { line in ofLine.map { Self.make($0, line: line) } }
    }

    private typealias Row = (name: String, value: String, choices: [String])

    private static func make(_ row: Row, line: Int?) -> EmulatedSetting {
        let label = row.name.split(separator: "_").joined(separator: " ")
        return EmulatedSetting(
            name: line.map { "\(row.name)_\($0)_" } ?? row.name, label: label, value: row.value, choices: row.choices,
            isSecret: ATAConfiguration.isSecret(row.name))
    }

    private static let flag = ["Yes", "No"]

    private static let ofDevice: [Row] = [
        ("RTP_Packet_Size", "0.030", []), ("RTP_Port_Min", "16384", []), ("RTP_Port_Max", "16482", []),
        ("Stats_In_BYE", "No", flag), ("Syslog_Server", "", []), ("Debug_Server", "", []),
        ("Debug_Level", "0", ["0", "1", "2", "3"]), ("Resync_Periodic", "3600", []),
        ("FXS_Port_Impedance", "600", []), ("FXS_Port_Input_Gain", "-3", []), ("FXS_Port_Output_Gain", "-3", []),
    ]

    private var ofLine: [Row] {
        let flag = Self.flag
        let common: [Row] = [
            ("Line_Enable", "Yes", flag), ("Proxy", "", []), ("Register", "Yes", flag),
            ("Make_Call_Without_Reg", "No", flag), ("Ans_Call_Without_Reg", "No", flag),
            ("Register_Expires", "3600", []), ("User_ID", "", []), ("Password", "", []),
            ("Preferred_Codec", "G711u", ["G711u", "G711a", "G726-32", "G729a", "G723"]),
            ("Use_Pref_Codec_Only", "No", flag), ("Silence_Supp_Enable", "No", flag),
            ("Echo_Canc_Enable", "Yes", flag), ("FAX_Enable_T38", "No", flag), ("FAX_T38_Redundancy", "1", []),
            ("FAX_Passthru_Method", "NSE", ["None", "NSE", "ReINVITE"]),
            ("FAX_Passthru_Codec", "G711u", ["G711u", "G711a"]), ("FAX_Codec_Symmetric", "Yes", flag),
            ("FAX_Process_NSE", "Yes", flag), ("FAX_CNG_Detect_Enable", "Yes", flag),
            ("FAX_Disable_ECAN", "No", flag),
            (
                "FAX_Tone_Detect_Mode", "caller or callee", ["caller or callee", "caller only", "callee only"]
            ),
            ("Network_Jitter_Level", "high", ["low", "medium", "high", "very high", "extremely high"]),
            ("Call_Waiting_Serv", "Yes", flag), ("Three_Way_Call_Serv", "Yes", flag),
            ("SIP_Debug_Option", "none", ["none", "1-line", "full"]),
        ]
        switch self {
        case .spa2102:
            return common + [
                ("FAX_CED_Detect_Enable", "Yes", flag), ("Echo_Canc_Adapt_Enable", "Yes", flag),
                ("Echo_Supp_Enable", "Yes", flag),
                ("Jitter_Buffer_Adjustment", "up and down", ["up and down", "up only", "down only", "disable"]),
            ]
        case .spa112:
            return common + [
                ("FAX_T38_ECM_Enable", "Yes", flag), ("FAX_T38_Return_to_Voice", "No", flag),
                ("FAX_V21_Detect_Enable", "Yes", flag), ("Modem_Line", "No", flag),
                ("Jitter_Buffer_Adjustment", "Yes", flag),
            ]
        }
    }
}
