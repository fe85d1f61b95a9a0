import FaxWire

/// Sound files for tests, octet by octet.
public enum WaveFile {
    public enum Coding: UInt16, Sendable {
        case pcm16 = 1
        case float = 3
        case aLaw = 6
        case muLaw = 7

        var octets: Int {
            switch self {
            case .pcm16: 2
            case .float: 4
            case .aLaw, .muLaw: 1
            }
        }
    }

    /// RIFF with `fmt ` and `data`; `claimed`: the length that the data chunk claims, if not its own.
    public static func wav(
        _ data: [UInt8], _ coding: Coding, rate: Int = 8_000, channels: Int, claimed: Int? = nil
    ) -> [UInt8] {
        let frame = coding.octets * channels
        var format = little(UInt32(coding.rawValue), 2) + little(UInt32(channels), 2) + little(UInt32(rate), 4)
        format += little(UInt32(rate * frame), 4) + little(UInt32(frame), 2) + little(UInt32(coding.octets * 8), 2)
        let claimed = UInt32(truncatingIfNeeded: claimed ?? data.count)
        let body =
            Array("WAVEfmt ".utf8) + little(UInt32(format.count), 4) + format + Array("data".utf8) + little(claimed, 4)
            + data
        return Array("RIFF".utf8) + little(UInt32(truncatingIfNeeded: body.count), 4) + body
    }

    /// 16-bit samples, interleaved.
    public static func wav(_ samples: [Int16], rate: Int = 8_000, channels: Int, claimed: Int? = nil) -> [UInt8] {
        let data = samples.flatMap { little(UInt32(UInt16(bitPattern: $0)), 2) }
        return wav(data, .pcm16, rate: rate, channels: channels, claimed: claimed)
    }

    private static func little(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }
}
