import FaxCore
import FaxWire

/// Seeded damage to whole captures: frames lost, doubled, swapped, cut, damaged inside, with lying headers and times.
/// What comes out is a classic pcap file again, unless a record header lies.
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
        switch Int.random(in: 0..<8, using: &random) {
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
        default:
            frame = inside.mutate(frame)
            header.capturedLength = UInt32(truncatingIfNeeded: frame.count)
        }
        write(header, frame, to: &writer)
    }

    private func write(_ header: PcapRecordHeader, _ frame: some Collection<UInt8>, to writer: inout ByteWriter) {
        header.write(to: &writer, order: self.header.order)
        if self.header.isModified { writer.raw([UInt8](repeating: 0, count: 8)) }
        writer.raw(frame)
    }
}
