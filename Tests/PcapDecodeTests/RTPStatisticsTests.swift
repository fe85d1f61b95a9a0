import FaxCore
import FaxProtocol
import FaxWire
import PcapDecode
import Testing

/// One RTP stream made packet by packet.
private struct Stream {
    var accumulator = RTPStreamAccumulator(clockRate: 8000)
    private var frame: UInt32 = 0

    mutating func add(
        _ sequence: Int, timestamp: Int? = nil, at milliseconds: Double, marker: Bool = false,
        content: RTPStreamAccumulator.Content = .media
    ) {
        frame += 1
        let header = RTPHeader(
            marker: marker, payloadType: 0, sequence: UInt16(truncatingIfNeeded: sequence),
            timestamp: UInt32(truncatingIfNeeded: timestamp ?? sequence * 160), ssrc: 1)
        accumulator.add(
            header, content: content, byteCount: 172, time: Instant(nanoseconds: Int64(milliseconds * 1e6)),
            frame: FrameRef(number: frame))
    }

    var statistics: StreamStatistics { accumulator.statistics }
}

@Suite("RTP statistics")
struct RTPStatisticsTests {
    @Test(arguments: [0, 65_530, 131_000])
    func cleanStreamOverTheWraps(first: Int) {
        var stream = Stream()
        for index in 0..<100 { stream.add(first + index, at: Double(index) * 20) }
        let figures = stream.statistics
        #expect(figures.expected == 100 && figures.lost == 0 && figures.duplicates == 0 && figures.reordered == 0)
        #expect(figures.jitter == .zero)
        #expect(figures.packetTimeMs == 20 && figures.packetTimeChanges == 0)
        #expect(figures.maximumGap == .milliseconds(20))
        #expect(figures.clockSkewPPM == nil)
    }

    @Test func lossBurstsDuplicatesAndReordering() throws {
        var stream = Stream()
        let lost = [10, 20, 21, 22, 40, 41, 42]
        for index in 0..<100 where !lost.contains(index) {
            if index == 51 { continue }
            stream.add(index, at: Double(index) * 20)
            if index == 52 { stream.add(51, at: 1045) }
            if index == 60 { stream.add(60, at: 1205) }
        }
        let figures = stream.statistics
        #expect(figures.lost == 7 && figures.expected == 100)
        #expect(figures.lossBursts == [1: 1, 3: 2])
        #expect(figures.longestLossBurst == 3)
        #expect(figures.duplicates == 1 && figures.reordered == 1)
        #expect(figures.gaps.map(\.firstMissing) == [10, 20, 40])
        let gap = try #require(figures.gaps.first)
        #expect(gap.before == FrameRef(number: 10) && gap.after == FrameRef(number: 11))
    }

    /// RFC 3550 A.8 worked by hand: arrivals 20, 25, 15 … ms apart.
    @Test func jitter() throws {
        var stream = Stream()
        var expected = 0.0
        var time = 0.0
        for index in 0..<50 {
            stream.add(index, at: time)
            let step = [20.0, 25, 15, 20][index % 4]
            if index < 49 { expected += (abs(step - 20) - expected) / 16 }
            time += step
        }
        let jitter = try #require(stream.statistics.jitter)
        #expect(abs(jitter.inMilliseconds - expected) < 1e-6)
    }

    @Test func packetTimeChanges() {
        var stream = Stream()
        var timestamp = 0
        for index in 0..<200 {
            stream.add(index, timestamp: timestamp, at: Double(timestamp) / 8)
            timestamp += index < 120 ? 160 : 240
        }
        #expect(stream.statistics.packetTimeMs == 20)
        #expect(stream.statistics.packetTimeChanges == 1)
    }

    /// A sender that goes on 3 ms off after a long pause has a clock as good as before: nothing else is known of it where
    /// both parts are short, and the slope of both where they are long.
    @Test(arguments: [(150, nil), (1_500, 0.0)])
    func aPauseTellsNothingOfTheClock(packets: Int, skew: Double?) {
        var stream = Stream()
        for index in 0..<packets { stream.add(index, at: Double(index) * 20) }
        for index in 0..<packets {
            stream.add(
                packets + index, timestamp: (packets + index + 1_250) * 160,
                at: Double(packets + index + 1_250) * 20 + 3)
        }
        let found = stream.statistics.clockSkewPPM
        #expect((found == nil) == (skew == nil))
        #expect(abs((found ?? 0) - (skew ?? 0)) < 0.1)
    }

    @Test(arguments: [-200.0, -20, 0, 20, 100])
    func clockSkew(partsPerMillion: Double) throws {
        var random = SeededRandom(seed: 3)
        var stream = Stream()
        for index in 0..<6000 {
            let sent = Double(index) * 20 / (1 + partsPerMillion / 1e6)
            stream.add(index, at: sent + 5 * random.unit() + (random.chance(0.01) ? 40 : 0))
        }
        let figures = stream.statistics
        let skew = try #require(figures.clockSkewPPM)
        let half = try #require(figures.clockSkewUncertaintyPPM)
        #expect(abs(skew - partsPerMillion) < max(half * 2, 1))
        #expect(half < 20)
    }

    @Test func silenceSuppressionAndComfortNoise() {
        var stream = Stream()
        var timestamp = 0
        for index in 0..<100 {
            if index == 50 { timestamp += 80_000 }
            let isNoise = index == 49
            stream.add(
                index, timestamp: timestamp, at: Double(timestamp) / 8, marker: index == 0 || index == 50,
                content: isNoise ? .comfortNoise : .media)
            timestamp += 160
        }
        let figures = stream.statistics
        #expect(figures.markers == 2 && figures.comfortNoise == 1)
        #expect(figures.packetTimeMs == 20 && figures.packetTimeChanges == 0)
        #expect(figures.lost == 0)
        #expect((figures.maximumGap ?? .zero) > .seconds(9))
    }

    /// An outage of two minutes: 6000 packets, more than RFC 3550's dropout limit, but the timestamps went on.
    @Test func longOutageIsLoss() {
        var stream = Stream()
        for index in 0..<100 { stream.add(index, at: Double(index) * 20) }
        for index in 6100..<6200 { stream.add(index, at: Double(index) * 20) }
        #expect(stream.statistics.lost == 6000)
        #expect(stream.statistics.longestLossBurst == 6000)
    }

    @Test func restartIsNoLoss() {
        var stream = Stream()
        for index in 0..<100 { stream.add(index, at: Double(index) * 20) }
        for index in 0..<100 { stream.add(30_000 + index, timestamp: 5 + index * 160, at: 2000 + Double(index) * 20) }
        #expect(stream.statistics.lost == 0 && stream.statistics.expected == 200)
        #expect(stream.accumulator.tracker.restarts == 1)
    }

    @Test func eventsDoNotDisturbTiming() {
        var stream = Stream()
        for index in 0..<100 {
            let isEvent = (40..<50).contains(index)
            stream.add(
                index, timestamp: isEvent ? 40 * 160 : index * 160, at: Double(index) * 20,
                content: isEvent ? .event : .media)
        }
        #expect(stream.statistics.lost == 0)
        #expect((stream.statistics.maximumJitter ?? .seconds(1)) < .milliseconds(1))
        #expect(stream.statistics.packetTimeChanges == 0)
    }

    @Test func oneEventOutOfManyPackets() throws {
        var collector = TelephoneEventCollector()
        func event(_ code: UInt8, _ ticks: UInt16, end: Bool = false) -> TelephoneEvent {
            TelephoneEvent(code: code, isEnd: end, volume: 10, durationTicks: ticks)
        }
        for (index, ticks) in [160, 320, 480, 480, 480].enumerated() {
            collector.add(
                event(36, UInt16(ticks), end: ticks == 480), timestamp: 1000, time: Instant(seconds: Double(index)),
                frame: FrameRef(number: UInt32(index + 1)))
        }
        collector.add(event(36, 65_535), timestamp: 90_000, time: Instant(seconds: 9), frame: FrameRef(number: 9))
        collector.add(event(36, 800, end: true), timestamp: 155_535, time: .zero, frame: FrameRef(number: 10))
        #expect(collector.events.map(\.name) == ["CNG", "CNG"])
        #expect(collector.events.map(\.duration) == [.milliseconds(60), .seconds(66_335.0 / 8000)])
        #expect(collector.events.map(\.frame.number) == [1, 9])
        #expect(collector.events.map(\.volumeDBm0) == [-10, -10])
    }

    @Test func reportsOfTheFarSide() {
        func block(_ ssrc: UInt32, _ lost: Int32) -> RTCPPacket.ReportBlock {
            RTCPPacket.ReportBlock(
                ssrc: ssrc, fractionLost: 64, cumulativeLost: lost, highestSequence: 9, jitter: 16,
                lastSenderReport: 0, delaySinceSenderReport: 0)
        }
        var reports = ReceptionReports()
        for round in 1...1_500 {
            reports.add(
                [
                    .receiverReport(ssrc: 1, blocks: [block(7, Int32(round)), block(8, 0)]),
                    .bye(ssrcs: [1], reason: nil),
                ],
                time: Instant(seconds: Double(round)), frame: FrameRef(number: UInt32(round)))
        }
        #expect(reports.reports.count == ReceptionReports.limit)
        #expect(reports.reports(on: 7).first?.cumulativeLost == 1)
        #expect(reports.reports(on: 7).first?.fractionLost == 0.25)
        #expect(reports.leaving.count == 64)
    }

    /// Reordered packets: jitter compares with whatever came before (RFC 3550 A.8).
    @Test func jitterOfReorderedPackets() throws {
        var stream = Stream()
        var expected = 0.0
        var transit: Double?
        for (index, sequence) in [0, 1, 3, 2, 4, 6, 5, 7].enumerated() {
            let time = Double(index) * 20
            stream.add(sequence, at: time)
            let now = time - Double(sequence) * 20
            if let transit { expected += (abs(now - transit) - expected) / 16 }
            transit = now
        }
        let jitter = try #require(stream.statistics.jitter)
        #expect(abs(jitter.inMilliseconds - expected) < 1e-6)
        #expect(stream.statistics.reordered == 2 && stream.statistics.lost == 0)
    }

    @Test func hostileHeadersNeverTrap() {
        var random = SeededRandom(seed: 21)
        var stream = RTPStreamAccumulator(clockRate: 1)
        for index in 0..<20_000 {
            let header = RTPHeader(
                marker: random.chance(0.5), payloadType: 0, sequence: UInt16.random(in: 0 ... .max, using: &random),
                timestamp: UInt32.random(in: 0 ... .max, using: &random), ssrc: 1)
            stream.add(
                header, content: .media, byteCount: 12,
                time: Instant(nanoseconds: Int64.random(in: .min ... .max, using: &random)),
                frame: FrameRef(number: UInt32(index)))
        }
        #expect(stream.statistics.lost ?? -1 >= 0)
    }
}
