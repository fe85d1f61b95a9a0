import FaxCore
import FaxWire

/// What the receiver of an RTP stream said of it (RFC 3550 §6.4.1): loss and jitter as seen at the far side.
public struct ReceptionReport: Sendable, Hashable {
    public var time: Instant
    public var frame: FrameRef
    /// Who reports, and the stream reported on.
    public var reporter: UInt32
    public var ssrc: UInt32
    /// Since the report before, 0…1.
    public var fractionLost: Double
    /// In all; negative with duplicates.
    public var cumulativeLost: Int
    public var highestSequence: UInt32
    public var jitterTicks: UInt32
}

/// Collects the reports of one flow of RTCP.
public struct ReceptionReports: Sendable {
    /// Reports kept of one flow; later ones take the place of the last.
    public static let limit = 1_000

    public private(set) var reports: [ReceptionReport] = []
    /// SSRCs that said BYE, at most 64.
    public private(set) var leaving: [UInt32] = []

    public init() {}

    /// Takes a compound packet.
    public mutating func add(_ packets: [RTCPPacket], time: Instant, frame: FrameRef) {
        for packet in packets {
            switch packet {
            case .senderReport(let report): add(report.blocks, by: report.ssrc, time, frame)
            case .receiverReport(let ssrc, let blocks): add(blocks, by: ssrc, time, frame)
            case .bye(let ssrcs, _): leaving = Array((leaving + ssrcs).prefix(64))
            case .sourceDescription, .other: break
            }
        }
    }

    private mutating func add(
        _ blocks: [RTCPPacket.ReportBlock], by reporter: UInt32, _ time: Instant, _ frame: FrameRef
    ) {
        for block in blocks {
            let report = ReceptionReport(
                time: time, frame: frame, reporter: reporter, ssrc: block.ssrc,
                fractionLost: Double(block.fractionLost) / 256, cumulativeLost: Int(block.cumulativeLost),
                highestSequence: block.highestSequence, jitterTicks: block.jitter)
            if reports.count < Self.limit {
                reports.append(report)
            } else {
                reports[reports.count - 1] = report
            }
        }
    }

    /// Those on one stream, in order of time.
    public func reports(on ssrc: UInt32) -> [ReceptionReport] { reports.filter { $0.ssrc == ssrc } }
}
