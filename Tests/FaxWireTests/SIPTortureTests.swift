import FaxCore
import FaxWire
import Testing

/// Situations of RFC 4475 in messages of our own: read, or refused with a reason; never anything else.
@Suite struct SIPTortureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        /// What the strict reader says; `nil`: it reads the message.
        var strict: String?
        /// What the lax reader throws; `nil`: it reads the message.
        var lax: String?
        var testDescription: String { name }

        init(_ name: String, _ text: String, strict: String? = nil, lax: String? = nil) {
            self.name = name
            self.text = text.replacingLineBreaks
            self.strict = strict
            self.lax = lax
        }
    }

    private static func request(_ line: String, _ headers: String, body: String = "") -> String {
        "\(line)\n\(headers)\n\n\(body)"
    }

    /// What every request needs.
    static let base = """
        Via: SIP/2.0/UDP host.example;branch=z9hG4bK1
        From: <sip:a@example.com>;tag=1
        To: <sip:b@example.com>
        Call-ID: torture
        CSeq: 1 INVITE
        Max-Forwards: 70
        """

    private static func with(_ replacement: (String, String)) -> String {
        base.replacing(replacement.0, with: replacement.1)
    }

    static let cases: [Case] = [
        Case(
            "blanks and folding everywhere",
            """
            INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
            TO :
             sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
            from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>
              ;
              tag = 98asjd8
            MaX-fOrWaRdS: 0068
            Call-ID: wsinv.ndaksdj@192.0.2.1
            cseq: 0009
              INVITE
            Via  : SIP  /   2.0
             /UDP
                192.0.2.2;branch=390skdjuw
            s :
            NewFangledHeader:   newfangled value
             continued newfangled value
            UnknownHeaderWithUnusualValue: ;;,,;;,;
            Route:
             <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
            v:  SIP  / 2.0  / TCP     spindle.example.com   ;
              branch  =   z9hG4bK9ikj8  ,
             SIP  /    2.0   / UDP  192.168.255.111   ; branch=
             z9hG4bK30239
            m:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =
                  newvalue ;
              secondparam ; q = 0.33
            l: 0


            """),
        Case(
            "all characters of a token and escaped URI",
            request(
                "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:"
                    + "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0",
                with(("1 INVITE", "139122385 !interesting-Method0123456789_*+`.%indeed'~")))),
        Case("escaped user", request("INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0", base)),
        Case(
            "unknown scheme in the request line",
            request("INVITE nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0", base)),
        Case("no scheme", request("INVITE name SIP/2.0", base)),
        Case("unknown method", request("NEWMETHOD sip:a SIP/2.0", with(("1 INVITE", "1 NEWMETHOD")))),
        Case("method by another CSeq", request("OPTIONS sip:a SIP/2.0", base), strict: "CSeq"),
        Case("reason phrase missing with its blank", "SIP/2.0 100\n\(base)\n\n", strict: "reason phrase"),
        Case("reason phrase empty", "SIP/2.0 100 \n\(base)\n\n"),
        Case("reason phrase in other letters", "SIP/2.0 200 = 2**3 * 5**2 но сто\n\(base)\n\n"),
        Case(
            "status past 32 bits", "SIP/2.0 4294967301 better not break the receiver\n\(base)\n\n", strict: "status",
            lax: "status"),
        Case("status with a letter", "SIP/2.0 20O OK\n\(base)\n\n", strict: "status", lax: "status"),
        Case("status 099", "SIP/2.0 099 Low\n\(base)\n\n", strict: "status", lax: "status"),
        Case("version 7.0", request("INVITE sip:a SIP/7.0", base), strict: "version", lax: "version"),
        Case("version missing", request("INVITE sip:a", base), strict: "version", lax: "version"),
        Case("one word", "INVITE\n\(base)\n\n", strict: "start line", lax: "start line"),
        Case("URI in brackets", request("INVITE <sip:user@example.com> SIP/2.0", base), strict: "Request-URI"),
        Case("URI with a blank", request("INVITE sip:user@example.com; lr SIP/2.0", base), strict: "Request-URI"),
        Case("two blanks", request("INVITE  sip:user@example.com  SIP/2.0", base), strict: "request line"),
        Case("blanks behind the version", request("INVITE sip:a SIP/2.0  ", base), strict: "start line"),
        Case(
            "negative Content-Length", request("INVITE sip:a SIP/2.0", base + "\nContent-Length: -999"),
            strict: "Content-Length"),
        Case(
            "Content-Length too large", request("INVITE sip:a SIP/2.0", base + "\nContent-Length: 9999", body: "v=0"),
            strict: "Content-Length"),
        Case(
            "Content-Length past 64 bits", request("INVITE sip:a SIP/2.0", base + "\nl: 99999999999999999999999"),
            strict: "Content-Length"),
        Case("octets behind the body", request("INVITE sip:a SIP/2.0", base + "\nl: 3", body: "v=0\njunk")),
        Case(
            "CSeq past 2^31", request("INVITE sip:a SIP/2.0", with(("1 INVITE", "36893488147419103232 INVITE"))),
            strict: "CSeq"),
        Case("negative CSeq", request("INVITE sip:a SIP/2.0", with(("1 INVITE", "-1 INVITE"))), strict: "CSeq"),
        Case("CSeq without method", request("INVITE sip:a SIP/2.0", with(("1 INVITE", "1"))), strict: "CSeq"),
        Case("Max-Forwards 256", request("INVITE sip:a SIP/2.0", with(("70", "256"))), strict: "Max-Forwards"),
        Case(
            "Max-Forwards missing", request("INVITE sip:a SIP/2.0", with(("Max-Forwards: 70", "X: y"))),
            strict: "Max-Forwards"),
        Case("two From", request("INVITE sip:a SIP/2.0", base + "\nf: <sip:c>;tag=2"), strict: "From"),
        Case("two Call-ID", request("INVITE sip:a SIP/2.0", base + "\ni: another"), strict: "Call-ID"),
        Case("no To", request("INVITE sip:a SIP/2.0", with(("To:", "Tow:"))), strict: "To"),
        Case("quote not closed", request("INVITE sip:a SIP/2.0", with(("To: <", "To: \"Mr. J. User <")))),
        Case("header without colon", request("INVITE sip:a SIP/2.0", base + "\nNo colon here"), strict: "header"),
        Case("colon without name", request("INVITE sip:a SIP/2.0", base + "\n: value"), strict: "header"),
        Case("no empty line", "INVITE sip:a SIP/2.0\n\(base)\n", strict: "headers"),
        Case("nothing but the start line", "INVITE sip:a SIP/2.0\n", strict: "headers"),
        Case("empty", "", strict: "start line", lax: "start line"),
        Case("line breaks alone", "\n\n\n\n", strict: "start line", lax: "start line"),
        Case("HTTP", "GET / HTTP/1.1\nHost: a\n\n", strict: "version", lax: "version"),
        Case(
            "long values",
            request(
                "INVITE sip:a SIP/2.0",
                base + "\nX-" + String(repeating: "long", count: 500) + ": " + String(repeating: "v", count: 30_000))),
        Case(
            "too many headers", request("INVITE sip:a SIP/2.0", base + String(repeating: "\nX: y", count: 600)),
            strict: "headers", lax: "headers"),
        Case(
            "head too long",
            request(
                "INVITE sip:a SIP/2.0",
                base + String(repeating: "\nX: " + String(repeating: "y", count: 1_000), count: 200)),
            strict: "headers", lax: "headers"),
        Case(
            "method too long", request(String(repeating: "M", count: 65) + " sip:a SIP/2.0", base), strict: "method",
            lax: "method"),
        Case(
            "body past the limit",
            request("INVITE sip:a SIP/2.0", base, body: String(repeating: "b", count: SIPMessage.Limit.bodyOctets + 1)),
            strict: "body", lax: "body"),
        Case(
            "body at the limit",
            request("INVITE sip:a SIP/2.0", base, body: String(repeating: "b", count: SIPMessage.Limit.bodyOctets))),
    ]

    @Test(arguments: cases)
    func readOrRefused(_ torture: Case) {
        let octets = Array(torture.text.utf8)
        #expect(
            Self.field { () throws(DecodeFailure) in _ = try SIPMessage.strict(octets.span.bytes) } == torture.strict)
        #expect(Self.field { () throws(DecodeFailure) in _ = try SIPMessage.lax(octets.span.bytes) } == torture.lax)
    }

    private static func field(_ read: () throws(DecodeFailure) -> Void) -> String? {
        do {
            try read()
            return nil
        } catch {
            return error.field
        }
    }

    @Test func blanksAndFoldingAreUndone() throws {
        let message = try SIPMessage.strict(Array(Self.cases[0].text.utf8).span.bytes)
        #expect(message.toTag == "1918181833n")
        #expect(message.fromTag == "98asjd8")
        #expect(message.from?.displayName == "J Rosenberg \\\"")
        #expect(message.from?.uri == "sip:jdrosen@example.com")
        #expect(message.maxForwards == 68)
        #expect(message.cseq == SIPCSeq(number: 9, method: .invite))
        #expect(message.vias.map(\.transport) == ["UDP", "TCP", "UDP"])
        #expect(message.vias.map(\.host) == ["192.0.2.2", "spindle.example.com", "192.168.255.111"])
        #expect(message.vias.map(\.branch) == ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"])
        #expect(message.branch == "390skdjuw")
        #expect(message.contacts.first?.displayName == "Quoted string \"\"")
        #expect(message.contacts.first?.parameters["newparam"] == "newvalue")
        #expect(message.contacts.first?.parameters["secondparam"] == "")
        #expect(message.value(named: "newfangledheader") == "newfangled value continued newfangled value")
        #expect(message.value(.subject) == "")
    }

    @Test func bodiesEndWhereTheyShould() throws {
        func body(_ name: String) throws -> (String, Int) {
            let found = try #require(Self.cases.first { $0.name == name })
            let message = try SIPMessage.lax(Array(found.text.utf8).span.bytes).value
            return (String(decoding: message.body, as: UTF8.self), message.surplus)
        }
        #expect(try body("octets behind the body") == ("v=0", 6))
        #expect(try body("Content-Length too large") == ("v=0", 0))
        #expect(try body("Content-Length past 64 bits") == ("", 0))
    }

    /// Random changes of every message: the readers stop with a reason or read on, whatever stands there.
    @Test func mutations() {
        var random = SeededRandom(seed: 4475)
        let seeds =
            Self.cases.map { Array($0.text.utf8) }.filter { $0.count < 4_000 } + [Array(SIPMultipartTests.text.utf8)]
        for round in 0..<4_000 {
            let octets = Mutation.mutated(seeds[round % seeds.count], &random)
            Mutation.readAll(octets)
        }
    }
}

/// Shared by the mutation tests of SIP and SDP.
enum Mutation {
    static func mutated(_ octets: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var octets = octets
        let interesting: [UInt8] = [
            0x00, 0x09, 0x0A, 0x0D, 0x20, 0x22, 0x2C, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x5C, 0x80, 0xFF,
        ]
        for _ in 0..<Int.random(in: 1...6, using: &random) where !octets.isEmpty {
            let place = Int.random(in: 0..<octets.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: octets[place] = UInt8.random(in: 0...255, using: &random)
            case 1: octets[place] = interesting[Int.random(in: 0..<interesting.count, using: &random)]
            case 2: octets.remove(at: place)
            case 3: octets.insert(interesting[Int.random(in: 0..<interesting.count, using: &random)], at: place)
            case 4: octets.removeSubrange(place...)
            default:
                let end = min(octets.count, place + Int.random(in: 0...40, using: &random))
                octets.insert(contentsOf: octets[place..<end], at: Int.random(in: 0...octets.count, using: &random))
            }
        }
        return octets
    }

    /// Reads everything that can be read of the octets.
    static func readAll(_ octets: [UInt8]) {
        _ = SIPMessage.looksLikeSIP(octets.span.bytes)
        _ = WebSocketFramer.looksLikeWebSocketSIP(octets.span.bytes)
        var framer = SIPStreamFramer()
        _ = framer.push(octets.span.bytes)
        _ = framer.finish()
        guard let message = try? SIPMessage.lax(octets.span.bytes).value else { return }
        _ = (message.from, message.to, message.contacts, message.vias, message.branch, message.cseq)
        _ = (message.routes.map(\.address.plain), message.retryAfter, message.warnings, message.reasons)
        _ = (message.challenges, message.sessionExpires, message.rAck, message.replaces, message.referTo)
        if let sdp = message.sdp { _ = SessionDescription.lax(sdp).value.text }
        _ = SIPMessageDraft(message).octets
    }
}

@Suite struct SIPMultipartTests {
    static let text = """
        INVITE sip:a SIP/2.0
        \(SIPTortureTests.base)
        Content-Type: multipart/mixed; boundary="unique-1"

        preamble
        --unique-1
        Content-Type: multipart/alternative;
         boundary=inner

        --inner
        Content-Type: text/plain

        v=0
        --inner
        Content-Disposition: session
        content-type : Application/SDP;x=y

        v=0
        s=inside

        --inner--
        --unique-1
        Content-Type: application/sdp

        v=0
        s=second
        --unique-1--
        """.replacingLineBreaks

    @Test func findsTheFirstDescription() throws {
        let message = try SIPMessage.strict(Array(Self.text.utf8).span.bytes)
        let sdp = try #require(message.sdp)
        #expect(String(decoding: sdp, as: UTF8.self) == "v=0\r\ns=inside\r\n")
    }

    @Test(arguments: [
        ("Content-Type: application/sdp", "v=0", true), ("c: APPLICATION / SDP ; a=b", "v=0", true),
        ("Content-Type: text/plain", "v=0", false), ("X: y", "v=0", true), ("X: y", "hello", false),
        ("Content-Type: multipart/mixed", "v=0", false), ("Content-Type: multipart/mixed;boundary=x", "v=0", false),
        ("Content-Type: multipart/mixed;boundary=x", "--x\nContent-Type: application/sdp\n\nv=0", true),
        ("Content-Type: multipart/mixed;boundary=x", "--x\nContent-Type: application/sdp\n", true),
        ("Content-Type: application/sdp", "", false),
    ])
    func bodies(_ type: String, _ body: String, _ hasSDP: Bool) throws {
        let text = "INVITE sip:a SIP/2.0\n\(SIPTortureTests.base)\n\(type)\n\n\(body)".replacingLineBreaks
        let message = try SIPMessage.lax(Array(text.utf8).span.bytes).value
        #expect((message.sdp != nil) == hasSDP)
    }
}
