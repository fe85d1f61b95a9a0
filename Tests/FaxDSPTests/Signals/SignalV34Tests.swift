import FaxDSP
import FaxWire
import Simulator
import Testing

/// The start of V.34 by its shapes, on signals of our own making: no recording of a real one is at hand.
@Suite struct SignalV34Tests {
    static func menu(_ channel: Int, hasV34: Bool) -> [Int16] {
        let octets: [UInt8] = [0x81, hasV34 ? 0x85 : 0x05, 0x94]
        let bits = (0..<4).flatMap { _ in FSKMaker.v8(sync: 0xE0, octets) }
        return FSKMaker.v21(channel: channel).samples(bits + (channel == 1 ? FSKMaker.characters([0, 0, 0]) : []))
    }

    /// Silence of 75 ms, INFO, tone with a reversal, probing, INFO, training, control channel.
    static func start(fromAnswerer: Bool, hasV34: Bool = true) -> [Int16] {
        let maker = V34Maker(dBm0: -15, seed: 5)
        let pause = AudioSilence.samples(seconds: 0.075)
        let parts = [
            menu(fromAnswerer ? 2 : 1, hasV34: hasV34), pause, maker.narrow(fromAnswerer: fromAnswerer, seconds: 0.082),
            maker.tone(fromAnswerer: fromAnswerer, seconds: 0.3), pause, maker.probing(seconds: 0.6), pause,
            maker.narrow(fromAnswerer: fromAnswerer, seconds: 0.1), pause,
            NoiseMaker(dBm0: -15, seed: 9).samples(seconds: 0.8), pause,
            maker.narrow(fromAnswerer: fromAnswerer, seconds: 0.7),
        ]
        return Hearing.padded(parts.flatMap { $0 })
    }

    static func phases(_ signals: [HeardSignal]) -> [String] {
        signals.compactMap { if case .v34(let phase) = $0.kind { phase } else { nil } }
    }

    @Test(arguments: [false, true], G711.allCases) func phasesInOrder(_ fromAnswerer: Bool, _ law: G711) {
        let audio = law.samples(law.octets(Self.start(fromAnswerer: fromAnswerer)))
        let heard = Hearing.signals(audio)
        let tone = fromAnswerer ? "tone A" : "tone B"
        #expect(
            Self.phases(heard) == ["INFO", tone, "line probing", "INFO", "training or data", "control channel"],
            "\(heard)")
        let reversals = heard.filter { $0.kind == .v34(phase: tone) }.flatMap(\.reversals)
        #expect(reversals.count == 1, "\(reversals)")
        #expect(!heard.contains { $0.kind == .noise }, "\(heard)")
    }

    @Test func notWithoutV8() {
        let heard = Hearing.signals(Self.start(fromAnswerer: false, hasV34: false))
        #expect(Self.phases(heard).isEmpty, "\(heard)")
    }
}
