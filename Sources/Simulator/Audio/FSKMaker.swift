import Foundation

/// Frequency shift keying with continuous phase: V.21, and what is built like it.
public struct FSKMaker: Sendable {
    public var markHz: Double
    public var spaceHz: Double
    public var bitRate: Double
    public var dBm0: Double

    public init(markHz: Double, spaceHz: Double, bitRate: Double = 300, dBm0: Double = -13) {
        self.markHz = markHz
        self.spaceHz = spaceHz
        self.bitRate = bitRate
        self.dBm0 = dBm0
    }

    /// V.21 clause 3: channel 1 of the caller, 980 and 1180 Hz; channel 2, 1650 and 1850 Hz.
    public static func v21(channel: Int, dBm0: Double = -13) -> FSKMaker {
        channel == 1
            ? FSKMaker(markHz: 980, spaceHz: 1180, dBm0: dBm0) : FSKMaker(markHz: 1650, spaceHz: 1850, dBm0: dBm0)
    }

    public func samples(_ bits: [Bool]) -> [Int16] {
        let peak = AudioLevel.peak(dBm0: dBm0)
        var phase = 0.0
        return (0..<Int(Double(bits.count) * 8000 / bitRate)).map { index in
            let bit = bits[min(Int(Double(index) * bitRate / 8000), bits.count - 1)]
            let value = AudioLevel.sample(peak * sin(phase))
            phase += 2 * .pi * (bit ? markHz : spaceHz) / 8000
            return value
        }
    }

    /// Octets with a start and a stop bit each, least significant bit first.
    public static func characters(_ octets: [UInt8]) -> [Bool] {
        octets.flatMap { octet -> [Bool] in
            let data = (0..<8).map { bit in octet >> UInt8(bit) & 1 == 1 }
            return [false] + data + [true]
        }
    }

    /// A V.8 sequence: ten ones, the synchronisation octet, octets (V.8 clause 5).
    public static func v8(sync: UInt8, _ octets: [UInt8]) -> [Bool] {
        [Bool](repeating: true, count: 10) + characters([sync] + octets)
    }

    /// Flags of HDLC, 01111110 each.
    public static func flags(_ count: Int) -> [Bool] {
        (0..<count * 8).map { $0 % 8 != 0 && $0 % 8 != 7 }
    }
}
