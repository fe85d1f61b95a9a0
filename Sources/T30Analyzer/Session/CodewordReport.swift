import FaxCore
import PcapDecode

/// Which values of G.711 a stream uses for page data and TCF, which are as good as noise (tones and V.21 are not). A signal
/// that was coded once in this law uses all of them near zero; one that was coded in another law, or made louder or quieter
/// in digits, before leaves some out.
public struct CodewordReport: Sendable, Hashable {
    /// Index in `Call.streams`.
    public var stream: Int
    /// `PCMU`, `PCMA`.
    public var codec: String
    /// Octets looked at.
    public var octets: Int
    /// Values that never occur although those around them often do.
    public var skipped: Int

    /// Five seconds.
    static let leastOctets = 40_000
    /// Values around one that is missing, and how often they must occur in the mean.
    private static let reach = 2
    private static let often = 25

    /// `bursts`: of the stream.
    init?(_ stream: MediaStream, index: Int, bursts: [BurstReport]) {
        guard let log = stream.audio, let codec = stream.codec?.uppercased(), codec == "PCMU" || codec == "PCMA" else {
            return nil
        }
        let type: UInt8 = codec == "PCMU" ? 0 : 8
        var counts = [Int](repeating: 0, count: 256)
        for data in bursts.compactMap(\.data) {
            let first = log.packets.firstIndex(from: { $0.time >= data.lowerBound })
            for packet in log.packets[first...].prefix(while: { $0.time < data.upperBound })
            where packet.payloadType == type {
                for octet in log.octets[packet.offset..<packet.offset + packet.length] { counts[Int(octet)] += 1 }
            }
        }
        octets = counts.reduce(0, +)
        guard octets >= Self.leastOctets else { return nil }
        self.stream = index
        self.codec = codec
        let toggles: UInt8 = codec == "PCMU" ? 0x7F : 0x55
        skipped = [UInt8(0), 0x80].reduce(0) { sum, sign in
            sum + Self.skipped((0..<128).map { counts[Int((sign | UInt8($0)) ^ toggles)] })
        }
    }

    /// `counts`: of one sign, from the smallest value to the largest. The smallest is left out: silence.
    private static func skipped(_ counts: [Int]) -> Int {
        (1..<counts.count).count { value in
            guard counts[value] == 0 else { return false }
            let near = max(1, value - reach)...min(counts.count - 1, value + reach)
            let around = near.reduce(0) { $0 + counts[$1] }
            return around >= often * (near.count - 1)
        }
    }
}
