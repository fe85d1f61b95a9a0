import FaxCore
import FaxWire
import PcapDecode
import Testing

/// A frame as the reader handed it out.
struct ReadFrame: Equatable {
    var header: FrameHeader
    var bytes: [UInt8]
}

/// Everything that a reader gives.
func readAll(_ reader: CaptureReader) -> [ReadFrame] {
    var frames: [ReadFrame] = []
    while let header = reader.next() { frames.append(ReadFrame(header: header, bytes: reader.bytes.copied())) }
    return frames
}

/// A reader of octets that stand in a file without name.
func open(_ bytes: [UInt8], filter: String? = nil) throws -> CaptureReader {
    let file = try TemporaryFile(bytes)
    return try withExtendedLifetime(file) { try CaptureReader(path: file.path, filter: filter) }
}

@Suite("Classic pcap files")
struct PcapReadingTests {
    static let headers = ByteOrder.allCases.flatMap { order in
        [
            PcapHeader(linkType: .ethernet, order: order),
            PcapHeader(linkType: .rawIP, order: order, resolution: .nanoseconds),
            PcapHeader(linkType: .linuxSLL2, order: order, isModified: true),
        ]
    }

    static func sample(_ header: PcapHeader) -> [UInt8] {
        var writer = PcapWriter(header)
        writer.append(time: Instant(nanoseconds: 1_700_000_000_123_456_000), frame: [1, 2, 3, 4, 5])
        writer.append(time: Instant(nanoseconds: 1_700_000_001_000_001_000), frame: [], originalLength: 60)
        writer.append(time: Instant(nanoseconds: 1_699_999_999_999_999_000), frame: [9, 8, 7])
        return writer.bytes
    }

    @Test("what was written is read, in both byte orders and resolutions", arguments: headers)
    func roundTrip(_ header: PcapHeader) throws {
        let reader = try open(Self.sample(header))
        let frames = readAll(reader)
        #expect(frames.map(\.bytes) == [[1, 2, 3, 4, 5], [], [9, 8, 7]])
        #expect(
            frames.map(\.header.time.nanoseconds) == [
                1_700_000_000_123_456_000, 1_700_000_001_000_001_000, 1_699_999_999_999_999_000,
            ])
        #expect(frames.map(\.header.originalLength) == [5, 60, 3])
        #expect(frames.map(\.header.ref.number) == [1, 2, 3])
        #expect(frames.allSatisfy { $0.header.linkType == header.linkType })
        #expect(reader.linkTypesSeen == [header.linkType.name])
        #expect(reader.warnings.kept.isEmpty)
    }

    /// So many octets that the window moves many times, with every remainder, and frames of its largest size between.
    @Test("frames of every length come whole, wherever the window ends")
    func lengths() throws {
        var writer = PcapWriter(PcapHeader(linkType: .ethernet))
        var random = SeededRandom(seed: 91)
        var frames: [[UInt8]] = []
        for index in 0..<4000 {
            let length = index % 500 == 250 ? CaptureReader.Limit.frameOctets : Int.random(in: 0...300, using: &random)
            frames.append((0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ index) })
            writer.append(time: Instant(nanoseconds: Int64(index) * 1_000_000), frame: frames[index])
        }
        let reader = try open(writer.bytes)
        #expect(readAll(reader).map(\.bytes) == frames)
        #expect(reader.warnings.kept.isEmpty)
    }
}
