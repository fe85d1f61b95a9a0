import FaxCore
import FaxWire
import PcapDecode

/// What a capture in the simulated network saw: frames as tcpdump would have written them.
public struct WorldCapture: Sendable {
    /// Where the capture was taken.
    public enum Tap: String, Sendable, CaseIterable {
        /// At the caller: what it sends, before the network; what reaches it, after.
        case caller
        case answerer
        /// At a B2BUA, where there is one: both legs.
        case b2bua
    }

    private struct Entry: Sendable {
        var time: Instant
        var datagram: SimulatedDatagram
    }

    private var entries: [Entry] = []
    /// Of the first frame, from the Unix epoch; the run has no date of its own.
    public static let epoch = Instant(nanoseconds: 1_700_000_000_000_000_000)

    public init() {}

    public var count: Int { entries.count }

    /// Call it in order of time.
    public mutating func add(_ datagram: SimulatedDatagram, at time: Instant) {
        entries.append(Entry(time: time, datagram: datagram))
    }

    /// The frames in order, with their numbers from 1.
    public func forEachFrame(_ take: (FrameHeader, [UInt8]) -> Void) {
        for (index, entry) in entries.enumerated() {
            let octets = FrameMaker.udp(
                from: entry.datagram.source, to: entry.datagram.destination, payload: entry.datagram.octets,
                ipID: UInt16(truncatingIfNeeded: index))
            let header = FrameHeader(
                ref: FrameRef(number: UInt32(truncatingIfNeeded: index + 1)), time: Self.epoch + (entry.time - .zero),
                linkType: .ethernet,
                interface: 0, capturedLength: octets.count, originalLength: octets.count)
            take(header, octets)
        }
    }

    /// A pcapng file.
    public func pcapng(comment: String) -> [UInt8] {
        var writer = PcapngWriter(options: [.comment(comment)])
        writer.interface(
            PcapngInterface(linkType: .ethernet, snapshotLength: 262_144, clock: PcapngClock(resolution: 9)))
        forEachFrame { header, octets in
            writer.packet(ticks: UInt64(clamping: header.time.nanoseconds), frame: octets)
        }
        return writer.bytes
    }
}
