import ATADrivers
import FaxEndpoint
import FaxProtocol

/// SPA112, SPA122, ATA191 and ATA192: `config.xml` and `status.xml`; restarts go through the pages for browsers.
public struct SPAXMLDriver: ATADriver {
    public let family = ATAFamily.spaXML
    public var dialect: SettingDialect? { .spaXML }
    private let http: any HTTPExchange
    private let credentials: DeviceCredentials

    public init(_ http: any HTTPExchange, _ credentials: DeviceCredentials) {
        self.http = http
        self.credentials = credentials
    }

    public func identify() async throws(ATAFailure) -> ATAIdentity {
        guard let identity = try await status().identity else { throw .unreadable("status.xml names no product") }
        return identity
    }

    public func readConfiguration() async throws(ATAFailure) -> ATAConfiguration {
        do {
            return try FlatProfile.read(try await document("config.xml").body)
        } catch let error as ATAFailure {
            throw error
        } catch {
            throw .unreadable("config.xml: \(error)")
        }
    }

    public func write(_ entries: [ATAConfiguration.Entry]) async throws(ATAFailure) {
        var call = HTTPCall(.post, try target("config.xml"))
        call.headers = [HTTPCall.Header("Content-Type", "application/x-www-form-urlencoded")]
        call.body = FlatProfile.write(ATAConfiguration(entries))
        _ = try await checked(call)
    }

    public func status() async throws(ATAFailure) -> ATAStatus {
        do {
            return try ATAStatus(statusXML: try await document("status.xml").body)
        } catch let error as ATAFailure {
            throw error
        } catch {
            throw .unreadable("status.xml: \(error)")
        }
    }

    public func resync(from url: String) async throws(ATAFailure) { _ = try await http.page("/admin/resync?\(url)") }

    // MARK: - Its documents

    /// Name and password stand behind the path, with `&` where others have `?`.
    private func target(_ document: String) throws(ATAFailure) -> String {
        guard let password = credentials.password else { throw .passwordWanted(realm: credentials.user) }
        return "/admin/\(document)&xuser=\(FormText.encoded(credentials.user))&xpassword=\(FormText.encoded(password))"
    }

    private func document(_ name: String) async throws(ATAFailure) -> HTTPReply {
        try await checked(HTTPCall(.get, try target(name)))
    }

    private func checked(_ call: HTTPCall) async throws(ATAFailure) -> HTTPReply {
        do {
            return try await http.page(call)
        } catch .refused(status: 401, _) {
            throw .wrongPassword(user: credentials.user)
        } catch .refused(status: 403, _) {
            throw .wrongPassword(user: credentials.user)
        }
    }

    // MARK: - Restart

    public func reboot() async throws(ATAFailure) {
        let key = try await sessionKey()
        let form = "submit_button=Reboot&gui_action=Apply&need_reboot=1&session_key=\(key)"
        _ = try await http.page(.form("/apply.cgi;session_id=\(key)", form))
    }

    private func sessionKey() async throws(ATAFailure) -> String {
        guard let password = credentials.password else { throw .passwordWanted(realm: credentials.user) }
        let form =
            "submit_button=login&keep_name=0&enc=1&user=\(FormText.encoded(credentials.user))"
            + "&pwd=\(Self.loginHash(password))"
        let page = String(decoding: try await http.page(.form("/login.cgi", form)).body, as: UTF8.self)
        guard let mark = page.firstRange(of: "session_key='") else { throw .wrongPassword(user: credentials.user) }
        let key = page[mark.upperBound...].prefix { $0.isHexDigit && $0.isASCII }
        guard key.utf8.count == 32 else { throw .wrongPassword(user: credentials.user) }
        return String(key)
    }

    /// MD5 of 64 octets: the password and the two digits of its length, again and again.
    static func loginHash(_ password: String) -> String {
        let count = password.utf8.count
        let unit = Array(password.utf8) + Array((count < 10 ? "0\(count)" : "\(count)").utf8)
        let text = (0..<64).map { unit[$0 % unit.count] }
        return SIPDigestHash.crypto.md5(text).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
