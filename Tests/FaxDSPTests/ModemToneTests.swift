import CSpanDSP
import FaxDSP
import Testing

@Suite struct ModemToneTests {
    static func hear(_ audio: [Int16]) throws -> [FaxToneEvent] {
        guard var receiver = FaxToneReceiver() else { throw ModemTransmitter.NoState() }
        var events: [FaxToneEvent] = []
        for start in stride(from: 0, to: audio.count, by: 160) {
            events += receiver.receive(Array(audio[start..<min(start + 160, audio.count)]).span)
        }
        return events
    }

    static let tones: [(kind: Int, tone: FaxTone, seconds: Double)] = [
        (MODEM_CONNECT_TONES_FAX_CNG, .cng, 0.5),
        (MODEM_CONNECT_TONES_ANS, .ced, 2.6),
        (MODEM_CONNECT_TONES_ANS_PR, .ansReversed, 3),
        (MODEM_CONNECT_TONES_ANSAM, .ansam, 3),
        (MODEM_CONNECT_TONES_ANSAM_PR, .ansamReversed, 3),
    ]

    @Test(arguments: tones) func everyToneIsKnown(_ kind: Int, _ tone: FaxTone, _ seconds: Double) throws {
        let sent = ModemTransmitter.tone(kind, seconds: seconds)
        let audio = ModemTransmitter.silence(1) + sent + ModemTransmitter.silence(1)
        let events = try Self.hear(audio)
        let recognised = events.compactMap { event -> FaxTone? in
            if case .recognised(let tone, _, _) = event { tone } else { nil }
        }
        #expect(recognised.last == tone, "\(events)")
        guard case .recognised(_, let start, let level)? = events.first, case .ended(let last, let end)? = events.last
        else {
            Issue.record("\(events)")
            return
        }
        #expect(last == tone && (-20 ... -5).contains(level), "\(events)")
        #expect((8000..<8000 + 12_800).contains(start), "\(events)")
        let loud = audio.lastIndex { abs(Int($0)) > 100 } ?? 0
        #expect(abs(end - loud) < 1200, "\(events) \(loud)")
    }

    @Test func nothingIsHeardInSilenceAndNoise() throws {
        let quiet = try Self.hear(ModemTransmitter.silence(5))
        #expect(quiet.isEmpty)
        for peak in [300, 3000, 20000] as [Int16] {
            let events = try Self.hear(ModemTransmitter.noise(10, peak: peak))
            #expect(events.isEmpty)
        }
    }
}
