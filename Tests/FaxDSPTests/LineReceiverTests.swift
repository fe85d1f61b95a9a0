import FaxDSP
import Testing

/// A line as fax terminals hear it, made with transmitting modems of libspandsp.
@Suite struct LineReceiverTests {
    static let tsi: [UInt8] = [0xFF, 0x03, 0x43, 0x31, 0x32, 0x33]

    /// A DCS for a modulation, with ECM or without (T.30 table 2, bits 11–14 and 27).
    static func dcs(_ modulation: HighSpeedModulation, ecm: Bool) -> [UInt8] {
        let bits: UInt8 =
            switch modulation {
            case .v27ter(.r2400): 0b0000
            case .v27ter(.r4800): 0b0100
            case .v29(.r9600): 0b1000
            case .v29(.r7200): 0b1100
            case .v17(.r14400, _): 0b0001
            case .v17(.r12000, _): 0b0101
            case .v17(.r9600, _): 0b1001
            case .v17(.r7200, _): 0b1101
            }
        // Bits 11 to 14 go out first to last: bit 11 is the third of the second octet.
        let reversed = (0..<4).reduce(UInt8(0)) { $0 | (bits >> (3 - UInt8($1)) & 1) << UInt8($1) }
        return [0xFF, 0x13, 0x83, 0x00, 0x02 | reversed << 2, 0x80, ecm ? 0x04 : 0x00]
    }

    static func turn(_ frames: [[UInt8]], dBm0: Float = -13) -> [Int16] {
        ModemTransmitter.silence(0.1)
            + ModemTransmitter.v21(ModemTransmitter.hdlc(frames, preambleFlags: 38), dBm0: dBm0)
            + ModemTransmitter.silence(0.075)
    }

    static let imageFrames: [[UInt8]] = (0..<8).map { number in
        [0xFF, 0x03, 0x06, UInt8(number)] + (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 29 &+ number) }
    }

    static func hear(_ samples: [Int16]) throws -> HeardLine {
        guard var receiver = LineReceiver(envelope: Envelope(samples.span)) else { throw ModemTransmitter.NoState() }
        return receiver.read(samples.span)
    }

    /// TSI and DCS, TCF, and a page: with ECM as frames, without as bits.
    static func sending(_ modulation: HighSpeedModulation, ecm: Bool, hasDCS: Bool = true, dBm0: Float = -13) -> [Int16]
    {
        let tcf = [Bool](repeating: false, count: modulation.rateBps * 3 / 2)
        let page =
            ecm
            ? ModemTransmitter.hdlc(imageFrames, preambleFlags: modulation.rateBps / 40)
            : ModemHighSpeedTests.bits(modulation.rateBps * 2)
        let commands = hasDCS ? [tsi, dcs(modulation, ecm: ecm)] : [tsi]
        let bursts = ModemTransmitter.bursts(modulation, [tcf, page], gapSeconds: 1.2, dBm0: dBm0)
        return turn(commands, dBm0: dBm0) + bursts + turn([[0xFF, 0x13, 0x2F]], dBm0: dBm0)
    }

    @Test(arguments: HighSpeedModulation.withLongTraining, [true, false])
    func aSenderIsHeard(_ modulation: HighSpeedModulation, ecm: Bool) throws {
        let line = try Self.hear(Self.sending(modulation, ecm: ecm))
        #expect(
            line.commands.map { $0.frames.map(\.octets) } == [
                [Self.tsi, Self.dcs(modulation, ecm: ecm)], [[0xFF, 0x13, 0x2F]],
            ])
        #expect(line.commands.allSatisfy { abs($0.levelDBm0 + 13) < 1 })
        let bursts = line.bursts.filter(\.isTrained)
        #expect(bursts.map(\.modulation.rateBps) == [modulation.rateBps, modulation.rateBps], "\(line.bursts.count)")
        #expect(bursts.first?.goodImageFrames == 0)
        #expect(bursts.last?.goodImageFrames == (ecm ? Self.imageFrames.count : 0))
        #expect(bursts.allSatisfy { ($0.quality.errorVectorRatio ?? 1) < 0.1 && $0.hasEnd })
    }

    /// Bursts stand where they were sent: the data begin when the training has lasted as long as the Recommendations say
    /// (V.17 Table 3, V.29 Table 5, V.27ter Table 3), but for the delay of the modems' filters.
    @Test(arguments: HighSpeedModulation.withLongTraining)
    func burstsStandInTheirPlaces(_ modulation: HighSpeedModulation) throws {
        let line = try Self.hear(Self.sending(modulation, ecm: true))
        let training =
            switch modulation {
            case .v17: 3_344 * 8_000 / 2_400
            case .v29: 608 * 8_000 / 2_400
            case .v27ter(.r4800): 1_132 * 8_000 / 1_600
            case .v27ter(.r2400): 1_132 * 8_000 / 1_200
            }
        let sent = Self.turn([Self.tsi, Self.dcs(modulation, ecm: true)]).count
        let burst = try #require(line.bursts.first)
        // V.29 begins with 48 symbols without energy, which count as training, V.27ter with 32, which do not.
        let (before, inside) =
            switch modulation {
            case .v17: (0, 0)
            case .v29: (0, 48 * 8_000 / 2_400)
            case .v27ter(.r4800): (32 * 8_000 / 1_600, 0)
            case .v27ter(.r2400): (32 * 8_000 / 1_200, 0)
            }
        let (onset, data) = (burst.training.lowerBound - sent - before, burst.data.lowerBound - sent - before)
        #expect(abs(onset - inside) <= 80)
        #expect(abs(data - training) <= 120)
    }

    /// From the loudest that V.17 stands without being clipped to the faintest that a terminal must hear (−43 dBm).
    @Test(arguments: [Float(-6), -20, -30, -40, -43])
    func atAnyLevel(_ dBm0: Float) throws {
        let line = try Self.hear(Self.sending(.v17(.r14400, .long), ecm: true, dBm0: dBm0))
        #expect(line.bursts.last?.goodImageFrames == Self.imageFrames.count)
        #expect(line.commands.allSatisfy { abs($0.levelDBm0 - Double(dBm0)) < 1.5 })
    }

    /// The bits of a TCF tell its modem where the DCS is missing.
    @Test(arguments: HighSpeedModulation.withLongTraining)
    func withoutItsDCS(_ modulation: HighSpeedModulation) throws {
        let line = try Self.hear(Self.sending(modulation, ecm: true, hasDCS: false))
        let bursts = line.bursts.filter(\.isTrained)
        #expect(bursts.first?.modulation == modulation)
        #expect(bursts.last?.goodImageFrames == Self.imageFrames.count)
    }

    @Test func bitsAndSamplesFindEachOther() throws {
        let line = try Self.hear(Self.sending(.v29(.r9600), ecm: true))
        let burst = try #require(line.bursts.last)
        for octet in stride(from: 0, to: burst.octets.count, by: 97) {
            let sample = burst.sample(ofOctet: octet)
            #expect(burst.data.contains(sample) && abs(burst.octet(ofSample: sample) - octet) <= 1)
        }
        #expect(burst.octet(ofSample: -5) == 0 && burst.octet(ofSample: .max / 4) == burst.octets.count - 1)
    }

    /// Nothing, one sample, and noise at every level are heard without a trap and without a fax.
    @Test func whatIsNoFaxGivesNone() throws {
        #expect(try Self.hear([]).commands.isEmpty)
        #expect(try Self.hear([77]).bursts.isEmpty)
        for peak in [10, 1_000, 32_767] {
            let line = try Self.hear(ModemTransmitter.noise(3, peak: Int16(peak)))
            #expect(line.commands.isEmpty && line.bursts.filter(\.isTrained).isEmpty)
        }
    }

    /// A signal that is cut anywhere is heard up to there.
    @Test func cutAnywhere() throws {
        let whole = Self.sending(.v17(.r14400, .long), ecm: true)
        for cut in stride(from: 1_000, to: whole.count, by: whole.count / 23) {
            let line = try Self.hear(Array(whole[..<cut]))
            #expect(line.commands.allSatisfy { $0.samples.upperBound <= cut })
            #expect(line.bursts.allSatisfy { $0.samples.upperBound <= cut + 400 })
        }
    }
}
