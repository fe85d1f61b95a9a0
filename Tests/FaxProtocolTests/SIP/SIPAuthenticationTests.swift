import FaxCore
import FaxWire
import Foundation
import Testing

@testable import FaxProtocol

@Suite("Digest authentication (RFC 7616, RFC 8760)")
struct SIPAuthenticationTests {
    /// The hashes as the commands md5sum and sha256sum compute them.
    static let systemHash = SIPDigestHash(
        md5: { Self.run("md5sum", $0) }, sha256: { Self.run("sha256sum", $0) })

    private static func run(_ command: String, _ octets: [UInt8]) -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [command]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        guard (try? process.run()) != nil else { return [] }
        input.fileHandleForWriting.write(Data(octets))
        try? input.fileHandleForWriting.close()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let digits = text.prefix { $0 != 0x20 }
        return stride(from: digits.startIndex, to: digits.endIndex - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
        }
    }

    /// The example of RFC 2617 §3.5 and those of RFC 7616 §3.9.1.
    @Test(
        "The examples of the RFCs",
        arguments: [
            (
                "MD5", "testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", "Mufasa", "Circle Of Life",
                "0a4f113b", "6629fae49393a05397450978507c4ef1"
            ),
            (
                "MD5", "http-auth@example.org", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "Mufasa",
                "Circle of Life", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "8ca523f5e9506fed4657c9700eebdbec"
            ),
            (
                "SHA-256", "http-auth@example.org", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "Mufasa",
                "Circle of Life", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
            ),
        ])
    func examples(
        _ row: (
            algorithm: String, realm: String, nonce: String, user: String, password: String, cnonce: String,
            response: String
        )
    ) throws {
        let digest = SIPDigestResponse(
            hash: Self.systemHash, algorithm: try #require(SIPDigestAlgorithm.named(row.algorithm)), realm: row.realm,
            nonce: row.nonce,
            protection: .auth, counter: 1, clientNonce: row.cnonce)
        let value = digest.value(
            username: row.user, password: row.password, method: .other("GET"), uri: "/dir/index.html", body: [])
        #expect(value == row.response)
    }

    // MARK: - In a call

    /// A proxy between the two that asks for credentials, and checks them.
    private final class Proxy {
        var algorithm = "MD5"
        var qop: String? = "auth"
        var nonces = ["n0"]
        var password = "secret"
        /// Requests let through by one nonce; then it is stale.
        var usesPerNonce = Int.max
        private(set) var counters: [UInt32] = []
        private(set) var accepted = 0
        private(set) var refused = 0
        private var uses = 0

        func handle(_ sent: SIPPair.Sent) -> [[UInt8]]? {
            guard sent.side == 0, let message = sent.message, let method = message.method else { return nil }
            if method == .ack { return message.branch.map { refusedBranches.contains($0) } == true ? [] : nil }
            guard method != .cancel else { return nil }
            if isRight(message), uses < usesPerNonce {
                uses += 1
                accepted += 1
                return nil
            }
            let isStale = isRight(message)
            if isStale {
                nonces.append("n\(nonces.count)")
                uses = 0
            }
            refused += 1
            refusedBranches.append(message.branch ?? "")
            return [challenge(message, isStale: isStale)]
        }

        private var refusedBranches: [String] = []

        private func isRight(_ message: SIPMessage) -> Bool {
            guard let given = message.credentials.first, given.nonce == nonces.last,
                let algorithm = SIPDigestAlgorithm.named(given.algorithm)
            else { return false }
            let counter = given.parameters["nc"].flatMap { UInt32($0, radix: 16) }
            if let counter { counters.append(counter) }
            let expected = SIPDigestResponse(
                hash: SIPTestHash.plain, algorithm: algorithm, realm: "fax", nonce: given.nonce ?? "",
                protection: given.parameters["qop"].flatMap { .init(rawValue: $0) }, counter: counter ?? 1,
                clientNonce: given.parameters["cnonce"] ?? ""
            ).value(
                username: "1000", password: password, method: message.method ?? .invite,
                uri: given.parameters["uri"] ?? "", body: Array(message.body))
            return given.parameters["response"] == expected && given.parameters["uri"] == message.requestURI
        }

        private func challenge(_ request: SIPMessage, isStale: Bool) -> [UInt8] {
            var draft = SIPMessageDraft(.response(status: 407, reason: "Proxy Authentication Required"))
            for header in [SIPHeader.via, .from, .callID, .cseq] { draft.add(header, request.value(header) ?? "") }
            let to = request.value(.to) ?? ""
            draft.add(.to, request.toTag == nil ? "\(to);tag=proxy" : to)
            var value = "Digest realm=\"fax\", nonce=\"\(nonces.last ?? "")\", algorithm=\(algorithm), opaque=\"o\""
            if let qop { value += ", qop=\"\(qop)\"" }
            if isStale { value += ", stale=TRUE" }
            draft.add(.proxyAuthenticate, value)
            return draft.octets
        }
    }

    private static func pair(_ proxy: Proxy, password: String = "secret") -> SIPPair {
        var pair = SIPPair { side, agent in
            agent.reliableProvisionals = .supported
            agent.digest = SIPTestHash.plain
            if side == 0 { agent.credentials = [SIPCredentials(username: "1000", password: password)] }
        }
        pair.planFaxCall()
        pair.middle = { proxy.handle($0) }
        return pair
    }

    @Test(
        "A call through a proxy that asks", arguments: ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess"],
        ["auth", "auth-int", "auth,auth-int", nil])
    func challenged(algorithm: String, qop: String?) {
        let proxy = Proxy()
        proxy.algorithm = algorithm
        proxy.qop = qop
        var pair = Self.pair(proxy)
        pair.run()
        #expect(pair.endings(0) == [SIPEnding(side: .us, cause: .bye)], "\(pair.ladder)")
        #expect(pair.endings(1) == [SIPEnding(side: .them, cause: .bye)])
        #expect(proxy.refused == 1)
        // INVITE, PRACK and BYE.
        #expect(proxy.accepted == 3)
        if qop != nil { #expect(proxy.counters == [1, 2, 3]) }
    }

    @Test("A nonce that gets stale is replaced, in the middle of the call too")
    func stale() {
        let proxy = Proxy()
        proxy.usesPerNonce = 1
        var pair = Self.pair(proxy)
        pair.run()
        #expect(proxy.accepted == 3)
        #expect(proxy.nonces.count == 3)
        #expect(pair.endings(1) == [SIPEnding(side: .them, cause: .bye)])
    }

    @Test("A wrong password is tried once")
    func wrongPassword() {
        let proxy = Proxy()
        var pair = Self.pair(proxy, password: "wrong")
        pair.run()
        #expect(proxy.refused == 2)
        guard case .refused(let refusal)? = pair.endings(0).first?.cause else {
            Issue.record("\(pair.endings(0))")
            return
        }
        #expect(refusal.status == 407)
    }

    @Test("What cannot be answered ends the call at once", arguments: ["SHA-512-256", "AKAv1-MD5"])
    func unknownAlgorithm(algorithm: String) {
        let proxy = Proxy()
        proxy.algorithm = algorithm
        var pair = Self.pair(proxy)
        pair.run()
        #expect(proxy.refused == 1)
        #expect(pair.endings(0).count == 1)
    }

    @Test(
        "The called side asks for credentials itself", arguments: SIPCredentialDemand.Algorithm.allCases,
        ["secret", "wrong"])
    func demanded(algorithm: SIPCredentialDemand.Algorithm, password: String) {
        var pair = SIPPair { side, agent in
            agent.reliableProvisionals = .never
            agent.digest = SIPTestHash.plain
            if side == 0 {
                agent.credentials = [SIPCredentials(username: "1000", password: password)]
            } else {
                let users = [SIPCredentials(username: "1000", password: "secret")]
                agent.demand = SIPCredentialDemand(realm: "pbx", users: users, algorithm: algorithm)
            }
        }
        pair.planFaxCall()
        pair.run()
        #expect(pair.count("<401 INVITE") == (password == "secret" ? 1 : 2))
        #expect(pair.answers == (password == "secret" ? 1 : 0))
        #expect(pair.isFinished)
    }

    @Test("A nonce that was used up is replaced; the same counter twice is not taken")
    func usedUp() throws {
        let demand = SIPCredentialDemand(
            realm: "pbx", users: [SIPCredentials(username: "u", password: "p")], usesPerNonce: 2)
        var random = SeededRandom(seed: 5)
        var challenger = SIPChallenger(demand, hash: SIPTestHash.plain, random: &random)
        var client = SIPAuthenticator(
            credentials: [SIPCredentials(username: "u", password: "p")], hash: SIPTestHash.plain)
        func request(_ headers: [SIPMessageDraft.Header]) throws -> SIPMessage {
            let draft = SIPMessageDraft(.request(.invite, uri: "sip:a"), headers: headers)
            return try SIPMessage.lax(draft.octets.span.bytes).value
        }
        var verdicts: [Bool] = []
        for turn in 0..<6 {
            let headers = client.headers(method: .invite, uri: "sip:a", body: [], random: &random)
            let challenge = challenger.check(try request(headers), random: &random)
            verdicts.append(challenge == nil)
            if turn == 2 {
                let again = challenger.check(try request(headers), random: &random)
                #expect(again != nil)
            }
            guard let challenge else { continue }
            let draft = SIPMessageDraft(.response(status: 401, reason: ""), headers: [challenge])
            let isWorthwhile = client.take(try SIPMessage.lax(draft.octets.span.bytes).value)
            #expect(isWorthwhile)
        }
        #expect(verdicts == [false, true, true, false, true, true])
    }

    @Test("Realms past the limit are not answered")
    func manyRealms() throws {
        var client = SIPAuthenticator(
            credentials: [SIPCredentials(username: "u", password: "p")], hash: SIPTestHash.plain)
        var random = SeededRandom(seed: 1)
        for number in 0..<20 {
            let challenge = SIPMessageDraft.Header("WWW-Authenticate", "Digest realm=\"r\(number)\", nonce=\"n\"")
            let draft = SIPMessageDraft(.response(status: 401, reason: ""), headers: [challenge])
            let isTaken = client.take(try SIPMessage.lax(draft.octets.span.bytes).value)
            #expect(isTaken == (number < SIPAuthenticator.maximumRealms))
        }
        let headers = client.headers(method: .invite, uri: "sip:a", body: [], random: &random)
        #expect(headers.count == SIPAuthenticator.maximumRealms)
    }

    @Test("Of several algorithms for one realm the best one is answered (RFC 8760 §2.4)")
    func bestAlgorithm() throws {
        var client = SIPAuthenticator(
            credentials: [SIPCredentials(username: "u", password: "p")], hash: SIPTestHash.plain)
        var random = SeededRandom(seed: 1)
        let challenges = ["MD5", "SHA-256", "SHA-512-256"].map {
            SIPMessageDraft.Header("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=\($0)")
        }
        let draft = SIPMessageDraft(.response(status: 401, reason: ""), headers: challenges)
        let isTaken = client.take(try SIPMessage.lax(draft.octets.span.bytes).value)
        #expect(isTaken)
        let headers = client.headers(method: .invite, uri: "sip:a", body: [], random: &random)
        #expect(headers.count == 1)
        #expect(headers.first?.value.contains("algorithm=SHA-256,") == true)
    }
}
