import CSpanDSP
import FaxCore
import FaxDSP
import FaxWire
import Foundation
import Testing

@Suite struct AudioCodecTests {
    /// 2 s of two tones as a voice might have them.
    static let audio: [Int16] = (0..<16_000).map { index in
        let time = Double(index) / 8_000
        return Int16(6_000 * sin(2 * .pi * 440 * time) + 3_000 * sin(2 * .pi * 1_250 * time))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        /// Of the decoded samples against the encoded ones, in dB, and the delay of the codec at most.
        var leastSNR: Double
        var mostDelay = 0
        var testDescription: String { name }
    }

    static let rows = [
        Row(name: "PCMU", leastSNR: 30), Row(name: "pcma", leastSNR: 30), Row(name: "L16", leastSNR: 90),
        Row(name: "G726-16", leastSNR: 9), Row(name: "G726-24", leastSNR: 15), Row(name: "G726-32", leastSNR: 22),
        Row(name: "G726-40", leastSNR: 25), Row(name: "AAL2-G726-16", leastSNR: 9),
        Row(name: "AAL2-G726-24", leastSNR: 15), Row(name: "AAL2-G726-32", leastSNR: 22),
        Row(name: "AAL2-G726-40", leastSNR: 25), Row(name: "G722", leastSNR: 15, mostDelay: 40),
        Row(name: "GSM", leastSNR: 6),
    ]

    @Test(arguments: rows) func encodedByLibspandspDecodesPacketByPacket(_ row: Row) throws {
        let octets = Self.encode(row.name, Self.audio)
        let codec = try #require(AudioCodec(encoding: row.name))
        guard var decoder = AudioDecoder(codec) else { throw ModemTransmitter.NoState() }
        // 60 ms a packet: whole frames and whole octets in every encoding.
        let size = octets.count * 480 / Self.audio.count
        var decoded: [Int16] = []
        for start in stride(from: 0, to: octets.count, by: size) {
            let packet = octets[start..<min(start + size, octets.count)]
            let samples = decoder.decode(packet)
            #expect(samples.count == codec.sampleCount(octets: packet.count))
            decoded += samples
        }
        #expect(decoded.count > Self.audio.count - 480)
        let best = (0...row.mostDelay).map { Self.signalToNoise(decoded, delay: $0) }.max() ?? 0
        #expect(best >= row.leastSNR, "\(best) dB")
    }

    /// Our encoder, packet by packet, gives what libspandsp's own gives in one piece.
    @Test(arguments: rows) func encodedPacketByPacket(_ row: Row) throws {
        let codec = try #require(AudioCodec(encoding: row.name))
        guard var encoder = AudioEncoder(codec) else { throw ModemTransmitter.NoState() }
        var octets: [UInt8] = []
        for start in stride(from: 0, to: Self.audio.count, by: 480) {
            octets += encoder.encode(Self.audio[start..<min(start + 480, Self.audio.count)])
        }
        let whole = Self.encode(row.name, Self.audio)
        #expect(octets.prefix(whole.count - 66) == whole.prefix(whole.count - 66))
        // What is no whole frame of GSM is not coded.
        #expect(encoder.encode(Self.audio[0..<80]).isEmpty == (codec == .gsm))
        #expect(encoder.encode([]).isEmpty)
    }

    /// Any octets, any lengths: as many samples as the length tells.
    @Test(arguments: rows) func hostilePayloads(_ row: Row) throws {
        let codec = try #require(AudioCodec(encoding: row.name))
        guard var decoder = AudioDecoder(codec) else { throw ModemTransmitter.NoState() }
        var random = SeededRandom(seed: 5)
        for length in 0..<400 {
            let octets = (0..<length + 3).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(decoder.decode(octets[3...]).count == codec.sampleCount(octets: length))
        }
    }

    @Test func otherEncodingsAreNotDecoded() {
        for name in ["iLBC", "G729", "opus", "speex", "G723", "G726-", "AAL2-PCMU", "L16/44100", ""] {
            #expect(AudioCodec(encoding: name) == nil)
        }
    }

    // MARK: -

    private static func signalToNoise(_ decoded: [Int16], delay: Int) -> Double {
        var (signal, noise) = (0.0, 0.0)
        for index in 1_000..<decoded.count {
            let sent = Double(audio[index - delay])
            signal += sent * sent
            noise += (Double(decoded[index]) - sent) * (Double(decoded[index]) - sent)
        }
        return 10 * log10(signal / max(noise, 1))
    }

    static func encode(_ name: String, _ audio: [Int16]) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: audio.count * 2)
        let count = Int32(audio.count)
        let written: Int32
        switch name.uppercased() {
        case "PCMU": return G711.muLaw.octets(audio)
        case "PCMA": return G711.aLaw.octets(audio)
        case "L16": return audio.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        case "GSM":
            let state = gsm0610_init(nil, Int32(GSM0610_PACKING_VOIP))
            defer { gsm0610_free(state) }
            written = gsm0610_encode(state, &octets, audio, count)
        case "G722":
            let state = g722_encode_init(nil, 64_000, Int32(G722_SAMPLE_RATE_8000))
            defer { g722_encode_free(state) }
            written = g722_encode(state, &octets, audio, count)
        default:
            let rate = Int32(name.suffix(2)).map { $0 * 1_000 } ?? 0
            let packing = name.hasPrefix("AAL2") ? G726_PACKING_LEFT : G726_PACKING_RIGHT
            let state = g726_init(nil, rate, Int32(G726_ENCODING_LINEAR), Int32(packing))
            defer { g726_free(state) }
            written = g726_encode(state, &octets, audio, count)
        }
        return Array(octets.prefix(Int(written)))
    }
}

@Suite struct ClearChannelTests {
    private static let fax = ModemTransmitter.v21((0..<600).map { $0 % 7 < 3 })

    @Test(arguments: G711.allCases) func faxIsTakenByItsLaw(_ law: G711) {
        #expect(ClearChannel.law(of: law.octets(Self.fax)) == law)
        let idle = [UInt8](repeating: law.idleOctet, count: 4_000)
        #expect(ClearChannel.law(of: idle + law.octets(Self.fax)) == law)
    }

    @Test(arguments: G711.allCases) func widebandModemIsTakenByItsLaw(_ law: G711) throws {
        var random = SeededRandom(seed: 3)
        let bits = (0..<20_000).map { _ in random.next() & 1 == 1 }
        let audio = try #require(
            HighSpeedModulation.withLongTraining.last.map { ModemTransmitter.bursts($0, [bits], dBm0: -20) })
        #expect(ClearChannel.law(of: law.octets(audio)) == law)
    }

    @Test func dataAndSilenceAreUnknown() {
        var random = SeededRandom(seed: 9)
        #expect(ClearChannel.law(of: (0..<40_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }) == nil)
        #expect(ClearChannel.law(of: [UInt8](repeating: 0x7E, count: 40_000)) == nil)
        #expect(ClearChannel.law(of: [UInt8](repeating: 0xD5, count: 40_000)) == nil)
        #expect(ClearChannel.law(of: (0..<40_000).map { [0x7E, 0xFC, 0xF9, 0xF3][$0 % 4] }) == nil)
        #expect(ClearChannel.law(of: [UInt8]()) == nil)
    }
}
