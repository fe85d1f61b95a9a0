import FaxDSP
import FaxWire
import Simulator
import Testing

/// What the scanner hears in audio made for a test.
enum Hearing {
    static func signals(_ samples: [Int16]) -> [HeardSignal] {
        let ranges = Envelope(samples.span).activeRanges(thresholdDBm0: SignalScanner.thresholdDBm0, hangover: 1_600)
        return SignalScanner().scan(samples.span, in: ranges)
    }

    /// A second of silence on either side.
    static func padded(_ samples: [Int16]) -> [Int16] {
        AudioSilence.samples(seconds: 1) + samples + AudioSilence.samples(seconds: 1)
    }

    static func withNoise(_ samples: [Int16], dBm0: Double, seed: UInt64 = 7) -> [Int16] {
        mixed(samples, NoiseMaker(dBm0: dBm0, seed: seed).samples(count: samples.count))
    }

    static func kinds(_ signals: [HeardSignal]) -> [HeardSignal.Kind] { signals.map(\.kind) }
}

extension HeardSignal {
    /// Neither voice nor noise nor anything else without a name of its own.
    var isNamed: Bool {
        switch kind {
        case .voice, .music, .comfortNoise, .noise, .unknown: false
        case .cng, .ced, .ansReversed, .ansam, .ansamReversed, .dtmf, .callProgress, .tone, .v8, .v34, .dataModem: true
        }
    }
}

/// What a line does to a signal: the conditions under which signals must be heard.
struct LineCondition: Sendable, CustomTestStringConvertible {
    var name: String
    var law = G711.muLaw
    var levelDBm0 = -13.0
    var shiftHz = 0.0
    var noiseDB: Double?
    var echo: (delay: Int, lossDB: Double)?

    var testDescription: String { name }

    static let all: [LineCondition] = [
        LineCondition(name: "clean"),
        LineCondition(name: "A-law", law: .aLaw),
        LineCondition(name: "0 dBm0", levelDBm0: 0),
        LineCondition(name: "-30 dBm0", levelDBm0: -30),
        LineCondition(name: "-45 dBm0", levelDBm0: -45),
        LineCondition(name: "-45 dBm0 A-law", law: .aLaw, levelDBm0: -45),
        LineCondition(name: "+10 Hz", shiftHz: 10),
        LineCondition(name: "-10 Hz", shiftHz: -10),
        LineCondition(name: "20 dB SNR", noiseDB: 20),
        LineCondition(name: "20 dB SNR at -40 dBm0", levelDBm0: -40, noiseDB: 20),
        LineCondition(name: "echo of 30 ms at -12 dB", echo: (240, 12)),
        LineCondition(name: "all at once", levelDBm0: -25, shiftHz: -10, noiseDB: 20, echo: (333, 12)),
    ]

    /// `make` gives the signal at a level; silence is put around it.
    func audio(_ make: (Double) -> [Int16]) -> [Int16] {
        var samples = Hearing.padded(FrequencyShift(hz: shiftHz).apply(make(levelDBm0)))
        if let echo { samples = EchoPath(delay: echo.delay, lossDB: echo.lossDB).apply(samples) }
        if let noiseDB { samples = Hearing.withNoise(samples, dBm0: levelDBm0 - noiseDB) }
        return law.samples(law.octets(samples))
    }
}
