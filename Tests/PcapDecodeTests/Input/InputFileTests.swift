import FaxCore
import FaxWire
import PcapDecode
import Testing

@Suite("Packed files, refusals, rings and filters")
struct InputFileTests {
    static func second(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

    static func pcap(_ seconds: some Sequence<Int>, tag: UInt8 = 0, frame: [UInt8]? = nil) -> [UInt8] {
        var writer = PcapWriter(PcapHeader(linkType: .ethernet))
        for number in seconds {
            writer.append(time: second(Int64(number)), frame: frame ?? [tag, UInt8(number & 255)])
        }
        return writer.bytes
    }

    // MARK: Packed

    @Test("packed captures are read by content, of one part or two", arguments: Packing.allCases)
    func packed(_ packing: Packing) throws {
        let bytes = Self.pcap(1...2000)
        let whole = readAll(try open(bytes))
        #expect(whole.count == 2000)
        #expect(readAll(try open(packing.pack(bytes))) == whole)
        let half = bytes.count / 2
        let parts = packing.pack([UInt8](bytes[..<half])) + packing.pack([UInt8](bytes[half...]))
        let reader = try open(parts)
        #expect(readAll(reader) == whole)
        #expect(reader.warnings.kept.isEmpty)
    }

    @Test("packed captures cut at every octet keep what was read, and tell", arguments: Packing.allCases)
    func cutPacked(_ packing: Packing) throws {
        let bytes = Self.pcap(1...50)
        let whole = readAll(try open(bytes))
        let packed = packing.pack(bytes)
        for length in 0..<packed.count {
            guard let reader = try? open([UInt8](packed.prefix(length))) else { continue }
            let frames = readAll(reader)
            #expect(frames == [ReadFrame](whole.prefix(frames.count)))
            #expect(reader.warnings.kept.contains { $0.reason.contains("cut off") })
        }
    }

    @Test("damaged packed data are told", arguments: Packing.allCases)
    func damagedPacked(_ packing: Packing) throws {
        var random = SeededRandom(seed: 7)
        let bytes = Self.pcap(1...5000, frame: (0..<40).map { _ in UInt8.random(in: 0...255, using: &random) })
        var packed = packing.pack(bytes)
        for offset in packed.count / 2..<packed.count / 2 + 40 { packed[offset] ^= 0x5A }
        let reader = try open(packed)
        #expect(readAll(reader).count < 5001)
        #expect(!reader.warnings.kept.isEmpty)
    }

    // MARK: Refusals

    @Test("what is no capture is refused with what it looks like")
    func refusals() throws {
        let rows: [([UInt8], String)] = [
            ([UInt8]("%PDF-1.7 and more".utf8), "a PDF document"), ([UInt8]("{ \"frames\": 3 }".utf8), "JSON"),
            ([UInt8]("RIFF....WAVEfmt ".utf8), "a WAV recording"), ([UInt8]("plain words here".utf8), "text"),
            (Packing.gzip.pack([UInt8]("plain words here".utf8)), "text"),
        ]
        for (bytes, name) in rows {
            let file = try TemporaryFile(bytes)
            #expect(throws: CaptureError.notACapture(path: file.path, looksLike: name)) {
                try CaptureReader(path: file.path)
            }
        }
        let empty = try TemporaryFile([])
        #expect(throws: CaptureError.empty(path: empty.path)) { try CaptureReader(path: empty.path) }
        #expect(throws: CaptureError.notFound(path: "/no/such/file")) { try CaptureReader(path: "/no/such/file") }
        #expect(throws: CaptureError.isFolder(path: "/tmp")) { try CaptureReader(path: "/tmp") }
    }

    // MARK: Classic files that lie

    @Test("classic files cut at every octet, in both byte orders", arguments: ByteOrder.allCases)
    func truncation(_ order: ByteOrder) throws {
        let bytes = PcapReadingTests.sample(PcapHeader(linkType: .ethernet, order: order))
        let whole = readAll(try open(bytes))
        let ends = [24, 24 + 21, 24 + 21 + 16, 24 + 21 + 16 + 19]
        for length in 0..<bytes.count {
            guard let reader = try? open([UInt8](bytes.prefix(length))) else {
                #expect(length < 24)
                continue
            }
            let frames = readAll(reader)
            #expect(frames == [ReadFrame](whole.prefix(frames.count)))
            #expect(frames.count == ends.dropFirst().filter { $0 <= length }.count)
            #expect(reader.warnings.kept.isEmpty == ends.contains(length))
        }
    }

    @Test("a record that claims 4 GB is told, and reading goes on behind it")
    func lyingRecord() throws {
        var bytes = Self.pcap(1...20, frame: [UInt8](repeating: 0x11, count: 60))
        let start = 24 + 5 * 76
        bytes.replaceSubrange(start + 8..<start + 12, with: [0xFF, 0xFF, 0xFF, 0xFF])
        let reader = try open(bytes)
        #expect(
            readAll(reader).map(\.header.time) == ((1...5).map { Self.second($0) } + (7...20).map { Self.second($0) }))
        let warning = try #require(reader.warnings.kept.first)
        #expect(warning.frame == FrameRef(number: 6))
        #expect(warning.reason.contains("4294967295"))
    }

    @Test("fractions of more than a second and times that go back are read")
    func lyingTimes() throws {
        var bytes = Self.pcap([100, 50, 200])
        bytes.replaceSubrange(24 + 4..<24 + 8, with: [0xFF, 0xFF, 0xFF, 0xFF])
        let reader = try open(bytes)
        #expect(
            readAll(reader).map(\.header.time.nanoseconds) == [
                100_000_000_000 + 4_294_967_295_000, 50_000_000_000, 200_000_000_000,
            ])
        #expect(reader.warnings.kept.first?.frame == FrameRef(number: 1))
    }

    @Test("warnings are kept up to a limit, then counted")
    func warningLimit() throws {
        var writer = PcapngWriter()
        for _ in 0..<WarningList.Limit.kept + 5 { writer.packet(interface: 9, ticks: 0, frame: [1]) }
        let reader = try open(writer.bytes)
        #expect(readAll(reader).isEmpty)
        #expect(reader.warnings.kept.count == WarningList.Limit.kept)
        #expect(reader.warnings.dropped == 5)
        #expect(reader.framesRead == WarningList.Limit.kept + 5)
    }

    // MARK: Several files

    @Test("a ring that has wrapped comes in time order, frames keep file and number")
    func ring() throws {
        let files = [
            try TemporaryFile(Self.pcap(300...302, tag: 0)), try TemporaryFile(Self.pcap(100...102, tag: 1)),
            try TemporaryFile(Self.pcap(200...202, tag: 2)),
        ]
        let merged = try MergedCapture(paths: files.map(\.path))
        var times: [Double] = []
        var refs: [FrameRef] = []
        var tags: [UInt8] = []
        while let frame = merged.next() {
            times.append(frame.time.seconds)
            refs.append(frame.ref)
            tags.append(merged.bytes.octet(0))
        }
        #expect(times == [100, 101, 102, 200, 201, 202, 300, 301, 302])
        #expect(tags == [1, 1, 1, 2, 2, 2, 0, 0, 0])
        #expect(refs == (0..<3).flatMap { file in (1...3).map { FrameRef(file: UInt32(file), number: UInt32($0)) } })
        #expect(merged.paths == [1, 2, 0].map { files[$0].path })
        #expect(merged.framesRead == 9)
        #expect(merged.next() == nil)
    }

    @Test("files of the same time are woven together; one that cannot be read is told")
    func woven() throws {
        let even = try TemporaryFile(Self.pcap(stride(from: 0, to: 20, by: 2), tag: 0))
        let odd = try TemporaryFile(Self.pcap(stride(from: 1, to: 20, by: 2), tag: 1))
        let merged = try MergedCapture(paths: [even.path, "/no/such/file", odd.path])
        var times: [Double] = []
        while let frame = merged.next() { times.append(frame.time.seconds) }
        #expect(times == (0..<20).map(Double.init))
        #expect(merged.warnings.kept.map(\.reason) == ["/no/such/file: no such file"])
        #expect(throws: CaptureError.notFound(path: "/no/such/file")) {
            try MergedCapture(paths: ["/no/such/file"])
        }
    }

    @Test("an analysis reads one file and several alike, filtered")
    func input() throws {
        let files = [try TemporaryFile(Self.dual()), try TemporaryFile(Self.dual())]
        for (input, count) in [
            (try CaptureInput(path: files[0].path, filter: "udp port 5060"), 2),
            (try CaptureInput(merging: files.map(\.path), filter: "udp port 5060"), 4),
        ] {
            var octets = 0
            var frames = 0
            input.forEachFrame { frame, bytes in
                frames += 1
                #expect(frame.capturedLength == bytes.byteCount)
                octets += bytes.byteCount
                return true
            }
            #expect(frames == count)
            #expect(octets == count / 2 * (31 + 45))
            #expect(input.linkTypes == ["ethernet", "raw"])
            #expect(input.format == "pcapng")
        }
    }

    // MARK: Filters

    static func dual() -> [UInt8] {
        let packet = Build.ipv4(Build.udp([1, 2, 3]))
        let other = Build.ipv4(Build.udp([1, 2, 3], from: 4000, to: 4000))
        var writer = PcapngWriter()
        writer.interface(PcapngInterface(linkType: .ethernet))
        writer.interface(PcapngInterface(linkType: .rawIP))
        for frame in [packet, other] {
            writer.packet(interface: 0, ticks: 1, frame: Build.ethernet(frame))
            writer.packet(interface: 1, ticks: 1, frame: frame)
        }
        return writer.bytes
    }

    @Test(
        "a filter works on every link type of a file; what does not pass still counts",
        arguments: [
            ("udp port 5060", [UInt32(1), 2]), ("udp port 4000", [3, 4]), ("", [1, 2, 3, 4]), ("tcp", []),
            ("host 10.0.0.1 and greater 40", [1, 3]),
        ])
    func filter(_ expression: String, _ numbers: [UInt32]) throws {
        let reader = try open(Self.dual(), filter: expression)
        #expect(readAll(reader).map(\.header.ref.number) == numbers)
        #expect(reader.framesRead == 4)
    }

    @Test("a filter that does not compile is a clear error")
    func badFilter() throws {
        let error = #expect(throws: CaptureError.self) { try open(Self.dual(), filter: "udp prot 5060") }
        #expect(error?.description.contains("udp prot 5060") == true)
        #expect(error?.description.contains("syntax error") == true)
    }
}
