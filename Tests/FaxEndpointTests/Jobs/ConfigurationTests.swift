import FaxCore
import PlacedText
import Testing

@testable import FaxEndpoint

@Suite struct ConfigurationTests {
    private static let text = """
        line: office
        lines:
          office:
            number: "+1 555 0100"
            domain: pbx.example.com
            registrar: sip:pbx.example.com
            proxy: 192.0.2.1:5060
            listen: 192.0.2.5:5060
            media-ports: 20000-20999
            header: Example Inc.
            password-env: OFFICE_SECRET
            transport: g711
            max-rate: 9600
          branch: {user: "200", password-file: secrets/branch, profile: careful}
        profiles:
          careful: {policy: flip-flop, policy-expiry: 30m, max-rate: 4800, ecm: true, tries: 5}
        """

    @Test func theNearerOneCounts() throws {
        let configuration = try Configuration(yaml: Self.text, folder: "/etc/fax")
        let office = try configuration.choices(line: nil, profile: nil)
        #expect(office.call.transport == .g711 && office.call.maxRate == 9_600 && office.ownUser == "+15550100")
        #expect(office.profile.identification == "+1 555 0100" && office.profile.pageHeader == "Example Inc.")
        #expect(office.mediaPorts == 20_000...20_999 && office.password == .environment("OFFICE_SECRET"))
        let careful = try configuration.choices(line: "office", profile: "careful")
        #expect(careful.call.transport == nil && careful.call.policy == .flipFlop && careful.call.maxRate == 4_800)
        #expect(careful.call.fullPolicy?.expiry == .seconds(1_800) && careful.registrar == "sip:pbx.example.com")
        let branch = try configuration.choices(line: "branch", profile: nil)
        #expect(branch.call.tries == 5 && branch.password == .file("/etc/fax/secrets/branch"))
        var given = EndpointChoices()
        given.call.transport = .t38
        given.call.maxRate = 14_400
        let chosen = given.over(careful)
        #expect(chosen.call.transport == .t38 && chosen.call.policy == nil && chosen.call.maxRate == 14_400)
        #expect(chosen.call.tries == 5 && chosen.domain == "pbx.example.com")
    }

    /// Line, column, and words of the problem.
    private static let bad: [(String, Int, Int, String)] = [
        ("", 1, 1, "empty"), ("lines: [a]", 1, 8, "mapping"), ("linse: {}", 1, 1, "meant is perhaps 'lines'"),
        ("lines:\n  a:\n    passwort-env: X\n", 3, 5, "meant is perhaps 'password-env'"),
        ("lines:\n  a:\n    password: hunter2\n", 3, 5, "does not stand in a configuration"),
        ("lines:\n  a: {password-env: A, password-file: b}\n", 2, 39, "exclude"),
        ("lines:\n  a: {transport: t37}\n", 2, 18, "meant is perhaps 't38'"),
        ("lines:\n  a: {max-rate: 12001}\n", 2, 17, "14400, 12000, 9600"),
        ("lines:\n  a: {id: fax}\n", 2, 11, "digits"), ("lines:\n  a: {listen: nowhere}\n", 2, 15, "IP address"),
        ("lines:\n  a: {profile: x}\n", 2, 16, "no profile is called 'x'"),
        ("profiles:\n  a: {listen: 127.0.0.1:1}\n", 2, 7, "unknown field 'listen'"),
        ("profiles:\n  a: {transport: t38, policy: t38-only}\n", 2, 31, "exclude"),
        ("profiles:\n  a: {retry-pause: soon}\n", 2, 20, "such as 90s"), ("line: x\n", 1, 7, "no line is called 'x'"),
    ]

    @Test(arguments: bad)
    func whatIsWrongHasItsPlace(text: String, line: Int, column: Int, problem: String) {
        let error = #expect(throws: PlacedError.self) { try Configuration(yaml: text) }
        #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
        #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
        #expect(error?.problem.contains("hunter2") != true)
    }

    @Test func anUnknownNameIsTold() throws {
        let configuration = try Configuration(yaml: Self.text)
        #expect(
            throws: Configuration.Failure(
                description: "no line is called 'ofice', meant is perhaps 'office'; there are: office, branch")
        ) { try configuration.choices(line: "ofice", profile: nil) }
    }

    private static let keys: OptionKeys = {
        var keys = OptionKeys()
        keys.names = ["resolution", "t38-ec"]
        keys.secrets = ["sid"]
        keys.files = ["tls-ca"]
        keys.problem = { name, value in name == "resolution" && value != "fine" ? "resolution is fine" : nil }
        return keys
    }()

    /// What commands have beside: the nearer one counts, secrets stay where they are, files are found.
    @Test func optionsOfCommands() throws {
        let text = """
            lines:
              a: {resolution: fine, t38-ec: none, sid-env: SID, tls-ca: ca.pem, listen: ["tls:127.0.0.1", "udp:[::1]:5070"]}
            profiles:
              b: {t38-ec: fec}
            """
        let choices = try Configuration(yaml: text, folder: "/etc/fax", options: Self.keys).choices(
            line: "a", profile: "b")
        #expect(
            choices.call.options == [
                OptionChoice("t38-ec", .text("fec")), OptionChoice("resolution", .text("fine")),
                OptionChoice("sid", .secret(.environment("SID"))), OptionChoice("tls-ca", .text("/etc/fax/ca.pem")),
            ])
        #expect(try choices.call.options.map { try $0.word(["SID": "42"]) }.contains("--sid=42"))
        #expect(choices.listen == ["tls:127.0.0.1", "udp:[::1]:5070"])
    }

    private static let badOptions: [(String, Int, Int, String)] = [
        ("lines:\n  a: {resolution: fein}\n", 2, 19, "resolution is fine"),
        ("lines:\n  a: {sid: hunter2}\n", 2, 7, "sid-env"),
        ("profiles:\n  a: {tls-ca: x}\n", 2, 7, "unknown field 'tls-ca'"),
        ("profiles:\n  a: {t38-ek: none}\n", 2, 7, "meant is perhaps 't38-ec'"),
        ("lines:\n  a: {listen: [\"127.0.0.1:5060\", \"tcp:nowhere\"]}\n", 2, 34, "IP address"),
        ("lines:\n  a: {proxy: \"tls:\"}\n", 2, 14, "no proxy such as"),
    ]

    @Test(arguments: badOptions)
    func whatIsWrongInAnOptionHasItsPlace(text: String, line: Int, column: Int, problem: String) {
        let error = #expect(throws: PlacedError.self) { try Configuration(yaml: text, options: Self.keys) }
        #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
        #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
        #expect(error?.problem.contains("hunter2") != true)
    }

    private static let patterns: [(String, String, Bool)] = [
        ("sip:555*@pbx.example.com", "sip:5551234@pbx.example.com", true),
        ("sip:555*@pbx.example.com", "sip:5551234@PBX.example.com;transport=tls", true),
        ("sip:555*@pbx.example.com", "sip:5661234@pbx.example.com", false),
        ("sip:555*@pbx.example.com", "sip:5551234@pbx.example.com.evil", false), ("*", "sip:1@h", true),
        ("*@h", "sip:1@h", true), ("sip:1@h*", "sip:1@h", true), ("sip:1@h", "sip:11@h", false),
        ("*1*2*", "sip:2@1", false), ("*1*2*", "sip:1@2", true), ("**@**", "sip:1@h", true),
        (String(repeating: "*a", count: 100), "sip:" + String(repeating: "a", count: 99) + "b", false),
    ]

    @Test(arguments: patterns) func whatAPatternFits(pattern: String, uri: String, fits: Bool) {
        #expect(DestinationRule(pattern, CallChoices()).fits(uri) == fits)
    }

    /// Row, command line, rule, profile, line.
    @Test func rulesForDestinations() throws {
        let text = """
            lines: {a: {max-rate: 4800, tries: 2, header: line}}
            destinations:
              - {match: "sip:555*@*", policy: audio-only, max-rate: 9600, tries: 5}
              - {match: "sip:5*@*", policy: flip-flop}
            """
        let choices = try Configuration(yaml: text).choices(line: "a", profile: nil)
        var settings = JobSettings()
        (settings.choices, settings.destinations) = (choices.call, choices.destinations)
        settings.given.tries = 7
        var job = FaxJob(key: "a", label: "a", destination: "sip:5551234@h", files: [])
        #expect(settings.choices(of: job).policy == .audioOnly && settings.choices(of: job).maxRate == 9_600)
        #expect(settings.choices(of: job).tries == 7 && settings.choices(of: job).pageHeader == "line")
        job.choices.transport = .t38
        #expect(settings.choices(of: job).policy == nil && settings.choices(of: job).transport == .t38)
        #expect(settings.choices(towards: "sip:5661234@h").policy == .flipFlop)
        #expect(settings.choices(towards: "sip:6@h").policy == nil)
        settings.given.tries = nil
        #expect(!settings.isOneCall("sip:566@h") && settings.forOneFax("sip:566@h").given.tries == 2)
    }

    private static let badRules: [(String, Int, Int, String)] = [
        ("destinations: {a: b}\n", 1, 15, "list is wanted"),
        ("destinations:\n  - {policy: t38-only}\n", 2, 5, "'match' is missing"),
        ("destinations:\n  - {match: a, polcy: t38-only}\n", 2, 16, "meant is perhaps 'policy'"),
        ("destinations:\n  - {match: a, concurrency: 2}\n", 2, 16, "unknown field"),
    ]

    @Test(arguments: badRules)
    func whatIsWrongInARuleHasItsPlace(text: String, line: Int, column: Int, problem: String) {
        let error = #expect(throws: PlacedError.self) { try Configuration(yaml: text) }
        #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
        #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
    }

    @Test func passwordsComeFromElsewhere() throws {
        #expect(try PasswordSource.environment("A").read(["A": "x"]) == "x")
        #expect(throws: PasswordSource.Missing.self) { try PasswordSource.environment("A").read([:]) }
        #expect(throws: FileOctets.Failure.self) { try PasswordSource.file("/nowhere/at/all").read([:]) }
    }
}
