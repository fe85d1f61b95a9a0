import FaxEndpoint
import FaxProtocol
import FaxWire
import Foundation
import Synchronization

/// The web server of an emulated device: who may see what, and what a request does. Pages are ``EmulatedPages``'.
final class EmulatedWeb: Sendable {
    let core: EmulatedCore
    private let login: WebLogin
    /// Of the pages for browsers of the newer model.
    private let sessionKey: String

    init(_ core: EmulatedCore) {
        self.core = core
        login = WebLogin(core.faults.password ?? core.model.password)
        sessionKey = WebLogin.token() + WebLogin.token()
    }

    func answer(_ call: HTTPCall) async -> WebServer.Answer {
        if core.faults.slowWeb > .zero { try? await Task.sleep(for: core.faults.slowWeb) }
        // A device that is away answers nothing: the connection ends before a page is there.
        guard core.isUp else { return WebServer.Answer(HTTPReply(200, body: [0x20]), octetsSent: 0) }
        let reply = await (core.model == .spa2102 ? oldPage(call) : newPage(call))
        return WebServer.Answer(reply, octetsSent: core.faults.cutsPages ? reply.body.count / 2 : nil)
    }

    // MARK: - SPA2102

    private func oldPage(_ call: HTTPCall) async -> HTTPReply {
        let pages = EmulatedPages(core)
        if call.method == .get, call.target == "/" { return Self.html(pages.first) }
        guard call.target.hasPrefix("/admin/") else { return HTTPReply(404) }
        if let challenge = login.challenge(for: call) { return challenge }
        switch (call.method, call.target) {
        case (.get, "/admin/"), (.get, "/admin/voice/"), (.get, "/admin/voice/advanced"): return Self.html(pages.whole)
        case (.post, "/admin/voice/bsipura.spa"):
            let names = pages.names
            await apply(FormReader.pairs(call.body).compactMap { pair in names[pair.name].map { ($0, pair.value) } })
            return Self.html(pages.whole)
        case (.get, "/admin/reboot"):
            await reboot()
            return Self.html("<html><body>SPA will reboot when not in use</body></html>")
        case (.get, let target) where target.hasPrefix("/admin/resync?"):
            return await resync(String(target.dropFirst("/admin/resync?".utf8.count)))
        default: return HTTPReply(404)
        }
    }

    // MARK: - SPA112

    private func newPage(_ call: HTTPCall) async -> HTTPReply {
        let path = call.target.prefix { $0 != "&" && $0 != "?" && $0 != ";" }
        let pages = EmulatedPages(core)
        switch (call.method, path) {
        case (.get, "/"): return Self.html(pages.loginPage(sessionKey: nil))
        case (.post, "/login.cgi"):
            let form = FormReader.pairs(call.body)
            let given = form.first { $0.name == "pwd" }?.value
            let isRight = form.first { $0.name == "user" }?.value == "admin" && given == login.formHash
            return Self.html(pages.loginPage(sessionKey: isRight ? sessionKey : nil))
        case (.post, "/apply.cgi"):
            let form = FormReader.pairs(call.body)
            guard form.contains(where: { $0 == ("session_key", sessionKey) }),
                form.contains(where: { $0 == ("submit_button", "Reboot") })
            else { return Self.html(pages.loginPage(sessionKey: nil)) }
            await reboot()
            return Self.html("<html><body>You will be returned to the Login page in 60 seconds</body></html>")
        case (.get, "/admin/resync"):
            return await resync(String(call.target.dropFirst("/admin/resync?".utf8.count)))
        default: break
        }
        guard ["/admin/config.xml", "/admin/status.xml"].contains(path) else { return HTTPReply(404) }
        guard login.isOpen(to: call.target) else { return HTTPReply(401) }
        switch (call.method, path) {
        case (.get, "/admin/status.xml"): return Self.xml(pages.statusXML)
        case (.get, _): return Self.xml(String(decoding: pages.configXML, as: UTF8.self))
        case (.post, "/admin/config.xml"):
            guard let entries = EmulatedPages.entries(of: call.body) else { return HTTPReply(400) }
            await apply(entries)
            return Self.html("<html><body>OK</body></html>")
        case (.post, _), (.put, _): return HTTPReply(404)
        }
    }

    // MARK: - What requests do

    private func apply(_ entries: [(name: String, value: String)]) async {
        let core = core
        // It stops and starts a line, which waits for the network.
        await Task.detached { core.apply(entries) }.value
    }

    private func reboot() async {
        let core = core
        await Task.detached { core.reboot() }.value
    }

    /// Fetches a profile and takes it.
    private func resync(_ url: String) async -> HTTPReply {
        guard let parts = URLComponents(string: url), let host = parts.percentEncodedHost, parts.scheme == "http",
            let http = try? DeviceHTTP("http://\(host)" + (parts.port.map { ":\($0)" } ?? ""))
        else { return Self.html("<html><body>bad URL</body></html>") }
        var call = HTTPCall(.get, parts.percentEncodedPath)
        call.headers = [HTTPCall.Header("User-Agent", "\(core.model.userAgent) (\(core.serialNumber))")]
        await core.log("-- Requesting resync \(url)")
        if let reply = try? await http.send(call), reply.isGood,
            let entries = EmulatedPages.entries(of: reply.body)
        {
            await apply(entries)
            await core.log("-- Successful resync \(url)")
        } else {
            await core.log("-- Resync failed: no profile")
        }
        return Self.html("<html><body>SPA will resync the profile when not in use</body></html>")
    }

    private static func html(_ text: String) -> HTTPReply {
        HTTPReply(200, headers: [HTTPCall.Header("Content-Type", "text/html")], body: Array(text.utf8))
    }

    private static func xml(_ text: String) -> HTTPReply {
        HTTPReply(200, headers: [HTTPCall.Header("Content-Type", "text/xml")], body: Array(text.utf8))
    }
}

/// Passwords of an emulated device: digest for the older model, in the address for the newer one.
struct WebLogin: Sendable {
    private let password: String?
    private let challenge: String

    init(_ password: String?) {
        self.password = password
        challenge = "Digest realm=\"spa admin\", nonce=\"\(Self.token())\", qop=\"auth\", algorithm=MD5"
    }

    static func token() -> String {
        var generator = SystemRandomNumberGenerator()
        return String(String(generator.next() | 1 << 63, radix: 16).prefix(16))
    }

    /// `nil`: the request may pass.
    func challenge(for call: HTTPCall) -> HTTPReply? {
        guard let password, !password.isEmpty else { return nil }
        if let given = call.value("Authorization").flatMap({ SIPAuthentication($0) }),
            let asked = SIPAuthentication(challenge).flatMap({ SIPDigestChallenge($0) }),
            asked.isAnswered(
                by: given, SIPCredentials(username: "admin", password: password),
                method: .other(call.method.rawValue), body: call.body, hash: .crypto)
        {
            return nil
        }
        return HTTPReply(401, headers: [HTTPCall.Header("WWW-Authenticate", challenge)])
    }

    /// `…&xuser=NAME&xpassword=TEXT`
    func isOpen(to target: String) -> Bool {
        let parts = target.split(separator: "&").dropFirst()
        let form = FormReader.pairs(Array(parts.joined(separator: "&").utf8))
        return form.contains { $0 == ("xuser", "admin") } && form.contains { $0 == ("xpassword", password ?? "") }
    }

    var formHash: String { SPAXMLDriver.loginHash(password ?? "") }
}

/// `application/x-www-form-urlencoded`
enum FormReader {
    static let limit = 10_000

    static func pairs(_ body: [UInt8]) -> [(name: String, value: String)] {
        body.split(separator: UInt8(ascii: "&")).prefix(limit).map { part in
            let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(sides[0]), sides.count > 1 ? decoded(sides[1]) : "")
        }
    }

    private static func decoded(_ octets: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        var place = octets.startIndex
        while place < octets.endIndex {
            let octet = octets[place]
            let digits = octets[place...].dropFirst().prefix(2)
            if octet == UInt8(ascii: "%"), digits.count == 2,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                result.append(value)
                place += 3
            } else {
                result.append(octet == UInt8(ascii: "+") ? 0x20 : octet)
                place += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
