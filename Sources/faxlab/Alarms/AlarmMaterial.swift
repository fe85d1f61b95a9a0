import FaxCore
import FaxDSP
import Simulator

/// Sounds of the telephone that are no fax.
enum AlarmMaterial: String, CaseIterable {
    case speech, ringing = "call progress", dtmf = "DTMF", music = "hold music", v22bis = "V.22bis"
    case v21 = "V.21 data modem", whiteNoise = "white noise", pinkNoise = "pink noise", silence

    /// In the whole run; each is heard through both laws of G.711.
    var minutes: Double {
        switch self {
        case .speech: 20
        case .ringing: 9
        case .dtmf: 4
        case .music: 12
        case .v22bis, .v21, .whiteNoise, .pinkNoise: 4
        case .silence: 2
        }
    }

    /// Half a minute or less each; together `seconds` or a little more.
    func pieces(seconds: Double, seed: UInt64, take: ([Int16]) throws -> Void) throws {
        var random = SeededRandom(seed: seed)
        var made = 0.0
        var number = 0
        while made < seconds {
            let samples = try piece(number, min(30, max(seconds - made, 8)), &random)
            try take(samples)
            made += Double(samples.count) / 8_000
            number += 1
        }
    }

    private func piece(_ number: Int, _ seconds: Double, _ random: inout SeededRandom) throws -> [Int16] {
        let seed = random.next()
        let level = [-13.0, -20, -9, -28, -5, -38][number % 6]
        switch self {
        case .speech:
            let voice = SpeechMaker.voices[number % SpeechMaker.voices.count]
            return try SpeechMaker.samples(voice, seconds: seconds, dBm0: [-20.0, -26, -14][number % 3], seed: seed)
        case .ringing:
            let place = number % (Self.progress.count + 1)
            if place == Self.progress.count { return Self.specialInformation(seconds, level) }
            let tone = Self.progress[place]
            return ToneMaker(hz: tone.hz, dBm0: level - 3).cadence(tone.pattern, seconds: seconds)
        case .dtmf:
            return Self.digits(seconds, level, &random)
        case .music: return MusicMaker(seed: seed, dBm0: max(level, -30) - 6).samples(seconds: seconds)
        case .v22bis:
            let rateBps = number / 2 % 2 == 0 ? 2_400 : 1_200
            guard let line = DataModemMaker.v22bis(rateBps: rateBps, seconds: seconds, dBm0: Float(level), seed: seed)
            else { throw LabError("libspandsp gives no V.22bis modem") }
            return number % 2 == 0 ? line.caller : line.answerer
        case .v21: return Self.data(channel: number % 2 + 1, seconds, level, &random)
        case .whiteNoise: return NoiseMaker(.white, dBm0: level - 6, seed: seed).samples(seconds: seconds)
        case .pinkNoise: return NoiseMaker(.pink, dBm0: level - 6, seed: seed).samples(seconds: seconds)
        case .silence: return AudioSilence.samples(seconds: seconds)
        }
    }

    /// Dial, ringing, busy and congestion tones of the USA, the United Kingdom, Germany, France and Japan (E.180
    /// Supplement 2), and special information tones; seconds on and off.
    private static let progress: [(hz: [Double], pattern: [Double])] = [
        ([350, 440], [10, 0.2]), ([440, 480], [2, 4]), ([480, 620], [0.5, 0.5]), ([480, 620], [0.25, 0.25]),
        ([350, 450], [10, 0.2]), ([400, 450], [0.4, 0.2, 0.4, 2]), ([400], [0.375, 0.375]),
        ([400], [0.4, 0.35, 0.225, 0.525]), ([425], [10, 0.2]), ([425], [1, 4]), ([425], [0.48, 0.48]),
        ([425], [0.24, 0.24]), ([440], [10, 0.2]), ([440], [1.5, 3.5]), ([440], [0.5, 0.5]), ([400], [10, 0.2]),
        ([384, 416], [1, 2]), ([400], [0.5, 0.5]),
    ]

    private static func specialInformation(_ seconds: Double, _ level: Double) -> [Int16] {
        let tones = [950.0, 1400, 1800].flatMap { ToneMaker(hz: [$0], dBm0: level).samples(seconds: 0.33) }
        let one = tones + AudioSilence.samples(seconds: 1)
        return (0..<max(Int(seconds * 8_000) / one.count, 1)).flatMap { _ in one }
    }

    private static func digits(_ seconds: Double, _ level: Double, _ random: inout SeededRandom) -> [Int16] {
        let keys = Array("0123456789*#ABCD")
        var audio: [Int16] = []
        while audio.count < Int(seconds * 8_000) {
            let number = String((0..<12).map { _ in keys[Int(random.unit() * 16)] })
            audio += ToneMaker.dtmf(
                number, dBm0: min(level, -6), twistDB: random.unit() * 8 - 3, on: 0.05 + random.unit() * 0.4,
                off: 0.05 + random.unit() * 0.2)
            audio += AudioSilence.samples(seconds: random.unit() * 2)
        }
        return audio
    }

    /// Idle line, text and random octets, start and stop bits, as a data call has them.
    private static func data(
        channel: Int, _ seconds: Double, _ level: Double, _ random: inout SeededRandom
    ) -> [Int16] {
        var bits: [Bool] = []
        while Double(bits.count) < seconds * 300 {
            bits += [Bool](repeating: true, count: 20 + Int(random.unit() * 300))
            let isText = random.chance(0.5)
            let octets = (0..<Int(random.unit() * 120) + 1).map { _ in
                isText ? UInt8(32 + Int(random.unit() * 94)) : UInt8(truncatingIfNeeded: random.next())
            }
            bits += FSKMaker.characters(octets)
        }
        return AudioSilence.samples(seconds: 0.5) + FSKMaker.v21(channel: channel, dBm0: level).samples(bits)
    }
}
