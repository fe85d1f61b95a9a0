import FaxDSP
import FaxWire
import Simulator
import Testing

@Suite struct SignalV8Tests {
    /// Call function "transmit facsimile", V.34 half-duplex, V.17, V.29 and V.27ter.
    static let menu: [UInt8] = [0x81, 0x85, 0xD4]

    static func sent(_ name: String, dBm0: Double) -> [Int16] {
        switch name {
        case "CI":
            FSKMaker.v21(channel: 1, dBm0: dBm0).samples((0..<4).flatMap { _ in FSKMaker.v8(sync: 0x00, [0x81]) })
        case "CM":
            FSKMaker.v21(channel: 1, dBm0: dBm0).samples(
                (0..<5).flatMap { _ in FSKMaker.v8(sync: 0xE0, menu) } + FSKMaker.characters([0, 0, 0]))
        case _:
            FSKMaker.v21(channel: 2, dBm0: dBm0).samples((0..<5).flatMap { _ in FSKMaker.v8(sync: 0xE0, menu) })
        }
    }

    @Test(arguments: ["CI", "CM", "JM"], LineCondition.all)
    func messages(_ name: String, _ condition: LineCondition) {
        let heard = Hearing.signals(condition.audio { Self.sent(name, dBm0: $0) }).filter(\.isNamed)
        let octets: [UInt8] = name == "CI" ? [0x81] : Self.menu
        let message = HeardSignal.Kind.v8(name: name, octets: octets)
        let expected = name == "CM" ? [message, .v8(name: "CJ", octets: [0, 0, 0])] : [message]
        #expect(Hearing.kinds(heard) == expected, "\(heard)")
        #expect(heard.first.map { abs($0.samples.lowerBound - 8_000) < 60 } ?? false, "\(heard)")
        #expect(heard.first?.bursts.count == (name == "CI" ? 4 : 5))
    }

    @Test func whatTheyMean() {
        let heard = Hearing.signals(Hearing.padded(Self.sent("CM", dBm0: -13)))
        guard case .v8("CM", let octets)? = heard.first?.kind else {
            Issue.record("\(heard)")
            return
        }
        let message = V8Message(octets: octets)
        #expect(message.callFunction == "transmit facsimile")
        #expect(message.modulations == ["V.34 half-duplex", "V.17", "V.29 half-duplex", "V.27ter"])
    }

    @Test func callingAndAnsweringMenuOnOneChannel() {
        let calling = Hearing.padded(Self.sent("CM", dBm0: -13) + Self.sent("CM", dBm0: -13))
        let audio = mixed(
            mixed(calling, ToneMaker.answer(seconds: 1.4, reversed: true, modulated: true)),
            Self.sent("JM", dBm0: -15), at: 8_000 * 14 / 10 + 2_000)
        let heard = Hearing.signals(audio)
        let names = heard.compactMap { if case .v8(let name, _) = $0.kind { name } else { nil } }
        #expect(Set(names) == ["CM", "CJ", "JM"], "\(heard)")
    }

    /// Data that start and stop as V.8 does, and flags of HDLC, are no V.8.
    @Test(arguments: [1, 2]) func otherUsesOfV21(_ channel: Int) {
        let text = Array("The quick brown fox jumps over the lazy dog. 0123456789".utf8)
        let idle = [Bool](repeating: true, count: 90)
        let bits = idle + FSKMaker.characters(text) + idle + FSKMaker.characters(text) + idle
        let data = Hearing.signals(Hearing.padded(FSKMaker.v21(channel: channel).samples(bits)))
        #expect(Hearing.kinds(data).contains(.dataModem("V.21 channel \(channel)")), "\(data)")
        #expect(!data.contains { if case .v8 = $0.kind { true } else { false } }, "\(data)")
        let flags = Hearing.signals(Hearing.padded(FSKMaker.v21(channel: channel).samples(FSKMaker.flags(40))))
        #expect(Hearing.kinds(flags) == [.dataModem("V.21 channel \(channel)")], "\(flags)")
    }
}
