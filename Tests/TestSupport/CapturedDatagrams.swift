import FaxCore
import PcapDecode

/// A UDP datagram of a capture file.
public struct CapturedDatagram: Sendable {
    public var frame: FrameRef
    public var time: Instant
    public var source: Endpoint
    public var destination: Endpoint
    public var octets: [UInt8]
    /// The file holds only its beginning.
    public var isCut: Bool
}

/// Reads the UDP datagrams of a capture, in file order.
public enum CapturedDatagrams {
    private struct Sink: PacketSink {
        var datagrams: [CapturedDatagram] = []

        mutating func udp(_ info: PacketInfo, payload: RawSpan) {
            datagrams.append(
                CapturedDatagram(
                    frame: info.frame, time: info.time, source: info.source, destination: info.destination,
                    octets: payload.copied(), isCut: info.isTruncated))
        }

        mutating func tcp(_ info: PacketInfo, segment: TCPSegmentInfo, payload: RawSpan) {}
        mutating func icmp(_ info: PacketInfo, notice: ICMPNotice) {}
        mutating func warning(_ failure: DecodeFailure, frame: FrameRef) {}
    }

    public static func read(path: String) throws -> [CapturedDatagram] {
        let reader = try CaptureReader(path: path)
        var decoder = NetworkDecoder()
        var sink = Sink()
        while let frame = reader.next() { decoder.decode(frame, reader.bytes, to: &sink) }
        return sink.datagrams
    }
}
