import FaxCore
import FaxWire

struct RTCPPacket {
    static func looksLike(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= 8 && bytes.octet(0) >> 6 == 2 && (200...207).contains(bytes.octet(1))
    }
    static func read(_ bytes: RawSpan) -> Decoded<[RTCPPacket]> { Decoded([]) }
}
struct TelephoneEvent {
    var code: UInt8 = 0, durationTicks: UInt16 = 0, volume: UInt8 = 0, name = ""
    init?(_ bytes: RawSpan) { return nil }
}
final class T38TCPStream {
    let key: FlowKey
    var sender: Party?
    init(key: FlowKey) { self.key = key }
    func stream() -> MediaStream {
        MediaStream(kind: .t38TCP, from: key.source, to: key.destination, frame: FrameRef(number: 0), time: .zero)
    }
}
struct TCPFlows {
    enum Output {
        case sip(SIPMessage, SIPContext)
        case t38(T38TCPStream)
        case warning(DecodeFailure, FrameRef)
    }
    mutating func handle(_ info: PacketInfo, _ segment: TCPSegmentInfo, _ payload: RawSpan) -> [Output] { [] }
    mutating func forget(before: Instant) {}
}
