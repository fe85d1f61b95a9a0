import FaxCore
import PcapDecode
import T30Analyzer
import Testing

/// A sender that writes an `AudioLog`: numbers and timestamps go on from packet to packet unless told otherwise.
struct AudioScript {
    struct Sent {
        var packet: AudioLog.Packet
        var payload: [UInt8]
        /// Payloads of packets before it, by distance; 160 ticks each.
        var again: [(distance: Int, payload: [UInt8])] = []
    }

    var sequence: UInt16 = 100
    var timestamp: UInt32 = 1_000
    var now = Instant(seconds: 10)
    var octet: UInt8 = 0
    var packets: [Sent] = []

    /// One octet, one sample of that value: the tests see which packet a sample came from.
    static let decoders: AudioDecoders = {
        var decoders = AudioDecoders()
        decoders.add("PCMU") { Int16($0) + 1 }
        decoders.add("PCMA") { -Int16($0) - 1 }
        return decoders
    }()

    mutating func send(_ count: Int = 160, type: UInt8 = 0, marker: Bool = false) {
        octet = (octet + 1) % 200
        send([UInt8](repeating: octet, count: count), type: type, marker: marker, samples: count)
    }

    mutating func send(_ payload: [UInt8], type: UInt8, marker: Bool = false, samples: Int) {
        let frame = FrameRef(number: UInt32(packets.count + 1))
        let packet = AudioLog.Packet(
            sequence: sequence, timestamp: timestamp, payloadType: type, marker: marker, frame: frame, time: now,
            offset: 0, length: 0)
        packets.append(Sent(packet: packet, payload: payload))
        sequence &+= 1
        timestamp &+= UInt32(samples)
        now = now + .microseconds(125 * samples)
    }

    mutating func send(packets count: Int) {
        for _ in 0..<count { send() }
    }

    /// Time passes and the timestamps with it.
    mutating func pause(samples: Int) {
        timestamp &+= UInt32(samples)
        now = now + .microseconds(125 * samples)
    }

    mutating func lose(_ count: Int = 1) {
        send(packets: count)
        packets.removeLast(count)
    }

    func timeline(_ fill: AudioFill = .standard, formats: [UInt8: String] = [101: "telephone-event"]) -> AudioTimeline {
        AudioTimeline(log(formats: formats), decoders: Self.decoders, fill: fill)
    }

    func log(formats: [UInt8: String]) -> AudioLog {
        var log = AudioLog()
        log.formats = formats
        for sent in packets {
            log.append(sent.packet, payload: sent.payload.span.bytes)
            for again in sent.again {
                log.appendRedundant(
                    distance: again.distance, timestampOffset: again.distance * 160, payloadType: 0,
                    payload: again.payload.span.bytes)
            }
        }
        return log
    }

    /// The last packet sent brings along the payload of one before it (RFC 2198).
    mutating func again(_ distance: Int, _ payload: [UInt8]) {
        packets[packets.count - 1].again.append((distance, payload))
    }
}

@Suite struct AudioTimelineTests {
    @Test func inOrder() throws {
        var script = AudioScript()
        for count in [80, 160, 240, 480, 160] { script.send(count) }
        let line = script.timeline()
        #expect(line.samples.count == 1_120)
        #expect(line.segments.map(\.start) == [.begin])
        #expect(line.gaps.isEmpty && line.spans.isEmpty)
        #expect(line.samples[79] == 2 && line.samples[80] == 3 && line.samples[1_119] == 6)
        #expect(line.time(ofSample: 0) == Instant(seconds: 10))
        #expect(line.time(ofSample: 80) == Instant(seconds: 10.01))
        #expect(line.sample(at: Instant(seconds: 10.01)) == 80)
        #expect(line.sample(at: .zero) == 0 && line.sample(at: .distantFuture) == 1_119)
        #expect(line.samples(ofFrame: FrameRef(number: 2)) == 80..<240)
        #expect(line.samples(ofFrame: FrameRef(number: 9)) == nil)
        #expect(try #require(line.placement(ofSample: 239)).frame == FrameRef(number: 2))
    }

    @Test func bothNumbersWrap() {
        var script = AudioScript()
        script.sequence = 65_530
        script.timestamp = UInt32.max - 500
        script.send(packets: 5)
        script.lose(3)
        script.send(packets: 20)
        let line = script.timeline()
        #expect(line.samples.count == 28 * 160)
        #expect(line.segments.count == 1)
        #expect(line.gaps.map(\.lostPackets) == [3])
        #expect(line.gaps.map(\.samples) == [800..<1_280])
        #expect(line.gaps.map(\.before.number) == [5] && line.gaps.map(\.after.number) == [6])
        #expect(line.gaps.map(\.time) == [Instant(seconds: 10.1)])
    }

    @Test(arguments: [AudioFill.hold, .silence, .noise(seed: 7), .repeat, .close])
    func fills(_ fill: AudioFill) {
        var script = AudioScript()
        script.send()
        script.lose(2)
        script.send()
        let line = script.timeline(fill)
        let hole = fill == .close ? 0 : 320
        #expect(line.samples.count == 320 + hole)
        #expect(line.gaps.map(\.samples) == [160..<160 + hole])
        #expect(line.gaps.map(\.missingSamples) == [320])
        let filled = line.samples[160..<160 + hole]
        switch fill {
        case .hold, .repeat: #expect(filled.allSatisfy { $0 == 2 })
        case .silence: #expect(filled.allSatisfy { $0 == 0 })
        case .noise:
            #expect(filled.allSatisfy { abs($0) <= 4 } && Set(filled).count > 2)
            #expect(line.samples == script.timeline(fill).samples)
            #expect(line.samples != script.timeline(.noise(seed: 8)).samples)
        case .close: break
        }
        // Times do not depend on the fill.
        #expect(line.time(ofSample: 160 + hole) == Instant(seconds: 10.06))
        #expect(line.sample(at: Instant(seconds: 10.06)) == 160 + hole)
        #expect(line.gaps(in: 0..<161 + hole).count == 1)
        #expect(line.gaps(in: 0..<160).isEmpty)
        #expect(line.gaps(in: 160 + hole..<320 + hole).isEmpty)
    }

    @Test func copiesAndOverlaps() {
        var script = AudioScript()
        script.send(packets: 3)
        script.packets.append(script.packets[1])
        script.timestamp &-= 40
        script.send()
        let line = script.timeline()
        #expect(line.counts.duplicates == 1)
        #expect(line.counts.overlappingPackets == 1 && line.counts.overlappedSamples == 40)
        #expect(line.samples.count == 600 && line.samples[479] == 4 && line.samples[480] == 5)
    }

    @Test func silenceSuppression() {
        var script = AudioScript()
        script.send(packets: 2)
        script.pause(samples: 16_000)
        script.send(marker: true)
        script.send([40], type: 13, samples: 8_000)
        script.send()
        let line = script.timeline()
        #expect(line.spans.map(\.kind) == [.pause, .comfortNoise])
        #expect(line.spans.map(\.samples) == [320..<16_320, 16_480..<24_480])
        #expect(line.samples.count == 24_640 && line.gaps.isEmpty && line.segments.count == 1)
        #expect(line.placement(ofSample: 1_000) == nil)
    }

    @Test func eventsAreNoLoss() {
        var script = AudioScript()
        script.send(packets: 2)
        let start = script.timestamp
        for count in 1...5 {
            script.timestamp = start
            script.send(
                [5, count == 5 ? 0x8A : 0x0A, UInt8(count * 160 / 256), UInt8(count * 160 % 256)],
                type: 101, samples: 160)
        }
        script.timestamp = start &+ 800
        script.send(packets: 2)
        let line = script.timeline()
        #expect(line.gaps.isEmpty)
        #expect(line.samples.count == 9 * 160)
        let event = line.spans.first { $0.kind == .event(5) }
        #expect(event?.samples == 320..<1_120 && event?.packets == 5)
    }

    @Test func codecChanges() {
        var script = AudioScript()
        script.send()
        script.send(type: 8)
        for _ in 0..<3 { script.send([UInt8](repeating: 1, count: 20), type: 18, samples: 160) }
        script.send()
        let line = script.timeline()
        #expect(line.samples.count == 960 && line.samples[160] == -3)
        #expect(line.spans.map(\.kind) == [.codec("G729")])
        #expect(line.spans.map(\.samples) == [320..<800] && line.spans.map(\.packets) == [3])
    }

    @Test(arguments: [UInt32(50_000), 0 &- 50_000, 3_000_000_000])
    func jumps(by jump: UInt32) {
        var script = AudioScript()
        script.send(packets: 10)
        script.timestamp &+= jump
        script.send(packets: 10)
        let line = script.timeline()
        #expect(line.segments.map(\.start) == [.begin, .jump])
        #expect(line.segments.map(\.samples) == [0..<1_600, 1_600..<3_200])
        #expect(line.segments.map(\.time) == [Instant(seconds: 10), Instant(seconds: 10.2)])
        #expect(line.sample(at: Instant(seconds: 10.21)) == 1_680)
    }

    @Test func standstillAndStray() {
        var script = AudioScript()
        script.send(packets: 10)
        script.now = script.now + .seconds(60)
        script.send(packets: 10)
        var stray = script.packets[15]
        stray.packet.timestamp &+= 1 << 30
        stray.packet.sequence &+= 9_000
        script.packets.insert(stray, at: 16)
        let line = script.timeline()
        #expect(line.segments.map(\.start) == [.begin, .stall])
        #expect(line.segments.map(\.time.seconds) == [10, 70.2])
        #expect(line.counts.strays == 1 && line.samples.count == 3_200 && line.gaps.isEmpty)
    }

    @Test func longHolePartsSegments() {
        var script = AudioScript()
        script.send(packets: 2)
        script.pause(samples: AudioTimeline.holeLimit + 160)
        script.send(packets: 2)
        let line = script.timeline()
        #expect(line.samples.count == 640)
        #expect(line.segments.map(\.start) == [.begin, .hole])
        #expect(line.time(ofSample: 320) == Instant(seconds: 10 + 0.06 + 60))
    }

    /// Delivery in another order within a window changes neither samples nor gaps.
    @Test(arguments: [UInt64(1), 2, 3, 4, 5])
    func shuffled(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var script = AudioScript()
        for _ in 0..<300 {
            script.send([80, 160, 240][Int(random.next() % 3)])
            if random.chance(0.05) { script.lose(1 + Int(random.next() % 4)) }
        }
        script.send()
        let inOrder = script.timeline(.noise(seed: 1))
        let times = script.packets.map(\.packet.time)
        for start in stride(from: 0, to: 296, by: 5) { script.packets[start..<start + 5].shuffle(using: &random) }
        for index in script.packets.indices { script.packets[index].packet.time = times[index] }
        let line = script.timeline(.noise(seed: 1))
        #expect(line.counts.late > 100)
        #expect(line.segments.count == 1)
        #expect(line.samples == inOrder.samples)
        #expect(line.gaps.map(\.samples) == inOrder.gaps.map(\.samples))
        #expect(line.samples.count == Int(script.timestamp &- 1_000))
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func hostileNumbersStayBounded(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var script = AudioScript()
        for _ in 0..<3_000 {
            if random.chance(0.3) { script.timestamp = UInt32(truncatingIfNeeded: random.next()) }
            if random.chance(0.3) { script.sequence = UInt16(truncatingIfNeeded: random.next()) }
            if random.chance(0.1) { script.now = Instant(nanoseconds: Int64(bitPattern: random.next())) }
            script.send(
                [UInt8](repeating: 9, count: Int(random.next() % 300)),
                type: [0, 0, 8, 13, 18, 101][Int(random.next() % 6)], samples: 160)
        }
        let line = script.timeline()
        #expect(line.samples.count <= AudioTimeline.fillLimit + 3_000 * 300)
        #expect(line.segments.last?.samples.upperBound == line.samples.count)
        #expect(
            zip(line.placements, line.placements.dropFirst()).allSatisfy {
                $0.samples.upperBound <= $1.samples.lowerBound
            })
        for sample in stride(from: -5, to: line.samples.count + 5, by: 997) {
            _ = line.time(ofSample: sample)
            _ = line.placement(ofSample: sample)
        }
    }

    @Test func nothing() {
        let line = AudioScript().timeline()
        #expect(line.samples.isEmpty && line.time(ofSample: 0) == nil && line.sample(at: .zero) == nil)
    }
}
