import ATADrivers
import Foundation

/// HT8xx with the newer web interface: values by P-number, a session from a login. It asks for pages with an `Origin` and a
/// `Referer` of its own. Older firmware has another login, and no way to read values that is known here.
public actor GrandstreamDriver: ATADriver {
    public nonisolated let family = ATAFamily.grandstream
    public nonisolated var dialect: SettingDialect? { .grandstream }
    private let http: any HTTPExchange
    private let credentials: DeviceCredentials
    private let origin: String
    private var session: String?
    /// These devices lock out after some failed logins.
    private var wasRefused = false

    /// - Parameter origin: scheme, host and port of the device.
    public init(_ http: any HTTPExchange, _ credentials: DeviceCredentials, origin: String) {
        self.http = http
        self.credentials = credentials
        self.origin = origin
    }

    public func identify() async throws(ATAFailure) -> ATAIdentity {
        let page = SPAInfoPage(try await http.page("/").body)
        let model = page.value("Product Model") ?? Self.model(in: page.title)
        guard let model else { throw .unreadable("its first page names no model") }
        var identity = ATAIdentity(vendor: "Grandstream", model: model.uppercased(), source: .webPage)
        identity.serialNumber = page.value("Serial Number")
        return identity
    }

    private static func model(in title: String) -> String? {
        title.split(separator: " ").first { $0.uppercased().hasPrefix("HT") && $0.contains(where: \.isNumber) }
            .map(String.init)
    }

    public func readConfiguration() async throws(ATAFailure) -> ATAConfiguration {
        let names = SettingDialect.grandstream.nativeNames
        let answer = try await ask("api.values.get", "request=\(names.joined(separator: ":"))")
        let entries = names.compactMap { name in
            answer[name].map { ATAConfiguration.Entry(name, $0) }
        }
        guard !entries.isEmpty else { throw .unreadable("the device gave none of its values") }
        return ATAConfiguration(entries)
    }

    public func write(_ entries: [ATAConfiguration.Entry]) async throws(ATAFailure) {
        let form = entries.map { "\(FormText.encoded($0.name))=\(FormText.encoded($0.value))" }
        _ = try await ask("api.values.post", form.joined(separator: "&"))
    }

    public func status() async throws(ATAFailure) -> ATAStatus {
        // What its status document looks like is not known: lines stay unknown.
        var status = ATAStatus()
        status.identity = try await identify()
        return status
    }

    public func reboot() async throws(ATAFailure) { _ = try await ask("api-sys_operation", "request=REBOOT") }

    // MARK: - Its session

    private func ask(_ page: String, _ form: String) async throws(ATAFailure) -> [String: String] {
        let session = try await openSession()
        let reply = try await post("/cgi-bin/\(page)", "\(form)&sid=\(FormText.encoded(session))")
        return try Self.body(reply, page)
    }

    private func openSession() async throws(ATAFailure) -> String {
        if let session { return session }
        guard let password = credentials.password else { throw .passwordWanted(realm: credentials.user) }
        guard !wasRefused else { throw .wrongPassword(user: credentials.user) }
        let form = "username=\(FormText.encoded(credentials.user))&password=\(FormText.encoded(password))"
        let reply = try await post("/cgi-bin/dologin", form)
        guard let body = try? Self.body(reply, "dologin"), let opened = body["sid"] else {
            wasRefused = true
            guard reply.text.first(where: { !$0.isWhitespace }) == "{" else {
                throw .unsupported(
                    "the device has the older web interface, which is not driven here: use --family generic, a "
                        + "gs_provision file and `faxprobe ata guide`")
            }
            throw .wrongPassword(user: credentials.user)
        }
        session = opened
        return opened
    }

    private func post(_ target: String, _ form: String) async throws(ATAFailure) -> HTTPReply {
        var call = HTTPCall.form(target, form)
        call.headers += [HTTPCall.Header("Origin", origin), HTTPCall.Header("Referer", origin + "/")]
        return try await http.page(call)
    }

    private struct Answer: Decodable {
        var response: String
        var body: [String: Value]?

        /// A text, a number or a flag; anything else is left out.
        enum Value: Decodable {
            case text(String)
            case other

            init(from decoder: any Decoder) throws {
                let box = try decoder.singleValueContainer()
                if let text = try? box.decode(String.self) {
                    self = .text(text)
                } else if let number = try? box.decode(Int.self) {
                    self = .text("\(number)")
                } else {
                    self = .other
                }
            }
        }
    }

    private static func body(_ reply: HTTPReply, _ page: String) throws(ATAFailure) -> [String: String] {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(reply.body)) else {
            throw .unreadable("\(page) gave no JSON document of the form that is known")
        }
        guard answer.response == "success" else { throw .unreadable("\(page) tells '\(answer.response.prefix(40))'") }
        return (answer.body ?? [:]).compactMapValues { if case .text(let text) = $0 { text } else { nil } }
    }
}
