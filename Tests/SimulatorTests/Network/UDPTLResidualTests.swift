import FaxCore
import FaxProtocol
import FaxWire
import Foundation
import Testing

@testable import Simulator

/// What UDPTL cannot repair over these networks, with the sender and receiver of the project, against theory.
@Suite struct UDPTLResidualTests {
    /// IFPs that never came out, of those before the last few.
    private func residual(_ text: String, _ correction: UDPTLSender.Correction, count: Int, seed: UInt64 = 17) throws
        -> Int
    {
        var path = NetworkPath(try NetworkSpec(text), seed: seed)
        var sender = UDPTLSender(correction: correction, maximumDatagram: 1400)
        var receiver = UDPTLReceiver()
        var received = [Bool](repeating: false, count: count)
        func take(_ delivery: UDPTLReceiver.Delivery, _ octets: RawSpan) {
            // Numbers on the wire wrap; the content tells which one it is.
            let number = Int(octets.be32(1))
            if received.indices.contains(number) { received[number] = true }
        }
        for number in 0..<count {
            let word = UInt32(number)
            let packet = [0xC0] + (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) }
            let datagram = sender.send(packet, category: .imageData)
            let time = Instant.zero + .milliseconds(40 * number)
            guard let delivery = path.carry(octetCount: datagram.count, at: time).delivery else { continue }
            receiver.handle(datagram.span.bytes, time: delivery.time, frame: .none, deliver: take)
        }
        receiver.finish(deliver: take)
        return received.count { !$0 }
    }

    /// Independent losses: p^(R + 1).
    @Test(arguments: [(5.0, 0), (5, 1), (10, 2), (20, 3)])
    func independentLossLeavesAPower(percent: Double, depth: Int) throws {
        let count = 60_000
        let left = try residual(
            "loss=\(percent)%", .redundancy(.init(all: depth)), count: count)
        let p = percent / 100
        // A hole of R + 2 losses is two unrepaired IFPs: neighbours hang together by p.
        let inflation = (1 + p) / (1 - p)
        #expect(ModelStatistics.agrees(left, of: count, with: pow(p, Double(depth + 1)), inflation: inflation))
        #expect(!ModelStatistics.agrees(left, of: count, with: 2.5 * pow(p, Double(depth + 1)), inflation: inflation))
        #expect(!ModelStatistics.agrees(left, of: count, with: pow(p, Double(depth + 2)), inflation: inflation))
    }

    /// Bursts of mean length B: p·(1 - 1/B)^R; redundancy helps little against long ones.
    @Test(arguments: [(3.0, 2.0, 1), (3, 2, 2), (3, 3, 3)])
    func burstsLeaveMore(percent: Double, burst: Double, depth: Int) throws {
        let count = 60_000
        let left = try residual(
            "loss=\(percent)% burst=\(burst)", .redundancy(.init(all: depth)), count: count)
        let (p, stay) = (percent / 100, 1 - 1 / burst)
        let expected = p * pow(stay, Double(depth))
        let inflation = (1 + stay) / (1 - stay)
        #expect(ModelStatistics.agrees(left, of: count, with: expected, inflation: inflation))
        #expect(!ModelStatistics.agrees(left, of: count, with: 1.6 * expected, inflation: inflation))
        // Taken for independent, the losses would leave next to nothing.
        #expect(!ModelStatistics.agrees(left, of: count, with: pow(p, Double(depth + 1)), inflation: inflation))
    }

    /// An outage of L packets leaves L - R.
    @Test(arguments: [(1, 1, 0), (2, 1, 1), (3, 3, 0), (5, 3, 2), (25, 3, 22)])
    func anOutageLeavesWhatIsLongerThanTheDepth(length: Int, depth: Int, left: Int) throws {
        let text = "outage=\(40 * length - 1)ms@\(Quantity.text(.milliseconds(40 * 100)))"
        #expect(try residual(text, .redundancy(.init(all: depth)), count: 1000) == left)
    }

    /// Parity reaches back span · entries packets: of a burst up to that length the last packet of each group is alone in
    /// some parity entry, and then the one before it; what is longer leaves its first ones.
    @Test(arguments: [(2, 3, 3, 0), (2, 3, 6, 0), (2, 3, 7, 1), (3, 4, 12, 0), (3, 4, 14, 2), (1, 1, 2, 1)])
    func parityRepairsBurstsUpToItsReach(span: Int, entries: Int, length: Int, left: Int) throws {
        let text = "outage=\(40 * length - 1)ms@4s"
        #expect(try residual(text, .fec(span: span, entries: entries), count: 1000) == left)
    }

    @Test func parityRepairsRandomLoss() throws {
        let count = 60_000
        let without = try residual("loss=2%", .none, count: count)
        let with = try residual("loss=2%", .fec(span: 3, entries: 3), count: count)
        #expect(ModelStatistics.agrees(without, of: count, with: 0.02))
        #expect(with * 10 < without)
        let much = try residual("loss=40%", .fec(span: 3, entries: 3), count: count / 3)
        #expect(much > 20 && much < count / 3 * 4 / 10)
    }
}
