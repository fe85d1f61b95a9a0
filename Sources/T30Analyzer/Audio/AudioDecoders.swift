import FaxDSP
import FaxWire
import PcapDecode

/// Which encodings the timeline turns into samples, and how.
public struct AudioDecoders: Sendable {
    /// Everything ``AudioCodec`` knows, and 64 kbit/s transparent data that sound like audio (``ClearChannel``).
    public static let standard = AudioDecoders(isStandard: true)

    private let isStandard: Bool
    private var tables: [String: [Int16]] = [:]

    /// None but those that are added.
    public init() {
        isStandard = false
    }

    private init(isStandard: Bool) {
        self.isStandard = isStandard
    }

    /// Adds a sample-by-sample encoding (one octet, one sample at 8 kHz) by its SDP name (case does not matter); it goes
    /// before one of the standard set.
    public mutating func add(_ encoding: String, decode: (UInt8) -> Int16) {
        tables[encoding.uppercased()] = (UInt8.min...UInt8.max).map(decode)
    }

    /// `nil`: not decoded.
    func decoding(_ encoding: String) -> AudioDecoding? {
        if let table = tables[encoding.uppercased()] { return .table(table) }
        return isStandard ? AudioCodec(encoding: encoding).map(AudioDecoding.init) : nil
    }

    /// What a transparent channel (RFC 4040) holds, by its own octets.
    func clearChannel(_ type: UInt8, of log: AudioLog) -> AudioDecoding? {
        guard isStandard else { return nil }
        var octets: [UInt8] = []
        for packet in log.packets where packet.payloadType == type {
            octets += log.octets[packet.offset..<packet.offset + packet.length]
            if octets.count > Self.clearChannelOctets { break }
        }
        return ClearChannel.law(of: octets).map { AudioDecoding(.g711($0)) }
    }

    /// Looked at: two minutes, so that a line that rings first is heard.
    private static let clearChannelOctets = 960_000
}

/// How the octets of one payload type become samples.
enum AudioDecoding: Sendable {
    case table([Int16])
    case codec(AudioCodec)

    init(_ codec: AudioCodec) {
        // A table is looked up in place, without a decoder.
        if case .g711(let law) = codec {
            self = .table((UInt8.min...UInt8.max).map(law.sample))
        } else {
            self = .codec(codec)
        }
    }

    func sampleCount(octets: Int) -> Int {
        switch self {
        case .table: octets
        case .codec(let codec): codec.sampleCount(octets: octets)
        }
    }
}

/// The decoders of one segment, one a payload type: made when first needed, forgotten where the sender starts anew.
final class AudioDecoderBank {
    private final class Box {
        var decoder: AudioDecoder

        init?(_ codec: AudioCodec) {
            guard let decoder = AudioDecoder(codec) else { return nil }
            self.decoder = decoder
        }
    }

    private var boxes: [UInt8: Box] = [:]

    func reset() { boxes = [:] }

    /// As many samples as ``AudioDecoding/sampleCount(octets:)`` says.
    func decode(_ octets: ArraySlice<UInt8>, type: UInt8, _ codec: AudioCodec) -> [Int16] {
        if boxes[type] == nil { boxes[type] = Box(codec) }
        return boxes[type]?.decoder.decode(octets)
            ?? [Int16](repeating: 0, count: codec.sampleCount(octets: octets.count))
    }
}

/// What a payload type carries, as the timeline treats it.
enum AudioPayload {
    case samples(AudioDecoding)
    case comfortNoise
    case event
    /// Something that is not decoded here; the name is `nil` where neither SDP nor RFC 3551 tells.
    case codec(String?)

    /// Samples of 8 kHz in so many octets; 0 where there are none, or it is not known.
    func sampleCount(octets: Int) -> Int {
        switch self {
        case .samples(let decoding): decoding.sampleCount(octets: octets)
        case .comfortNoise, .event, .codec: 0
        }
    }

    /// For each of the 128 payload types. The names of the log go before the static assignments of RFC 3551 §6.
    static func roles(_ log: AudioLog, _ decoders: AudioDecoders) -> [AudioPayload] {
        (UInt8(0)..<128).map { type in
            let name = log.formats[type] ?? PayloadFormat.assigned(type)?.encoding
            if let decoding = name.flatMap({ decoders.decoding($0) }) { return .samples(decoding) }
            switch name?.lowercased() {
            case "cn": return .comfortNoise
            case "telephone-event", "x-nse": return .event
            case "clearmode": return decoders.clearChannel(type, of: log).map { .samples($0) } ?? .codec(name)
            case nil where type == 13 || type == 19: return .comfortNoise
            case _: return .codec(name)
            }
        }
    }
}
