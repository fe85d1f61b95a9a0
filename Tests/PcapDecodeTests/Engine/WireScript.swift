import FaxCore
import FaxWire

@testable import PcapDecode

/// Packets of made-up calls, fed to a `CallAssembler` one frame after another.
final class WireScript {
    private var assembler: CallAssembler
    private let box = CallBox()
    private var frame: UInt32 = 0
    /// Seconds since the start of the script.
    var clock = 0.0
    /// Given to the packets that follow: interface, MAC and tag hash; hop count; IP identification (counts on by itself).
    var linkTag: UInt32 = 1
    var ttl: UInt8 = 64
    var ipID: UInt32 = 1

    final class CallBox {
        var calls: [Call] = []
    }

    static let a = IPAddress(v4: 0x0A00_0001)
    static let b = IPAddress(v4: 0x0A00_0002)
    static let c = IPAddress(v4: 0x0A00_0003)

    init(limits: EngineLimits = EngineLimits(), keepsAudio: Bool = false) {
        var options = CaptureDecoder.Options()
        options.limits = limits
        options.keepsAudio = keepsAudio
        let box = box
        assembler = CallAssembler(options) { box.calls.append($0) }
    }

    var calls: [Call] { box.calls }
    var warnings: [CaptureWarning] { assembler.warnings.kept }
    var openCalls: Int { assembler.openCalls }
    /// Calls and flows looked at by housekeeping.
    var looks: Int { assembler.looks }
    var flows: Int { assembler.flows.count }
    /// Octets that wait of TCP connections, and those that flows nobody announced keep.
    var waitingTCPOctets: Int { assembler.tcp.keptOctets }
    var probedOctets: Int { assembler.flows.all.reduce(0) { $0 + $1.probedOctets } }

    func finish() -> [Call] {
        assembler.finish()
        return box.calls
    }

    func packet(_ from: Endpoint, _ to: Endpoint, _ octets: [UInt8], keepsIPID: Bool = false) {
        frame += 1
        if !keepsIPID, ipID > 0 { ipID += 1 }
        var info = PacketInfo()
        info.frame = FrameRef(number: frame)
        info.time = Instant(seconds: clock)
        info.source = from
        info.destination = to
        info.transport = 17
        info.ipID = ipID
        info.ttl = ttl
        info.linkTag = linkTag
        info.payloadLengthOnWire = octets.count
        assembler.advance(to: info.time)
        assembler.udp(info, payload: octets.span.bytes)
    }

    func segment(_ from: Endpoint, _ to: Endpoint, sequence: UInt32, flags: TCPSegmentInfo.Flags, _ octets: [UInt8]) {
        frame += 1
        var info = PacketInfo()
        info.frame = FrameRef(number: frame)
        info.time = Instant(seconds: clock)
        info.source = from
        info.destination = to
        info.transport = 6
        info.payloadLengthOnWire = octets.count
        assembler.advance(to: info.time)
        assembler.tcp(info, segment: TCPSegmentInfo(sequence: sequence, flags: flags), payload: octets.span.bytes)
    }

    /// A request of the caller of the usual dialog, as text.
    static func request(_ method: String, _ cseq: String, to hasToTag: Bool) -> String {
        "\(method) sip:200@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.1;branch=z9hG4bK\(cseq.filter { $0 != " " })\r\n"
            + "From: <sip:100@10.0.0.1>;tag=x\r\nTo: <sip:200@10.0.0.2>\(hasToTag ? ";tag=y" : "")\r\n"
            + "Call-ID: tcp@test\r\nCSeq: \(cseq)\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    }

    /// The packet once more, as another interface or the network's own doubling shows it.
    func repeatPacket(_ from: Endpoint, _ to: Endpoint, _ octets: [UInt8]) {
        packet(from, to, octets, keepsIPID: true)
    }

    // MARK: - Media

    func rtp(
        _ from: Endpoint, _ to: Endpoint, count: Int, ssrc: UInt32, start: UInt16 = 100, every seconds: Double = 0.02
    ) {
        for index in 0..<count {
            let header = RTPHeader(
                payloadType: 0, sequence: start &+ UInt16(index), timestamp: UInt32(index * 160), ssrc: ssrc)
            packet(from, to, header.packet(payload: [UInt8](repeating: 0xFF, count: 160)))
            clock += seconds
        }
    }

    func rtp(_ from: Endpoint, _ to: Endpoint, _ header: RTPHeader, _ payload: [UInt8]) {
        packet(from, to, header.packet(payload: payload))
        clock += 0.02
    }

    func udptl(_ from: Endpoint, _ to: Endpoint, _ sequences: Range<Int>) {
        for sequence in sequences {
            packet(from, to, Self.udptl(sequence))
            clock += 0.03
        }
    }

    /// One octet of V.21 HDLC data, one secondary.
    static func udptl(_ sequence: Int) -> [UInt8] {
        let field = IFPPacket.data(.v21, [.init(.hdlcData, [UInt8(truncatingIfNeeded: sequence)])])
        let octets = field.octets(form: .v1998) ?? []
        return UDPTLPacket(
            sequence: UInt16(truncatingIfNeeded: sequence), primary: octets, recovery: .redundancy([octets])
        )
        .octets
    }

    // MARK: - SIP

    struct Dialog {
        var callID = "one@test"
        var from = Endpoint(WireScript.a, 5060)
        var to = Endpoint(WireScript.b, 5060)
        var callerUser = "100"
        var calleeUser = "200"
    }

    static func sdp(_ host: IPAddress, audio: UInt16? = nil, image: UInt16? = nil) -> String {
        var text = "v=0\r\no=- 1 1 IN IP4 \(host)\r\ns=-\r\nc=IN IP4 \(host)\r\nt=0 0\r\n"
        if let audio { text += "m=audio \(audio) RTP/AVP 0\r\n" }
        if let image { text += "m=image \(image) udptl t38\r\na=T38FaxVersion:0\r\n" }
        return text
    }

    /// `line`: `INVITE` or `200 OK`; `byCaller`: who sends this message; `cseq` such as `1 INVITE`.
    func sip(
        _ line: String, _ cseq: String, byCaller: Bool, _ dialog: Dialog = Dialog(), sdp: String? = nil,
        toTag: Bool = true
    ) {
        let isResponse = line.first?.isNumber == true
        let requesterIsCaller = isResponse ? !byCaller : byCaller
        let caller = "<sip:\(dialog.callerUser)@\(dialog.from.address)>;tag=x"
        let callee = "<sip:\(dialog.calleeUser)@\(dialog.to.address)>" + (toTag ? ";tag=y" : "")
        var text =
            isResponse ? "SIP/2.0 \(line)\r\n" : "\(line) sip:\(dialog.calleeUser)@\(dialog.to.address) SIP/2.0\r\n"
        text += "Via: SIP/2.0/UDP \(dialog.from.address);branch=z9hG4bK\(dialog.callID)\(cseq.filter { $0 != " " })\r\n"
        text += "From: \(requesterIsCaller ? caller : callee)\r\nTo: \(requesterIsCaller ? callee : caller)\r\n"
        text += "Call-ID: \(dialog.callID)\r\nCSeq: \(cseq)\r\nMax-Forwards: 70\r\n"
        let body = sdp ?? ""
        if sdp != nil { text += "Content-Type: application/sdp\r\n" }
        text += "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        packet(byCaller ? dialog.from : dialog.to, byCaller ? dialog.to : dialog.from, Array(text.utf8))
        clock += 0.01
    }

    /// INVITE, 200 and ACK with audio on the given ports.
    func answer(_ dialog: Dialog = Dialog(), callerMedia: (IPAddress, UInt16), calleeMedia: (IPAddress, UInt16)) {
        sip(
            "INVITE", "1 INVITE", byCaller: true, dialog, sdp: Self.sdp(callerMedia.0, audio: callerMedia.1),
            toTag: false)
        sip("200 OK", "1 INVITE", byCaller: false, dialog, sdp: Self.sdp(calleeMedia.0, audio: calleeMedia.1))
        sip("ACK", "1 ACK", byCaller: true, dialog)
    }

    func bye(_ dialog: Dialog = Dialog()) {
        sip("BYE", "2 BYE", byCaller: true, dialog)
        sip("200 OK", "2 BYE", byCaller: false, dialog)
    }
}
