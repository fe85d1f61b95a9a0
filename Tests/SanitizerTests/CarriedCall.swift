import FaxCore
import FaxDSP
import FaxWire
import PcapDecode
import Simulator
import TestSupport

/// Captures of one fax call in carriages that no capture of the corpus has: made of real IFP packets, or of two engines.
struct CarriedCall {
    private static let caller = IPAddress(v4: 0xC0A8_0714)
    private static let callee = IPAddress(v4: 0xC0A8_0715)
    private var writer = PcapWriter(PcapHeader(linkType: .ethernet, resolution: .nanoseconds))
    private var clock = Instant(seconds: 1_700_000_000)

    /// What must not be found in a sanitised file.
    static let secrets = ["5550100", "5550200", "0010555", "0020555", "office.example", "192.168.7."]

    // MARK: Audio

    /// A fax of one page between two engines in G.711, 20 ms a packet; packets are missing where `isLost` says so.
    static func audio(
        _ compression: FaxStation.Compression, hasECM: Bool, law: G711 = .aLaw,
        isLost: @Sendable (Party, Int) -> Bool = { _, _ in false }
    ) throws -> [UInt8] {
        let page = TextLikePage(heightPx: 240, seed: 3).bitmap()
        let fax = try FaxCallMaker(pages: [page], hasECM: hasECM, compressions: [compression]).call()
        var call = CarriedCall()
        let type: UInt8 = law == .muLaw ? 0 : 8
        call.setUp { "m=audio \($0) RTP/AVP \(type)\r\n" }
        let sides = [(Party.caller, law.octets(fax.caller)), (.callee, law.octets(fax.answerer))]
        for number in 0..<fax.sampleCount / 160 {
            for (party, octets) in sides where !isLost(party, number) {
                let header = RTPHeader(
                    payloadType: type, sequence: UInt16(truncatingIfNeeded: number),
                    timestamp: UInt32(truncatingIfNeeded: number * 160), ssrc: party == .caller ? 77 : 99)
                call.udp(party, header.packet(payload: Array(octets[number * 160..<number * 160 + 160])))
            }
            call.clock = call.clock + .milliseconds(20)
        }
        return call.end()
    }

    // MARK: T.38

    /// The IFP packets of a corpus capture, each in an RTP packet (RFC 4612).
    static func t38OverRTP(_ name: String) throws -> [UInt8] {
        try carried(name, sdp: { "m=audio \($0) RTP/AVP 100\r\na=rtpmap:100 t38/8000\r\n" }) {
            call, party, number, octets in
            let ticks = (call.clock - Instant(seconds: 1_700_000_000)).wholeNanoseconds / 125_000
            let header = RTPHeader(
                payloadType: 100, sequence: UInt16(truncatingIfNeeded: number),
                timestamp: UInt32(truncatingIfNeeded: ticks), ssrc: party == .caller ? 77 : 99)
            call.udp(party, header.packet(payload: octets))
        }
    }

    /// The IFP packets of a corpus capture in TPKT (RFC 1006 §6), segments cut anywhere.
    static func t38OverTCP(_ name: String) throws -> [UInt8] {
        var sequences: [Party: UInt32] = [.caller: 1_000, .callee: 9_000]
        return try carried(name, sdp: { "m=image \($0) TCP t38\r\na=T38FaxVersion:0\r\n" }) {
            call, party, number, octets in
            let packet = [3, 0, UInt8((octets.count + 4) >> 8), UInt8((octets.count + 4) & 0xFF)] + octets
            let cut = number % 3 == 0 ? packet.count : packet.count / 2
            for part in [packet[..<cut], packet[cut...]] where !part.isEmpty {
                call.tcp(party, sequences[party] ?? 0, Array(part))
                sequences[party, default: 0] &+= UInt32(part.count)
            }
        }
    }

    private static func carried(
        _ name: String, sdp: (Int) -> String,
        _ send: (inout CarriedCall, Party, Int, [UInt8]) -> Void
    ) throws -> [UInt8] {
        var editor = try CaptureEditor(corpus: name)
        var steps: [(party: Party, number: Int, step: IFPStep)] = []
        for party in [Party.caller, .callee] {
            for (number, step) in editor.t38(of: party).enumerated() { steps.append((party, number, step)) }
        }
        steps.sort { ($0.step.time, $0.party == .caller ? 0 : 1) < ($1.step.time, $1.party == .caller ? 0 : 1) }
        var call = CarriedCall()
        call.setUp(sdp)
        guard let first = steps.first?.step.time else { return call.end() }
        let start = call.clock
        for (party, number, step) in steps {
            call.clock = start + (step.time - first)
            send(&call, party, number, step.octets)
        }
        return call.end()
    }

    /// Every datagram of a corpus capture as an agent would send it to a Homer server (HEP 3).
    static func hep(_ name: String) throws -> [UInt8] {
        let editor = try CaptureEditor(corpus: name)
        var call = CarriedCall()
        for record in editor.records {
            guard let payload = record.frame.payload, let source = record.frame.source,
                let destination = record.frame.destination
            else { continue }
            call.clock = record.time
            let message = HEPMaker.message(payload, from: source, to: destination, at: record.time)
            call.frame(
                FrameMaker.udp(
                    from: Endpoint(caller, 40_000), to: Endpoint(IPAddress(v4: 0xC0A8_0763), 9_060), payload: message))
        }
        return call.writer.bytes
    }

    // MARK: The call

    private static func end(_ party: Party) -> Endpoint { Endpoint(party == .caller ? caller : callee, 10_000) }

    private mutating func frame(_ octets: [UInt8]) {
        writer.append(time: clock, frame: octets, originalLength: octets.count)
    }

    private mutating func udp(_ party: Party, _ payload: [UInt8]) {
        frame(FrameMaker.udp(from: Self.end(party), to: Self.end(party.other), payload: payload))
    }

    /// One connection, which the caller opened.
    private mutating func tcp(_ party: Party, _ sequence: UInt32, _ payload: [UInt8]) {
        let (from, to) = (Endpoint(Self.caller, 41_000), Self.end(.callee))
        frame(
            FrameMaker.tcp(
                from: party == .caller ? from : to, to: party == .caller ? to : from, sequence: sequence,
                payload: payload))
    }

    private mutating func sip(_ party: Party, _ start: String, _ cseq: String, sdp: String = "", isTagged: Bool = true)
    {
        let lines = [
            start, "Via: SIP/2.0/UDP 192.168.7.20;branch=z9hG4bKoffice\(cseq.filter { $0 != " " })",
            "From: \"Erika Muster\" <sip:15550100@office.example.net>;tag=aa11",
            "To: <sip:15550200@office.example.net>\(isTagged ? ";tag=bb22" : "")", "Call-ID: 8c5f2@192.168.7.20",
            "CSeq: \(cseq)", "Contact: <sip:15550100@192.168.7.20>",
            sdp.isEmpty ? "Max-Forwards: 70" : "Content-Type: application/sdp", "Content-Length: \(sdp.utf8.count)", "",
        ]
        let octets = Array((lines.joined(separator: "\r\n") + "\r\n" + sdp).utf8)
        let from = Endpoint(party == .caller ? Self.caller : Self.callee, 5_060)
        let to = Endpoint(party == .caller ? Self.callee : Self.caller, 5_060)
        frame(FrameMaker.udp(from: from, to: to, payload: octets))
        clock = clock + .milliseconds(40)
    }

    private mutating func setUp(_ media: (Int) -> String) {
        func sdp(_ address: String) -> String {
            "v=0\r\no=erika 1 1 IN IP4 \(address)\r\ns=-\r\nc=IN IP4 \(address)\r\nt=0 0\r\n\(media(10_000))"
        }
        let uri = "sip:15550200@office.example.net"
        sip(.caller, "INVITE \(uri) SIP/2.0", "1 INVITE", sdp: sdp("192.168.7.20"), isTagged: false)
        sip(.callee, "SIP/2.0 200 OK", "1 INVITE", sdp: sdp("192.168.7.21"))
        sip(.caller, "ACK \(uri) SIP/2.0", "1 ACK")
    }

    private mutating func end() -> [UInt8] {
        clock = clock + .milliseconds(100)
        sip(.caller, "BYE sip:15550200@office.example.net SIP/2.0", "2 BYE")
        sip(.callee, "SIP/2.0 200 OK", "2 BYE")
        return writer.bytes
    }
}

/// Messages of HEP 3.
enum HEPMaker {
    static func message(_ payload: [UInt8], from: Endpoint, to: Endpoint, at time: Instant) -> [UInt8] {
        func chunk(_ type: UInt8, _ value: [UInt8]) -> [UInt8] {
            let length = value.count + 6
            return [0, 0, 0, type, UInt8(length >> 8), UInt8(length & 255)] + value
        }
        func be16(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }
        func be32(_ value: UInt32) -> [UInt8] {
            be16(UInt16(value >> 16)) + be16(UInt16(truncatingIfNeeded: value))
        }
        let nanoseconds = time.nanoseconds
        let isSIP = SIPMessage.looksLikeSIP(payload.span.bytes)
        let addresses = chunk(1, [2]) + chunk(2, [17]) + chunk(3, be32(from.address.v4)) + chunk(4, be32(to.address.v4))
        let ports = chunk(7, be16(from.port)) + chunk(8, be16(to.port))
        let times =
            chunk(9, be32(UInt32(truncatingIfNeeded: nanoseconds / 1_000_000_000)))
            + chunk(10, be32(UInt32(truncatingIfNeeded: nanoseconds / 1_000 % 1_000_000)))
        let chunks =
            addresses + ports + times + chunk(11, [isSIP ? 1 : 4]) + chunk(12, [0, 0, 7, 0xD0])
            + chunk(14, Array("office.example.key".utf8)) + chunk(15, payload)
        return Array("HEP3".utf8) + be16(UInt16(truncatingIfNeeded: chunks.count + 6)) + chunks
    }
}
