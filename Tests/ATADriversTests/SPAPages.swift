import ATADrivers

/// Pages in the form that units of the SPA family give: one form, opaque numbers for names, labels in the cell before,
/// lines one after the other, tags left open.
enum SPAPages {
    struct Setting {
        var label: String
        var value: String
        var choices: [String] = []
        var isPassword = false
    }

    static let flags = ["Yes", "No"]

    static let line: [Setting] = [
        Setting(label: "Line Enable", value: "Yes", choices: flags),
        Setting(label: "Proxy", value: "sip.example.com"),
        Setting(label: "User ID", value: "5551234"),
        Setting(label: "Password", value: "", isPassword: true),
        Setting(label: "Preferred Codec", value: "G711u", choices: ["G711u", "G711a", "G726-32", "G729a", "G723"]),
        Setting(label: "Silence Supp Enable", value: "No", choices: flags),
        Setting(label: "Echo Canc Enable", value: "Yes", choices: flags),
        Setting(label: "FAX Enable T38", value: "No", choices: flags),
        Setting(label: "FAX T38 Redundancy", value: "1"),
        Setting(label: "FAX Passthru Method", value: "NSE", choices: ["None", "NSE", "ReINVITE"]),
        Setting(
            label: "FAX Tone Detect Mode", value: "caller or callee",
            choices: ["caller or callee", "caller only", "callee only"]),
        Setting(
            label: "Network Jitter Level", value: "high",
            choices: ["low", "medium", "high", "very high", "extremely high"]),
        Setting(
            label: "Jitter Buffer Adjustment", value: "up and down",
            choices: ["up and down", "up only", "down only", "disable"]),
        Setting(label: "Call Waiting Serv", value: "Yes", choices: flags),
    ]

    /// - Parameter lines: settings of each line.
    static func settings(_ lines: [[Setting]]) -> [UInt8] {
        var number = 100
        func row(_ setting: Setting) -> String {
            number += 64
            if setting.isPassword {
                return
                    "<tr><td>\(setting.label):<td><input type=\"password\" name=\"P\(number)\" value=\"\" maxlength=255>"
            }
            if setting.choices.isEmpty {
                return
                    "<tr><td>\(setting.label):<td><input class=\"inputc\" name=\"\(number)\" value=\"\(setting.value)\" maxlength=2047>"
            }
            let options = setting.choices.map {
                "<option\($0 == setting.value ? " selected" : "") value=\"\($0)\">\($0)</option>"
            }
            return "<tr><td>\(setting.label):<td><select name=\"\(number)\">\(options.joined())</select>"
        }
        let global = [
            Setting(label: "RTP Packet Size", value: "0.030"),
            Setting(label: "Stats In BYE", value: "No", choices: flags),
        ]
        let rows = (global + lines.flatMap { $0 }).map(row)
        return Array(
            """
            <html><head><title>Linksys SPA Configuration</title><script>var a = "<input name='1'>";</script></head>
            <body><form method=POST action="bsipura.spa"><table>
            \(rows.joined(separator: "\n"))
            </table><input type=submit value="Submit All Changes"></form></body></html>
            """.utf8)
    }

    static let state = Array(
        """
        <html><title>Linksys SPA Configuration</title><body><table>
        <tr><td>Product Name:<td><font color="darkblue">SPA-2102</font><td>Serial Number:<td><font color="darkblue">FM500H000000</font>
        <tr><td>Software Version:<td><font color="darkblue">5.2.10</font><td>Hardware Version:<td><font color="darkblue">1.1.2(a)</font>
        <tr><td>MAC Address:<td><font color="darkblue">000E08AABBCC</font><td>Client Certificate:<td><font color="darkblue">Installed</font>
        <tr><td>Elapsed Time:<td><font color="darkblue">18 days and 21:37:28</font><td>External IP:<td><font color="darkblue"></font>
        <tr><td>Hook State:<td><font color="darkblue">Off</font><td>Registration State:<td><font color="darkblue">Online</font>
        <tr><td>Next Registration In:<td><font color="darkblue">2543 s</font>
        <tr><td>Call 1 State:<td><font color="darkblue">Connected</font><td>Call 1 Encoder:<td><font color="darkblue">G711u</font>
        <tr><td>Call 1 FAX:<td><font color="darkblue">Yes</font><td>Call 1 Type:<td><font color="darkblue">Outbound</font>
        <tr><td>Call 1 Packets Lost:<td><font color="darkblue">12</font><td>Call 1 Packets Recv:<td><font color="darkblue">4294967260</font>
        <tr><td>Call 1 Jitter:<td><font color="darkblue">30 ms</font><td>Call 2 State:<td><font color="darkblue">Idle</font>
        <tr><td>Hook State:<td><font color="darkblue">On</font><td>Registration State:<td><font color="darkblue">Failed</font>
        <tr><td>Call 1 State:<td><font color="darkblue">Idle</font><td>Call 2 State:<td><font color="darkblue">Idle</font>
        </table></body></html>
        """.utf8)
}
