import FaxCore
import FaxWire
import PcapDecode
import Testing

@Suite("pcapng files")
struct PcapngReadingTests {
    /// Two sections of different byte order; interfaces of different link types and clocks; every packet block.
    static func sample(_ order: ByteOrder = .little, _ second: ByteOrder = .big) -> [UInt8] {
        var writer = PcapngWriter(order: order, options: [.comment("whole section")])
        writer.interface(PcapngInterface(linkType: .ethernet, name: "eth0"))
        writer.interface(PcapngInterface(linkType: .rawIP, clock: PcapngClock(resolution: 9)))
        writer.interface(PcapngInterface(linkType: .linuxSLL2, clock: PcapngClock(resolution: 0x80 | 10)))
        writer.packet(interface: 0, ticks: 1_700_000_000_000_001, frame: [1], options: [.comment("look here")])
        writer.packet(interface: 1, ticks: 1_700_000_000_000_002_003, frame: [2, 2], originalLength: 70)
        writer.block(0x0BAD, [1, 2, 3, 4, 5])
        writer.packet(interface: 2, ticks: 1_700_000_000 << 10 | 512, frame: [3, 3, 3])
        writer.obsoletePacket(interface: 0, ticks: 1_700_000_001_000_000, frame: [4, 4, 4, 4])
        writer.simplePacket(frame: [5, 5, 5, 5, 5], originalLength: 5)
        writer.section(order: second)
        writer.interface(
            PcapngInterface(linkType: .ppp, clock: PcapngClock(resolution: 3, offsetSeconds: 1_700_000_000)))
        writer.packet(interface: 0, ticks: 2_500, frame: [6])
        return writer.bytes
    }

    static let orders = ByteOrder.allCases.flatMap { first in ByteOrder.allCases.map { (first, $0) } }

    @Test("sections, interfaces, clocks and packet blocks", arguments: orders)
    func everything(_ first: ByteOrder, _ second: ByteOrder) throws {
        let reader = try open(Self.sample(first, second))
        let frames = readAll(reader)
        #expect(reader.format == .pcapng)
        #expect(frames.map(\.bytes) == [[1], [2, 2], [3, 3, 3], [4, 4, 4, 4], [5, 5, 5, 5, 5], [6]])
        #expect(
            frames.map(\.header.linkType) == [.ethernet, .rawIP, .linuxSLL2, .ethernet, .ethernet, .ppp])
        #expect(frames.map(\.header.interface) == [0, 1, 2, 0, 0, 3])
        #expect(
            frames.map(\.header.time.nanoseconds) == [
                1_700_000_000_000_001_000, 1_700_000_000_000_002_003, 1_700_000_000_500_000_000,
                1_700_000_001_000_000_000, 1_700_000_001_000_000_000, 1_700_000_002_500_000_000,
            ])
        #expect(frames[1].header.originalLength == 70)
        #expect(reader.linkTypesSeen == ["ethernet", "raw", "linux-sll2", "ppp"])
        #expect(reader.comments.map(\.text) == ["whole section", "look here"])
        #expect(reader.comments.last?.frame == FrameRef(number: 1))
        #expect(reader.warnings.kept.map(\.reason).filter { !$0.contains("simple packet") } == [])
    }

    struct Clock: CustomTestStringConvertible {
        var clock: PcapngClock
        var ticks: UInt64
        var nanoseconds: Int64
        var testDescription: String { "resolution \(clock.resolution), \(ticks) ticks" }
    }

    static let clocks = [
        Clock(clock: PcapngClock(resolution: 0), ticks: 7, nanoseconds: 7_000_000_000),
        Clock(clock: PcapngClock(resolution: 12), ticks: 7_999, nanoseconds: 7),
        Clock(clock: PcapngClock(resolution: 127), ticks: .max, nanoseconds: 0),
        Clock(clock: PcapngClock(resolution: 0x80), ticks: 7, nanoseconds: 7_000_000_000),
        Clock(clock: PcapngClock(resolution: 0x80 | 63), ticks: 1 << 62, nanoseconds: 500_000_000),
        Clock(clock: PcapngClock(resolution: 0x80 | 64), ticks: 1 << 63, nanoseconds: 500_000_000),
        Clock(clock: PcapngClock(resolution: 0xFF), ticks: .max, nanoseconds: 0),
        Clock(clock: PcapngClock(), ticks: .max, nanoseconds: .max),
        Clock(clock: PcapngClock(resolution: 0), ticks: .max, nanoseconds: .max),
        Clock(clock: PcapngClock(resolution: 9, offsetSeconds: -1), ticks: 5, nanoseconds: -999_999_995),
        Clock(clock: PcapngClock(resolution: 9, offsetSeconds: .min), ticks: 5, nanoseconds: .min),
        Clock(clock: PcapngClock(resolution: 9, offsetSeconds: .max), ticks: 5, nanoseconds: .max),
    ]

    @Test("clocks of every resolution, saturated", arguments: clocks)
    func clock(_ row: Clock) { #expect(row.clock.instant(row.ticks).nanoseconds == row.nanoseconds) }

    @Test("cut at every octet: the frames before stay, the cut is told")
    func truncation() throws {
        let whole = Self.sample()
        let all = readAll(try open(whole))
        for length in 0..<whole.count {
            guard let reader = try? open([UInt8](whole.prefix(length))) else {
                #expect(length < 16)
                continue
            }
            let frames = readAll(reader)
            #expect(frames == [ReadFrame](all.prefix(frames.count)))
            #expect(reader.next() == nil)
            #expect(frames.count < all.count)
        }
    }

    @Test("a block that claims 4 GB is told and passed by searching")
    func fourGigabytes() throws {
        for type: UInt32 in [6, 0x0BAD] {
            var damaged = PcapngWriter()
            damaged.interface(PcapngInterface(linkType: .ethernet))
            damaged.packet(ticks: 1, frame: [1, 1])
            let start = damaged.bytes.count
            damaged.block(type, [UInt8](repeating: 0, count: 40))
            damaged.packet(ticks: 2, frame: [2])
            var bytes = damaged.bytes
            bytes.replaceSubrange(start + 4..<start + 8, with: [0xFC, 0xFF, 0xFF, 0xFF])
            let reader = try open(bytes)
            #expect(readAll(reader).map(\.bytes) == [[1, 1], [2]])
            let warning = try #require(reader.warnings.kept.first)
            #expect(warning.offset == start)
            #expect(warning.reason.contains("4294967292"))
        }
    }

    @Test("a large block of another kind is passed over in a stream of blocks")
    func largeBlock() throws {
        var writer = PcapngWriter()
        writer.interface(PcapngInterface(linkType: .ethernet))
        writer.block(0x0BAD, [UInt8](repeating: 0xAA, count: 3 << 20))
        writer.packet(ticks: 2, frame: [2])
        let reader = try open(writer.bytes)
        #expect(readAll(reader).map(\.bytes) == [[2]])
    }

    @Test("every octet of the file set to 0 and to 255 in turn: nothing traps, reading ends")
    func everyOctetDamaged() throws {
        let whole = Self.sample()
        for offset in 0..<whole.count {
            for value: UInt8 in [0, 0xFF] {
                var bytes = whole
                bytes[offset] = value
                guard let reader = try? open(bytes) else { continue }
                #expect(readAll(reader).count <= 7)
            }
        }
    }
}
