import FaxCore
import FaxWire
import Testing

@testable import PcapDecode

/// Media that nothing announced, behind packets that are none.
@Suite struct ContentProbeTests {
    private let from = Endpoint(WireScript.a, 4000)
    private let to = Endpoint(WireScript.b, 4100)

    /// A Binding request without attributes (RFC 8489 §5).
    private static func stun(_ number: Int) -> [UInt8] {
        [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + (0..<12).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0) }
    }

    private static func other(_ number: Int) -> [UInt8] {
        [0x40, UInt8(truncatingIfNeeded: number)] + [UInt8](repeating: 0xAA, count: 30)
    }

    private func found(behind before: [[UInt8]], packets: Int) -> MediaStream? {
        let wire = WireScript()
        for octets in before {
            wire.packet(from, to, octets)
            wire.clock += 0.02
        }
        wire.udptl(from, to, 0..<packets)
        return wire.finish().first?.streams.first
    }

    @Test(arguments: [1, 8, 12, 200])
    func stunDoesNotCount(count: Int) throws {
        let stream = try #require(found(behind: (0..<count).map(Self.stun), packets: 20))
        #expect(stream.kind == .udptl && stream.t38?.entries.count == 20)
    }

    @Test(arguments: [8, 12, 100, 5_000])
    func ignoredFlowsAreLookedAtAgain(count: Int) throws {
        let packets = ContentProbe.pauseLimit + ContentProbe.packetLimit + 100
        let stream = try #require(found(behind: (0..<count).map(Self.other), packets: packets))
        #expect(stream.kind == .udptl && (stream.t38?.entries.count ?? 0) >= 100)
    }

    @Test func whatIsNeverMediaIsNoCall() {
        #expect(found(behind: (0..<2_000).map(Self.other), packets: 0) == nil)
        #expect(found(behind: (0..<2_000).map(Self.stun), packets: 0) == nil)
    }

    /// A flow is judged less often the longer it tells nothing.
    @Test func pausesGrowUpToTheirLimit() {
        var pauses: [Int] = []
        var probe = ContentProbe()
        for _ in 0..<8 {
            guard case .ignored(let next, let after) = probe.leftAlone else { return }
            pauses.append(after)
            probe = next
        }
        #expect(pauses == [8, 16, 32, 64, 128, 256, 256, 256])
    }
}
