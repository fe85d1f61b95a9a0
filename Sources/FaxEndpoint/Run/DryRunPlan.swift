import FaxCore
import FaxDSP
import FaxProtocol
import FaxReport
import Glibc

/// What a command would do, found out without a socket and without a call.
public struct DryRunPlan: Sendable {
    private var members: [JSONValue.Member]

    public init(_ command: String) { members = [.init("event", .string("plan")), .init("command", .string(command))] }

    public mutating func add(_ name: String, _ value: JSONValue) { members.append(.init(name, value)) }

    /// What another plan says of the same command.
    public mutating func add(_ other: DryRunPlan) { members += other.members.dropFirst(2) }

    /// One line of JSON, or lines for people.
    public func text(json: Bool) -> String {
        if json { return JSONWriter.text(.object(members), style: .line) + "\n" }
        return members.dropFirst().map { Self.lines($0.name, $0.value, indent: "") }.joined()
    }

    private static func lines(_ name: String, _ value: JSONValue, indent: String) -> String {
        let title = name.replacing("_", with: " ")
        switch value {
        case .object(let members):
            return "\(indent)\(title):\n" + members.map { lines($0.name, $0.value, indent: indent + "  ") }.joined()
        case .array(let values):
            if values.isEmpty { return "\(indent)\(title): none\n" }
            if let words = words(values) { return "\(indent)\(title): \(words)\n" }
            return values.enumerated().map { lines("\(name) \($0.offset + 1)", $0.element, indent: indent) }.joined()
        case .string(let text):
            return "\(indent)\(title): \(text.isEmpty ? "none" : TerminalText.harmless(text, limit: 400))\n"
        case .null: return "\(indent)\(title): none\n"
        case .bool(let flag): return "\(indent)\(title): \(flag ? "yes" : "no")\n"
        case .decimal where name.hasSuffix("_at"):
            let seconds = Double(JSONWriter.text(value, style: .line)) ?? 0
            return "\(indent)\(title): \(UTCDate.text(Instant(seconds: seconds)))\n"
        case .integer, .decimal: return "\(indent)\(title): \(JSONWriter.text(value, style: .line))\n"
        }
    }
}

extension DryRunPlan {
    /// `nil`: they are no texts.
    private static func words(_ values: [JSONValue]) -> String? {
        var words: [String] = []
        for value in values {
            guard case .string(let text) = value else { return nil }
            words.append(TerminalText.harmless(text, limit: 400))
        }
        return words.joined(separator: ", ")
    }

    /// The machine itself. Of secrets only where they come from.
    public mutating func add(
        _ settings: EndpointSettings, password: PasswordSource?, registration: RegistrationRequest?
    ) {
        add("listen", .array(settings.ports.map { .string(Self.text($0)) }))
        let tls = settings.tls
        add("tls_certificate", .optional(tls.certificatePath))
        add("tls_authorities", .string(tls.isInsecure ? "anybody is believed" : tls.authorityPath ?? "the system's"))
        add("advertise", .optional(settings.advertised?.description))
        add("media_ports", .string("\(settings.mediaPorts.lowerBound)-\(settings.mediaPorts.upperBound)"))
        add("user", .string(settings.user))
        add("domain", .optional(settings.domain))
        let place = password?.place ?? "from the environment variable FAXPROBE_PASSWORD"
        add("password", settings.credentials.isEmpty ? .null : .string(place))
        if let registrar = registration?.registrar {
            add("registrar", .string("\(registrar.uri) at \(registrar.path.text)"))
        }
        add("record", .optional(settings.recordPath))
    }

    private static func text(_ path: SIPPath) -> String {
        path.endpoint.port == 0
            ? "\(path.transport.rawValue.lowercased()):\(path.endpoint.address), any port" : path.text
    }

    public mutating func add(calls settings: EndpointSettings) {
        add("transport", .string(settings.transport.rawValue))
        add("fax", Self.document(settings.fax))
    }

    public mutating func add(_ answering: String, calls: Int?, settings: EndpointSettings) {
        add("folder", .string(answering))
        add("calls", .optional(calls))
        add("allow", .array(settings.allowedCallers.map { .string("\($0)") }))
        let limits = settings.limits
        add(
            "limits",
            .object([
                .init("calls_at_once", .integer(limits.calls)), .init("of_one_source", .integer(limits.callsPerSource)),
                .init("call_s", .seconds(limits.callDuration)),
            ]))
    }

    static func document(_ profile: FaxProfile) -> JSONValue {
        .object([
            .init("id", .string(profile.identification)), .init("header", .string(profile.pageHeader)),
            .init("max_rate_bps", .integer(profile.maxRate)), .init("ecm", .bool(profile.hasECM)),
            .init("resolutions", .array(profile.abilities.resolutions.map { .string($0.rawValue) })),
            .init("width", .string(profile.abilities.width.rawValue)),
            .init("length", .string(profile.abilities.length.rawValue)),
            .init("compressions", .array(profile.compressions.map { .string("\($0)") })),
        ])
    }

    /// Where faxes would be kept: it is there and may be written, or can be made.
    public static func folderProblem(_ path: String) -> String? {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { return "\(path) is no folder" }
            return access(path, W_OK | X_OK) == 0 ? nil : "\(path) cannot be written"
        }
        let parent = DurableFile.folder(of: path)
        return access(parent, W_OK | X_OK) == 0 ? nil : "\(path) cannot be made: \(String(cString: strerror(errno)))"
    }
}
