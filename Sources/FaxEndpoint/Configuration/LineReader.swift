import FaxCore
import FaxWire
import PlacedText

/// Reads one line of a configuration.
struct LineReader {
    let options: OptionReader
    let profiles: [String]

    func line(_ name: String, _ value: YAMLValue) throws(PlacedError) -> Configuration.Line {
        var fields = try FieldReader(value, "a line")
        var choices = EndpointChoices()
        choices.number = try CallChoicesReader.checked(fields.take("number"), CallText.identificationProblem)
        choices.user = try CallChoicesReader.checked(fields.take("user"), OptionReader.wordProblem)
        choices.domain = try CallChoicesReader.checked(fields.take("domain"), OptionReader.wordProblem)
        choices.registrar = try CallChoicesReader.checked(fields.take("registrar"), Self.uriProblem)
        choices.proxy = try CallChoicesReader.checked(fields.take("proxy"), SIPTarget.proxyProblem)
        for place in try fields.texts("listen") {
            if let text = try CallChoicesReader.checked(place, Self.listenProblem) { choices.listen.append(text) }
        }
        if let place = fields.take("advertise") {
            guard let address = IPAddress(try place.text()) else { throw place.error("wants an IP address") }
            choices.advertise = address
        }
        if let place = fields.take("media-ports") {
            guard let ports = EndpointText.ports(try place.text()) else {
                throw place.error("wants two ports, such as 20000-29999")
            }
            choices.mediaPorts = ports
        }
        choices.password = try options.secret("password", &fields)
        choices.call = try CallChoicesReader.read(&fields)
        choices.call.options = try options.read(&fields) + options.files(&fields)
        let profile = try Configuration.reference(fields.take("profile"), profiles, "profile")
        try fields.finish()
        return Configuration.Line(name: name, choices: choices, profile: profile)
    }

    private static func uriProblem(_ text: String) -> String? {
        SIPURI(text).host == nil ? "wants a SIP URI such as sip:pbx.example.com" : nil
    }

    private static func listenProblem(_ text: String) -> String? {
        EndpointText.paths(text, port: 5_060) == nil
            ? "wants an IP address and a port, such as 192.0.2.1:5060 or tls:192.0.2.1:5061" : nil
    }
}
