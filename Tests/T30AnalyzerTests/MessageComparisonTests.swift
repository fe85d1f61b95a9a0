import FaxCore
import Testing

@testable import T30Analyzer

/// T.30 frames of two places laid beside each other.
@Suite struct MessageComparisonTests {
    private static func frame(_ name: String, _ from: Party, at seconds: Double, _ octets: [UInt8]) -> T30Message {
        T30Message(
            time: Instant(seconds: seconds), end: Instant(seconds: seconds + 0.1), frame: FrameRef(number: 1),
            lastFrame: FrameRef(number: 1), direction: from, name: name, octets: octets, fields: [], crcOK: true)
    }

    private static let dis: [UInt8] = [0xFF, 0x13, 0x80, 0x00, 0xEE, 0xF8, 0xC4]
    private static let mcf: [UInt8] = [0xFF, 0x13, 0x8C]
    private static let eop: [UInt8] = [0xFF, 0x13, 0x2F]

    @Test func aClearedBitIsTold() throws {
        var other = Self.dis
        other[6] &= ~4
        let comparison = MessageComparison(
            [Self.frame("DIS", .callee, at: 1, Self.dis)], [Self.frame("DIS", .callee, at: 2.2, other)],
            offset: .seconds(1))
        let change = try #require(comparison.changes.first)
        #expect(change.fields.contains { $0.name == "ecm" && $0.left == "yes" && $0.right != "yes" })
        #expect(comparison.onlyLeft.isEmpty && comparison.onlyRight.isEmpty)
    }

    /// Of three sends the one that is near in time is the one that came.
    @Test func aRepeatedCommandIsMatchedByTime() {
        let left = (0..<3).map { Self.frame("EOP", .caller, at: 10 + Double($0) * 3, Self.eop) }
        let right = [Self.frame("EOP", .caller, at: 13.02, Self.eop), Self.frame("MCF", .callee, at: 14, Self.mcf)]
        let comparison = MessageComparison(left, right, offset: .zero)
        #expect(comparison.matched.map(\.left) == [1] && comparison.onlyLeft == [0, 2])
        #expect(comparison.onlyRight == [1])
    }

    @Test func partiesAreKeptApart() {
        let comparison = MessageComparison(
            [Self.frame("DCN", .caller, at: 1, [0xFF, 0x13, 0xFB])],
            [Self.frame("DCN", .callee, at: 1, [0xFF, 0x13, 0xFB])], offset: .zero)
        #expect(comparison.matched.isEmpty)
    }
}
