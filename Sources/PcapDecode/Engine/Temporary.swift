import FaxCore
import FaxWire

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
