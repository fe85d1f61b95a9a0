import FaxCore
import FaxProtocol
import FaxWire
import Testing

/// A receiver with what it handed out.
struct ReceiverHarness {
    var receiver: UDPTLReceiver
    var delivered: [UDPTLReceiver.Delivery] = []
    var octets: [[UInt8]] = []
    private var frame: UInt32 = 0

    init(limits: UDPTLReceiver.Limits = .capture) { receiver = UDPTLReceiver(limits: limits) }

    var sequences: [Int] { delivered.map(\.sequence) }

    @discardableResult
    mutating func take(_ datagram: [UInt8], at milliseconds: Int? = nil) -> UDPTLReceiver.Outcome {
        frame += 1
        let time = Instant(nanoseconds: Int64(milliseconds ?? Int(frame) * 30) * 1_000_000)
        var new: [(UDPTLReceiver.Delivery, [UInt8])] = []
        let outcome = receiver.handle(datagram.span.bytes, time: time, frame: FrameRef(number: frame)) {
            new.append(($0, $1.copied()))
        }
        delivered += new.map(\.0)
        octets += new.map(\.1)
        return outcome
    }

    mutating func finish() {
        var new: [(UDPTLReceiver.Delivery, [UInt8])] = []
        receiver.finish { new.append(($0, $1.copied())) }
        delivered += new.map(\.0)
        octets += new.map(\.1)
    }

    func quirk(_ quirk: UDPTLStatistics.Quirk) -> Int {
        receiver.statistics.quirks.first { $0.quirk == quirk }?.count ?? 0
    }
}

/// IFP packets that differ from one another and in length: V.21 data.
func samplePackets(_ count: Int) -> [[UInt8]] {
    (0..<count).map { index in
        let data = [UInt8(truncatingIfNeeded: index), UInt8(truncatingIfNeeded: index >> 8)]
        let fill = [UInt8](repeating: 0xA5, count: index % 5)
        return IFPPacket.data(.v21, [.init(.hdlcData, data + fill)]).octets(form: .v2002) ?? []
    }
}

func datagrams(_ packets: [[UInt8]], _ correction: UDPTLSender.Correction, from first: UInt16 = 0) -> [[UInt8]] {
    var sender = UDPTLSender(correction: correction, maximumDatagram: 1400, firstSequence: first)
    return packets.map { sender.send($0, category: .controlData) }
}

@Suite("UDPTL receiver")
struct UDPTLReceiverTests {
    @Test(arguments: [UInt16(0), 65_530, 32_760])
    func inOrderOverTheWrap(first: UInt16) {
        let packets = samplePackets(40)
        var harness = ReceiverHarness()
        for datagram in datagrams(packets, .redundancy(.init(all: 2)), from: first) { harness.take(datagram) }
        harness.finish()
        #expect(harness.octets == packets)
        #expect(harness.sequences == Array(Int(first)..<Int(first) + 40))
        #expect(harness.receiver.tracker.lost == 0)
        #expect(harness.receiver.tracker.expected == 40)
        #expect(harness.receiver.statistics.commonestDepth == 2)
        #expect(harness.quirk(.sequenceNotZero) == (first == 0 ? 0 : 1))
    }

    @Test(arguments: 1...4, 1...6)
    func redundancyRepairsBurstsUpToItsDepth(depth: Int, burst: Int) {
        let packets = samplePackets(30)
        var harness = ReceiverHarness()
        for (index, datagram) in datagrams(packets, .redundancy(.init(all: depth))).enumerated()
        where !(10..<10 + burst).contains(index) { harness.take(datagram) }
        harness.finish()
        let repaired = min(depth, burst)
        #expect(harness.receiver.tracker.lost == burst)
        #expect(harness.receiver.recovered == repaired)
        #expect(harness.receiver.unrecovered == burst - repaired)
        #expect(harness.receiver.tracker.losses.bursts == [burst: 1])
        #expect(harness.receiver.tracker.losses.runs.first?.recovered == repaired)
        let gone = 10..<10 + burst - repaired
        #expect(harness.octets == packets.enumerated().filter { !gone.contains($0.offset) }.map(\.element))
        #expect(harness.sequences == harness.sequences.sorted())
    }

    /// Each packet's parity covers the span·entries packets before it, and one repair makes the next possible: so bursts
    /// up to that length are repaired when enough packets follow.
    @Test(arguments: [(1, 1), (3, 1), (3, 3), (4, 2), (8, 4)], [1, 2, 3, 4, 6, 9, 12])
    func parityRepairsBursts(_ shape: (span: Int, entries: Int), burst: Int) {
        let packets = samplePackets(120)
        var harness = ReceiverHarness()
        let sent = datagrams(packets, .fec(span: shape.span, entries: shape.entries))
        for (index, datagram) in sent.enumerated() where !(50..<50 + burst).contains(index) { harness.take(datagram) }
        harness.finish()
        let unrepaired = max(0, burst - shape.span * shape.entries)
        #expect(harness.receiver.tracker.lost == burst)
        #expect(harness.receiver.statistics.recoveredByFEC == burst - unrepaired)
        #expect(harness.sequences == Array(0..<120).filter { !(50..<50 + unrepaired).contains($0) })
        for (sequence, got) in zip(harness.sequences, harness.octets) {
            // Parity does not tell lengths: zeros may follow.
            let packet = packets[sequence]
            #expect(Array(got.prefix(packet.count)) == packet)
            #expect(got.dropFirst(packet.count).allSatisfy { $0 == 0 })
        }
    }

    /// Two losses in one interleave are solved when a later parity solves one of them first.
    @Test func paritySolvesInSeveralPasses() {
        let packets = samplePackets(60)
        var harness = ReceiverHarness()
        for (index, datagram) in datagrams(packets, .fec(span: 4, entries: 1)).enumerated()
        where index != 30 && index != 33 { harness.take(datagram) }
        harness.finish()
        #expect(harness.receiver.statistics.recoveredByFEC == 2)
        #expect(harness.sequences == Array(0..<60))
    }

    @Test func earlyParityThatPointsBeforeTheStartIsIgnored() {
        let packets = samplePackets(12)
        var harness = ReceiverHarness()
        for (index, packet) in packets.enumerated() where index != 2 {
            let datagram = UDPTLPacket(
                sequence: UInt16(index), primary: packet,
                recovery: .fec(span: 3, parity: [[0xEE, 0xEE], [0xEE, 0xEE], [0xEE, 0xEE]]))
            harness.take(datagram.octets)
            if index == 8 { break }
        }
        #expect(harness.quirk(.bogusEarlyFEC) > 0)
        #expect(harness.receiver.statistics.recoveredByFEC <= 1)
    }

    @Test func residualLossFallsWithTheDepth() {
        var random = SeededRandom(seed: 7)
        let count = 6_000
        let loss = 0.1
        let packets = samplePackets(count)
        for depth in 0...3 {
            var harness = ReceiverHarness()
            for datagram in datagrams(packets, .redundancy(.init(all: depth))) where !random.chance(loss) {
                harness.take(datagram)
            }
            harness.finish()
            var expected = loss
            for _ in 0..<depth { expected *= loss }
            let residual = Double(harness.receiver.unrecovered) / Double(count)
            let sigma = (expected / Double(count)).squareRoot()
            #expect(abs(residual - expected) < 5 * sigma + 1e-4, "depth \(depth): \(residual) against \(expected)")
            #expect(
                harness.octets.count == count - harness.receiver.unrecovered
                    - (count - harness.receiver.tracker.expected))
        }
    }

    @Test func reorderedPacketsGoOutInOrderAndAreNotLost() {
        let packets = samplePackets(20)
        var sent = datagrams(packets, .none)
        sent.swapAt(5, 6)
        sent.swapAt(10, 13)
        var harness = ReceiverHarness()
        for datagram in sent { harness.take(datagram) }
        harness.finish()
        #expect(harness.octets == packets)
        #expect(harness.receiver.tracker.lost == 0)
        #expect(harness.receiver.tracker.losses.bursts.isEmpty)
        #expect(harness.receiver.tracker.reordered == 4)
    }

    /// Repaired first, then it came itself: late, not lost, and handed out once.
    @Test func lateAfterRepair() {
        let packets = samplePackets(10)
        var sent = datagrams(packets, .redundancy(.init(all: 2)))
        sent.swapAt(4, 5)
        var harness = ReceiverHarness()
        for datagram in sent { harness.take(datagram) }
        harness.finish()
        #expect(harness.octets == packets)
        #expect(harness.receiver.tracker.lost == 0)
        #expect(harness.receiver.recovered == 0)
    }

    @Test func duplicatesAreCountedAndNotHandedOutTwice() {
        let packets = samplePackets(10)
        let sent = datagrams(packets, .redundancy(.init(all: 1)))
        var harness = ReceiverHarness()
        for (index, datagram) in sent.enumerated() {
            harness.take(datagram)
            if index == 3 || index == 7 { #expect(harness.take(datagram) == .duplicate) }
            if index == 8 { #expect(harness.take(sent[6]) == .duplicate) }
        }
        harness.finish()
        #expect(harness.octets == packets)
        #expect(harness.receiver.tracker.duplicates == 3)
    }

    @Test(arguments: [UInt16(0), 20_000])
    func restartOfTheNumbering(at second: UInt16) {
        let packets = samplePackets(60)
        let sent =
            datagrams(Array(packets[..<30]), .none, from: 100) + datagrams(Array(packets[30...]), .none, from: second)
        var harness = ReceiverHarness()
        for datagram in sent { harness.take(datagram) }
        harness.finish()
        #expect(harness.octets == packets)
        #expect(harness.sequences == Array(100..<160))
        #expect(harness.receiver.tracker.lost == 0)
        #expect(harness.quirk(.restart) == 1)
    }

    /// A sender that goes from 65535 to 1 lost nothing; one that lost packet 0 did.
    @Test(arguments: [true, false])
    func zeroLeftOutAtTheWrap(isHabit: Bool) {
        let packets = samplePackets(30)
        var sent = datagrams(packets, .redundancy(.init(all: 2)), from: 65_520)
        if isHabit {
            for index in 16..<30 { sent[index][1] += 1 }
        } else {
            sent.remove(at: 16)
        }
        var harness = ReceiverHarness()
        for datagram in sent { harness.take(datagram) }
        harness.finish()
        #expect(harness.octets == packets)
        #expect(harness.receiver.tracker.lost == (isHabit ? 0 : 1))
        #expect(harness.receiver.recovered == (isHabit ? 0 : 1))
        #expect(harness.quirk(.skippedZero) == (isHabit ? 1 : 0))
    }

    /// A hole, packets that wait, then an outage: those that waited go out first.
    @Test(arguments: [40, 90, 127, 128, 129, 500, 999])
    func outageWhilePacketsWait(outage: Int) {
        let packets = samplePackets(1100)
        let sent = datagrams(packets, .none)
        var harness = ReceiverHarness()
        let kept = Array(0..<10) + Array(11..<40) + Array((40 + outage)..<(50 + outage))
        for index in kept { harness.take(sent[index]) }
        harness.finish()
        #expect(harness.sequences == kept)
        #expect(harness.octets == kept.map { packets[$0] })
        #expect(harness.receiver.tracker.lost == outage + 1)
    }

    @Test func oneStrayNumberChangesNothing() {
        let packets = samplePackets(20)
        var sent = datagrams(packets, .none)
        sent.insert(UDPTLPacket(sequence: 40_000, primary: [0x06]).octets, at: 10)
        var harness = ReceiverHarness()
        for datagram in sent { harness.take(datagram) }
        harness.finish()
        #expect(harness.octets == packets)
        #expect(harness.quirk(.restart) == 0)
    }

    @Test func zeroLengthSecondariesAndTrailingOctetsAreNoted() {
        var harness = ReceiverHarness()
        harness.take(UDPTLPacket(sequence: 0, primary: [0x06]).octets)
        harness.take(UDPTLPacket(sequence: 2, primary: [0x06], recovery: .redundancy([[], [0x06]])).octets + [0, 0])
        harness.finish()
        #expect(harness.quirk(.zeroLengthSecondary) == 1)
        #expect(harness.quirk(.trailingOctets) == 1)
        #expect(harness.receiver.unrecovered == 1)
        #expect(harness.sequences == [0, 2])
    }

    @Test func mixedCorrectionAndRepeatsAreNoted() {
        var harness = ReceiverHarness()
        harness.take(UDPTLPacket(sequence: 0, primary: [0x06]).octets)
        harness.take(UDPTLPacket(sequence: 1, primary: [0x06], recovery: .redundancy([[0x06]])).octets)
        harness.take(UDPTLPacket(sequence: 2, primary: [0x1E], recovery: .fec(span: 1, parity: [[0x06]])).octets)
        #expect(harness.quirk(.mixedErrorCorrection) == 1)
        #expect(harness.quirk(.repeatUnderNewSequence) == 1)
    }

    /// Live, a hole is given up after the limits; in a capture it waits longer.
    @Test func holdLimits() {
        let packets = samplePackets(40)
        let sent = datagrams(packets, .none)
        var live = ReceiverHarness(limits: .init(holdPackets: 4, holdTime: .milliseconds(200)))
        live.take(sent[0], at: 0)
        live.take(sent[2], at: 40)
        #expect(live.sequences == [0])
        #expect(live.receiver.deadline == Instant(nanoseconds: 240_000_000))
        live.take(sent[3], at: 241)
        #expect(live.sequences == [0, 2, 3])
        #expect(live.take(sent[1], at: 242) == .late)
        #expect(live.quirk(.latePacket) == 1)
        for index in 5...9 { live.take(sent[index], at: 250) }
        #expect(live.sequences == [0, 2, 3, 5, 6, 7, 8, 9])
    }

    @Test func hostileDatagramsNeverTrap() {
        var random = SeededRandom(seed: 99)
        let sent =
            datagrams(samplePackets(50), .fec(span: 3, entries: 3))
            + datagrams(samplePackets(50), .redundancy(.init(all: 3)))
        for _ in 0..<20 {
            var harness = ReceiverHarness()
            for var datagram in sent {
                if random.chance(0.5) {
                    datagram[Int.random(in: 0..<datagram.count, using: &random)] = UInt8.random(
                        in: 0...255, using: &random)
                }
                if random.chance(0.1) {
                    datagram = Array(datagram.prefix(Int.random(in: 0...datagram.count, using: &random)))
                }
                harness.take(datagram)
            }
            harness.finish()
            #expect(harness.sequences == harness.sequences.sorted())
            #expect(Set(harness.sequences).count == harness.sequences.count)
            #expect(harness.receiver.tracker.lost >= 0)
        }
    }
}
