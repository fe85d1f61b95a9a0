import FaxCore
import FaxWire

/// Seeded damage to whole captures: frames lost, doubled, swapped, cut, damaged inside, with lying headers and times;
/// clocks set while the capture ran. What comes out is a classic pcap file again, unless a record header lies.
public struct CaptureMutator: Sendable {
    private struct Record {
        var header: PcapRecordHeader
        var frame: Range<Int>
    }

    private let octets: [UInt8]
    private let header: PcapHeader
    private let records: [Record]
    private var random: SeededRandom
    private var inside: OctetMutator
    /// How far the clock of the capture was set since its beginning, in ms.
    private var clock: Int64 = 0

    /// - Parameter pcap: a classic pcap file; from the first record that does not fit, the rest is left out.
    /// - Throws: `DecodeFailure` when it has no pcap header.
    public init(pcap: [UInt8], seed: UInt64) throws(DecodeFailure) {
        octets = pcap
        header = try PcapHeader(pcap.span.bytes)
        var records: [Record] = []
        var offset = PcapHeader.length
        while offset + header.recordHeaderLength <= pcap.count {
            let record = PcapRecordHeader(pcap.span.bytes, at: offset, order: header.order)
            let start = offset + header.recordHeaderLength
            guard Int(record.capturedLength) <= pcap.count - start else { break }
            offset = start + Int(record.capturedLength)
            records.append(Record(header: record, frame: start..<offset))
        }
        self.records = records
        random = SeededRandom(seed: seed)
        inside = OctetMutator(seed: seed &+ 1)
    }

    /// Where the records begin, and where the last one ends: a cut there and one octet beside it are the likely ones.
    public var boundaries: [Int] {
        records.map { $0.frame.lowerBound - header.recordHeaderLength } + [
            records.last?.frame.upperBound ?? octets.count
        ]
    }

    /// The frames, for parsers of single ones.
    public var frames: [[UInt8]] { records.map { Array(octets[$0.frame]) } }

    /// A capture in which about one frame in `every` has a fault.
    public mutating func mutate(every: Int = 50) -> [UInt8] {
        var writer = ByteWriter()
        header.write(to: &writer)
        clock = 0
        var held: Record?
        for record in records {
            if Int.random(in: 0..<max(1, every), using: &random) == 0 {
                damage(record, &held, to: &writer)
                continue
            }
            write(record.header, octets[record.frame], to: &writer)
            if let late = held { write(late.header, octets[late.frame], to: &writer) }
            held = nil
        }
        return writer.bytes
    }

    private mutating func damage(_ record: Record, _ held: inout Record?, to writer: inout ByteWriter) {
        var header = record.header
        var frame = Array(octets[record.frame])
        switch Int.random(in: 0..<10, using: &random) {
        case 0:  // lost
            return
        case 1:  // doubled
            write(header, frame, to: &writer)
        case 2:  // behind the next good one
            held = record
            return
        case 3:  // cut
            frame.removeLast(Int.random(in: 0...frame.count, using: &random))
            header.capturedLength = UInt32(truncatingIfNeeded: frame.count)
        case 4:  // a length that lies
            let lies: [UInt32] = [0, 1, 0xFFFF, 0x7FFF_FFFF, .max, header.capturedLength &+ 1]
            header.capturedLength = lies.randomElement(using: &random) ?? 0
        case 5:  // another time
            header.seconds =
                [0, .max, header.seconds &+ 3600, header.seconds &- 3600].randomElement(using: &random) ?? 0
            header.fraction = [0, .max, 999_999, 1_000_000].randomElement(using: &random) ?? 0
        case 6:  // a clock that is set, or another processor's
            let leap = Self.leaps.randomElement(using: &random) ?? 0
            if Bool.random(using: &random) { clock += leap } else { header.move(by: leap, self.header.resolution) }
        default:
            frame = inside.mutate(frame)
            header.capturedLength = UInt32(truncatingIfNeeded: frame.count)
        }
        write(header, frame, to: &writer)
    }

    private func write(_ header: PcapRecordHeader, _ frame: some Collection<UInt8>, to writer: inout ByteWriter) {
        var header = header
        if clock != 0 { header.move(by: clock, self.header.resolution) }
        header.write(to: &writer, order: self.header.order)
        if self.header.isModified { writer.raw([UInt8](repeating: 0, count: 8)) }
        writer.raw(frame)
    }

    /// In ms: within a signal, within a call, beyond every timer.
    private static let leaps: [Int64] = [-3_600_000, -40_000, -5_000, -500, -20, 20, 500, 5_000, 40_000, 3_600_000]
}

extension PcapRecordHeader {
    fileprivate mutating func move(by milliseconds: Int64, _ resolution: PcapHeader.Resolution) {
        let unit: Int64 = resolution == .nanoseconds ? 1_000_000_000 : 1_000_000
        let time = Int64(seconds) * unit + Int64(fraction) + milliseconds * (unit / 1_000)
        seconds = UInt32(truncatingIfNeeded: max(0, time) / unit)
        fraction = UInt32(truncatingIfNeeded: max(0, time) % unit)
    }
}
