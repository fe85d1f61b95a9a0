import FaxCore
import FaxWire
import PcapDecode
import Testing

/// Plays short scripts of SIP messages into a `DialogTracker`, one message every 100 ms and one frame each.
struct DialogScript {
    var tracker = DialogTracker()
    private(set) var frame: UInt32 = 0
    private(set) var events: [DialogEvent] = []
    var callID = "call-1"
    var fromTag = "A"
    var toTag = "B"

    static let caller = Endpoint(IPAddress(v4: 0x0A4D_0001), 5060)
    static let callee = Endpoint(IPAddress(v4: 0x0A4D_0002), 5060)

    static func audio(_ port: Int, _ host: Int = 1, _ attributes: String...) -> String {
        session(host, "m=audio \(port) RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n", attributes)
    }

    static func image(_ port: Int, _ host: Int = 1) -> String {
        session(host, imageLine(port), [])
    }

    static func both(_ audio: Int, _ image: Int, _ host: Int = 1) -> String {
        session(host, "m=audio \(audio) RTP/AVP 0\r\n\(imageLine(image))", [])
    }

    private static func imageLine(_ port: Int) -> String {
        "m=image \(port) udptl t38\r\na=T38FaxVersion:0\r\na=T38MaxBitRate:14400\r\na=T38FaxUdpEC:t38UDPRedundancy\r\n"
    }

    private static func session(_ host: Int, _ media: String, _ attributes: [String]) -> String {
        let lines = attributes.map { "a=\($0)\r\n" }.joined()
        return "v=0\r\no=- 1 1 IN IP4 10.77.0.\(host)\r\ns=-\r\nc=IN IP4 10.77.0.\(host)\r\nt=0 0\r\n\(media)\(lines)"
    }

    /// A request or response of the dialog.
    /// - Parameters:
    ///   - line: `INVITE` or `200 OK`.
    ///   - cseq: such as `1 INVITE`; names the method of a response.
    ///   - from: who sends this message.
    ///   - requester: who sent the request (for responses: the other side of `from`).
    mutating func send(
        _ line: String, _ cseq: String, from: Party, sdp: String? = nil, toTag: String?? = nil, branch: String? = nil,
        headers: [String] = [], source: Endpoint? = nil, destination: Endpoint? = nil
    ) throws {
        let isResponse = line.first?.isNumber == true
        let requester = isResponse ? from.other : from
        let calleeTag = toTag ?? self.toTag
        let callerPart = "<sip:5550100@10.77.0.1>;tag=\(fromTag)"
        let calleePart = "<sip:1000@10.77.0.2>" + (calleeTag.map { ";tag=\($0)" } ?? "")
        var text = isResponse ? "SIP/2.0 \(line)\r\n" : "\(line) sip:1000@10.77.0.2 SIP/2.0\r\n"
        text += "Via: SIP/2.0/UDP 10.77.0.1;branch=\(branch ?? "z9hG4bK-\(cseq.filter { $0 != " " })")\r\n"
        text += "From: \(requester == .caller ? callerPart : calleePart)\r\n"
        text += "To: \(requester == .caller ? calleePart : callerPart)\r\n"
        text += "Call-ID: \(callID)\r\nCSeq: \(cseq)\r\nMax-Forwards: 70\r\n"
        for header in headers { text += header + "\r\n" }
        if let sdp { text += "Content-Type: application/sdp\r\nContent-Length: \(sdp.utf8.count)\r\n\r\n\(sdp)" }
        if sdp == nil { text += "Content-Length: 0\r\n\r\n" }
        let message = try SIPMessage.strict(Array(text.utf8).span.bytes)
        frame += 1
        let context = SIPContext(
            time: Instant(nanoseconds: Int64(frame) * 100_000_000), frame: FrameRef(number: frame),
            source: source ?? (from == .caller ? Self.caller : Self.callee),
            destination: destination ?? (from == .caller ? Self.callee : Self.caller), transport: .udp)
        events += tracker.handle(message, context)
    }

    /// INVITE with audio, 180, 200, ACK: frames 1…4.
    mutating func answeredCall() throws {
        try send("INVITE", "1 INVITE", from: .caller, sdp: Self.audio(10_000), toTag: .some(nil))
        try send("180 Ringing", "1 INVITE", from: .callee)
        try send("200 OK", "1 INVITE", from: .callee, sdp: Self.audio(20_000, 2))
        try send("ACK", "1 ACK", from: .caller)
    }

    mutating func bye(from party: Party = .callee, _ number: Int = 90) throws {
        try send("BYE", "\(number) BYE", from: party)
        try send("200 OK", "\(number) BYE", from: party.other)
    }

    /// The first dialog.
    func signalling(_ number: Int = 1) throws -> Signalling { try #require(tracker.dialog(DialogID(number))) }
}
