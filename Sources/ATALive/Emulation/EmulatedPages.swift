import ATADrivers
import FaxCore
import FaxStation
import Synchronization

/// What an emulated device shows: pages in the form of the older model, XML in that of the newer one.
struct EmulatedPages {
    private let core: EmulatedCore
    private let line: EmulatedLine.View

    init(_ core: EmulatedCore) {
        self.core = core
        line = core.line.withLock { $0 }?.view ?? EmulatedLine.View()
    }

    // MARK: - SPA2102

    /// Without a login.
    var first: String { page(identity) }
    /// State and settings.
    var whole: String {
        let states = (1...EmulatedModel.lines).map { lineRows($0).map(Self.row).joined(separator: "\n") }
        return page(
            identity + [("External IP", "")], states + ["<form method=POST action=\"bsipura.spa\"><table>"] + fields)
    }

    /// Names of fields in a POST, and what they set.
    var names: [String: String] {
        var names: [String: String] = [:]
        for (place, setting) in core.settings.enumerated() { names[identifier(place, setting)] = setting.name }
        return names
    }

    private func identifier(_ place: Int, _ setting: EmulatedSetting) -> String {
        (setting.isSecret ? "P" : "") + "\(core.firstIdentifier + place * 64)"
    }

    private var fields: [String] {
        core.settings.enumerated().map { place, setting in
            let name = identifier(place, setting)
            if setting.isSecret {
                return
                    "<tr><td>\(setting.label):<td><input type=\"password\" name=\"\(name)\" value=\"\" maxlength=255>"
            }
            let value = FlatProfile.escaped(setting.value)
            if setting.choices.isEmpty {
                return "<tr><td>\(setting.label):<td><input name=\"\(name)\" value=\"\(value)\" maxlength=2047>"
            }
            let options = setting.choices.map {
                "<option\($0 == setting.value ? " selected" : "") value=\"\($0)\">\($0)</option>"
            }
            return "<tr><td>\(setting.label):<td><select name=\"\(name)\">\(options.joined())</select>"
        }
    }

    private func page(_ rows: [(String, String)], _ more: [String] = []) -> String {
        """
        <html><head><title>Linksys SPA Configuration</title></head><body><table>
        \(rows.map(Self.row).joined(separator: "\n"))
        \(more.joined(separator: "\n"))
        </table><input type=submit value="Submit All Changes"></form></body></html>
        """
    }

    private static func row(_ label: String, _ value: String) -> String {
        "<tr><td>\(label):<td><font color=\"darkblue\">\(FlatProfile.escaped(value))</font>"
    }

    // MARK: - What both tell

    private var identity: [(String, String)] {
        [
            ("Product Name", core.model.product), ("Serial Number", core.serialNumber),
            ("Software Version", core.model.firmware), ("Hardware Version", core.model.hardware),
            ("MAC Address", core.macAddress.uppercased()), ("Client Certificate", "Installed"),
            ("Elapsed Time", clock(core.uptime, withDays: true)),
        ]
    }

    private func lineRows(_ number: Int) -> [(String, String)] {
        let state = number == 1 ? line : EmulatedLine.View()
        let isOff = number == 1 && (core.faults.offHook || state.call != nil)
        var rows = [
            ("Hook State", isOff ? "Off" : "On"),
            ("Registration State", state.isRegistered ? core.model.registered : state.hasFailed ? "Failed" : "Offline"),
            ("Message Waiting", "No"),
        ]
        for place in 1...2 {
            rows += callRows(place == 1 ? state.call : nil).map { ("Call \(place) \($0.0)", $0.1) }
        }
        return rows
    }

    private func callRows(_ call: EmulatedLine.Call?) -> [(String, String)] {
        guard let call else { return [("State", "Idle")] }
        let audio = call.carriage.audio
        let t38 = call.carriage.t38
        let isLawA = core.view(line: 1)[.preferredCodec] == .known("pcma")
        let codec = isLawA ? "G711a" : "G711u"
        return [
            ("State", call.isConnected ? "Connected" : call.isIncoming ? "Ringing" : "Proceeding"),
            ("Encoder", codec), ("Decoder", codec), ("FAX", call.isFax ? "Yes" : "No"),
            ("Type", call.isIncoming ? "Inbound" : "Outbound"), ("Peer Phone", call.peer),
            ("Duration", clock(ContinuousClock.now - call.began, withDays: false)),
            ("Packets Recv", "\((audio?.received ?? 0) + (t38?.received ?? 0))"),
            ("Packets Lost", "\((audio?.lost ?? 0) + (t38?.lost ?? 0))"),
            ("Jitter", "\(Int((audio?.jitter ?? .zero).inMilliseconds.rounded())) ms"),
            ("Decode Latency", "\(Int((audio?.delay ?? .zero).inMilliseconds.rounded())) ms"),
        ]
    }

    private func clock(_ time: Duration, withDays: Bool) -> String {
        let seconds = max(0, Int(time.inSeconds))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(seconds / 3_600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        return withDays && seconds >= 86_400 ? "\(seconds / 86_400) days and \(clock)" : clock
    }

    // MARK: - SPA112

    func loginPage(sessionKey: String?) -> String {
        let script = sessionKey.map { "<script>var session_key='\($0)';</script>" } ?? ""
        return """
            <html><head><title>\(core.model.product) Configuration Utility</title>\(script)</head><body>
            <form method=POST action="login.cgi"><input name="user"><input type="password" name="pwd"></form></body></html>
            """
    }

    var configXML: [UInt8] {
        FlatProfile.write(
            ATAConfiguration(
                core.settings.map { ATAConfiguration.Entry($0.name, $0.isSecret ? "" : $0.value, userAccess: "na") }))
    }

    var statusXML: String {
        var lines = identity.map { Self.element($0.0, $0.1) }
        for number in 1...EmulatedModel.lines {
            for (label, value) in lineRows(number) {
                // Some names bear the line's number, others come again for each line.
                let isNumbered = label == "Hook State" || label.hasPrefix("Call ")
                lines.append(Self.element(isNumbered ? "\(label) \(number) " : label, value))
            }
        }
        lines.append("<router-status><Session_ID>0</Session_ID></router-status>")
        return "<?xml version=\"1.0\"?>\n<flat-status>\n\(lines.joined(separator: "\n"))\n</flat-status>\n"
    }

    private static func element(_ label: String, _ value: String) -> String {
        let name = label.map { $0 == " " ? "_" : String($0) }.joined()
        return "<\(name)>\(FlatProfile.escaped(value))</\(name)>"
    }

    /// Of a profile that came; `nil`: it is none.
    static func entries(of profile: [UInt8]) -> [(name: String, value: String)]? {
        (try? FlatProfile.read(profile))?.entries.map { ($0.name, $0.value) }
    }
}
