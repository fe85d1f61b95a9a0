import FaxCore
import FaxDSP
import FaxWire
import PcapDecode
import Simulator
import TestSupport
import Testing

@testable import T30Analyzer

/// Layer D: what can be heard, and how it is carried. Times are those of the capture: CNG until 0.8 s, CED until 3.2 s,
/// DIS until 5.2 s, DCS until 7.3 s, TCF until 10.3 s, CFR until 11.5 s, the page from 11.9 s to 20.7 s.
@Suite struct SoundRuleTests {
    private static let clean = "03-g711u-clean-1page"

    /// `until`: seconds of the capture that are kept; reading sound takes its time.
    private static func made(
        _ id: String, _ shows: String, until: Double? = nil, fires: Bool, severity: Finding.Severity? = nil,
        party: Party? = nil, because: String? = nil, _ edit: @escaping @Sendable (inout CaptureEditor, Instant) -> Void
    ) -> RuleCase {
        RuleCase(
            id: id, kind: .made, capture: clean, shows: shows,
            edit: { capture in
                if let until { capture.truncate(at: capture.start + .milliseconds(Int(until * 1_000))) }
                let start = capture.start
                edit(&capture, start)
            }, fires: fires, severity: severity, party: party, because: because)
    }

    /// The beginning of the call with something changed in what was decoded of it.
    private static func changed(
        _ id: String, _ shows: String, until: Double, fires: Bool, party: Party? = nil,
        _ change: @escaping @Sendable (inout Call, Instant) -> Void
    ) -> RuleCase {
        RuleCase(id: id, shows: shows, fires: fires, party: party) {
            var editor = try CaptureEditor(corpus: clean)
            editor.truncate(at: editor.start + .milliseconds(Int(until * 1_000)))
            var call = try #require(editor.calls().first)
            change(&call, editor.start)
            return call
        }
    }

    /// Sound of both parties, made.
    private static func sound(
        _ id: String, _ shows: String, fires: Bool, party: Party? = nil, caller: [Int16], callee: [Int16]
    ) -> RuleCase {
        RuleCase(id: id, shows: shows, fires: fires, party: party) {
            AudioCall(caller: caller + AudioSilence.samples(seconds: 1), callee: callee).call()
        }
    }

    private static func real(_ id: String, _ capture: String = clean, fires: Bool = false) -> RuleCase {
        RuleCase(id: id, kind: .real, capture: capture, fires: fires)
    }

    static let cases = levels + slips + tones + events + modes

    // MARK: - Levels

    private static let levels = [
        made("gain-too-low", "the caller at −39 dBm0", until: 7.4, fires: true, severity: .warning, party: .caller) {
            capture, _ in capture.editSound(of: .caller) { LevelChange(decibels: -25).apply($0) }
        },
        made("gain-too-low", "the caller at −24 dBm0", until: 7.4, fires: false) { capture, _ in
            capture.editSound(of: .caller) { LevelChange(decibels: -10).apply($0) }
        },
        made("gain-too-high-clipping", "20 dB louder", until: 10.4, fires: true, party: .caller, because: "full scale")
        {
            capture, _ in capture.editSound(of: .caller) { LevelChange(decibels: 20).apply($0) }
        },
        made("gain-too-high-clipping", "3 dB louder", until: 7.4, fires: false) { capture, _ in
            capture.editSound(of: .caller) { LevelChange(decibels: 3).apply($0) }
        },
        made("transcoding-hidden", "through A-law", fires: true, party: .caller) { capture, _ in
            capture.editSound(of: .caller) { G711.aLaw.samples(G711.aLaw.octets($0)) }
        },
        real("transcoding-hidden"),
        made("comfort-noise-inserted", "noise of −46 dBm0", until: 12.6, fires: true, party: .caller) { capture, _ in
            capture.editSound(of: .caller) { mixed($0, NoiseMaker(dBm0: -46, seed: 5).samples(count: $0.count)) }
        },
        made("comfort-noise-inserted", "noise of −60 dBm0", until: 12.6, fires: false) { capture, _ in
            capture.editSound(of: .caller) { mixed($0, NoiseMaker(dBm0: -60, seed: 5).samples(count: $0.count)) }
        },
    ]

    // MARK: - Slips

    private static let slips = [
        made("jitterbuffer-slip", "20 ms left out in the page", fires: true, party: .caller) {
            capture, start in leaveOut(&capture, [start + .seconds(16)])
        },
        real("jitterbuffer-slip", "15e-g711u-v29-9600"),
        made("tdm-slips", "a sample twice every 2 s", fires: true, party: .caller, because: "every 2") {
            capture, start in
            slip(&capture, start, SampleSlips(every: 2))
        },
        made("tdm-slips", "a sample twice now and then", fires: false) { capture, start in
            for second in [12.9, 14.7, 15.6, 18.2, 19.3] {
                slip(&capture, start, SampleSlips(every: 0.05), from: second, to: second + 0.09)
            }
        },
        real("tdm-slips"),
        made("plc-artifact", "a packet of the page once more in the place of the next", fires: true, party: .caller) {
            capture, start in
            let page = capture.media(.rtp, from: .caller, after: start + .seconds(16))
            for place in [0, 40, 90] {
                let sound = page[place].payload[12...]
                let next = page[place + 1]
                capture.records[next.place].frame.setPayload(Array(next.payload[..<12]) + sound)
            }
        },
        real("plc-artifact"),
    ]

    /// In the page, or in a part of it.
    private static func slip(
        _ capture: inout CaptureEditor, _ start: Instant, _ slips: SampleSlips, from first: Double = 11.6,
        to last: Double = 21
    ) {
        let (from, to) = (start + .seconds(first), start + .seconds(last))
        capture.editSound(of: .caller, after: from, before: to) { slips.apply($0) }
    }

    private static func leaveOut(_ capture: inout CaptureEditor, _ times: [Instant]) {
        let start = capture.start
        let first = capture.media(.rtp, from: .caller).first?.time ?? start
        capture.editSound(of: .caller) { samples in
            var samples = samples
            for time in times.sorted(by: >) {
                let place = Int((time - first).inSeconds * 8_000)
                samples.removeSubrange(place..<place + 160)
            }
            return samples + [Int16](repeating: 0, count: 160 * times.count)
        }
    }

    // MARK: - Tones

    private static let tones = [
        sound(
            "echo-canceller-active", "CNG 12 dB weaker under the answer", fires: true, party: .caller,
            caller: ToneMaker.cng(seconds: 3.5) + ToneMaker.cng(dBm0: -25, seconds: 3.5),
            callee: AudioSilence.samples(seconds: 3.3) + ToneMaker.answer(seconds: 3)),
        sound(
            "echo-canceller-active", "CNG as loud as before", fires: false, caller: ToneMaker.cng(seconds: 7),
            callee: AudioSilence.samples(seconds: 3.3) + ToneMaker.answer(seconds: 3)),
        sound(
            "ansam-no-phase-reversal", "ANSam without reversals", fires: true, party: .callee,
            caller: ToneMaker.cng(seconds: 4), callee: ToneMaker.answer(seconds: 3.5, modulated: true)),
        sound(
            "ansam-no-phase-reversal", "ANSam as it should be", fires: false, caller: ToneMaker.cng(seconds: 4),
            callee: ToneMaker.answer(seconds: 3.5, reversed: true, modulated: true)),
        made("call-waiting-tone", "440 Hz in the middle of the page", fires: true, party: .caller) { capture, start in
            wait(&capture, start + .seconds(15), CallWaitingTone())
        },
        made("call-waiting-tone", "425 Hz added, without cutting the line", fires: true, party: .caller) {
            capture, start in
            wait(&capture, start + .seconds(15), CallWaitingTone(hz: 425, dBm0: -10, mutes: false))
        },
        made("call-waiting-tone", "440 Hz in a pause, as long as a dial tone", fires: false) { capture, start in
            wait(&capture, start + .milliseconds(5_300), CallWaitingTone(length: 1.1))
        },
        made("call-waiting-tone", "440 Hz before the fax", until: 11.6, fires: false) { capture, start in
            beep(&capture, start + .milliseconds(1_500))
        },
        sound(
            "double-relay", "an NSF that was written over", fires: true, party: .callee,
            caller: ToneMaker.cng(seconds: 5), callee: identified(country: 0xFF)),
        sound(
            "double-relay", "an NSF of Japan", fires: false, caller: ToneMaker.cng(seconds: 5),
            callee: identified(country: 0x00)),
    ]

    private static func wait(_ capture: inout CaptureEditor, _ time: Instant, _ tone: CallWaitingTone) {
        capture.editSound(of: .caller, after: time, before: time + .milliseconds(Int(tone.length * 1_000) + 40)) {
            tone.apply($0, from: 0)
        }
    }

    private static func beep(_ capture: inout CaptureEditor, _ time: Instant) {
        let tone = ToneMaker(hz: [440], dBm0: -13).samples(seconds: 0.3)
        capture.editSound(of: .caller, after: time, before: time + .milliseconds(400)) { samples in
            mixed(samples, Array(tone.prefix(samples.count)))
        }
    }

    /// NSF and DIS.
    private static func identified(country: UInt8) -> [Int16] {
        AudioSilence.samples(seconds: 0.5)
            + HDLCBits.turn([
                [0xFF, 0x03, 0x20, country, 0x00, 0x1B, 0x2C, 0x3D, 0x4E],
                [0xFF, 0x13, 0x80, 0x00, 0xEE, 0xF8, 0xC4, 0x80, 0x91, 0x80],
            ]) + AudioSilence.samples(seconds: 2)
    }

    // MARK: - Events

    private static let events = [
        made("rfc4733-fax-events", "CNG as events alone", until: 5.3, fires: true, party: .caller) { capture, start in
            capture.replaceByEvents(36, of: .caller, after: start, before: start + .milliseconds(900), payloadType: 101)
        },
        changed("rfc4733-fax-events", "CNG as sound, too", until: 5.3, fires: false) { call, start in
            add(36, to: .caller, at: start + .milliseconds(400), &call)
        },
        changed("events-double-tone", "CED as sound and as event", until: 5.3, fires: true, party: .callee) {
            call, start in add(32, to: .callee, at: start + .milliseconds(700), &call)
        },
        changed("events-double-tone", "an event long after the sound", until: 5.3, fires: false) { call, start in
            add(32, to: .callee, at: start + .milliseconds(4_600), &call)
        },
        changed("dtmf-falsing-in-fax", "key 5 in DCS", until: 7.4, fires: true, party: .caller) { call, start in
            add(5, to: .caller, at: start + .milliseconds(6_500), &call)
        },
        changed("dtmf-falsing-in-fax", "key 5 before the fax", until: 7.4, fires: false) { call, start in
            add(5, to: .caller, at: start + .milliseconds(1_000), &call)
        },
    ]

    private static func add(_ code: UInt8, to party: Party, at time: Instant, _ call: inout Call) {
        guard let index = call.streams.firstIndex(where: { $0.direction == party && $0.audio != nil }) else { return }
        call.streams[index].events.append(
            TelephoneEventRecord(
                time: time, frame: call.streams[index].firstFrame, code: code, name: TelephoneEvent.name(code),
                duration: .milliseconds(400), volumeDBm0: -10))
    }

    // MARK: - Modes

    private static let modes = [
        changed("nse-to-stranger", "NSE 192, and no X-NSE in the SDP", until: 5.3, fires: true, party: .callee) {
            call, start in add(192, to: .callee, at: start + .seconds(1), &call)
        },
        changed("nse-to-stranger", "the caller named X-NSE", until: 5.3, fires: false) { call, start in
            add(192, to: .callee, at: start + .seconds(1), &call)
            for index in call.signalling.sessions.indices where call.signalling.sessions[index].party == .caller {
                call.signalling.sessions[index].codecs[100] = PayloadFormat(encoding: "X-NSE", clockRate: 8_000)
            }
        },
        made("v152-vbd-negotiation", "the caller offers vbd=yes", until: 5.3, fires: true, party: .callee) {
            capture, _ in capture.setAttribute("gpmd", "0 vbd=yes", in: .request("INVITE"))
        },
        made("v152-vbd-negotiation", "both do", until: 5.3, fires: false) { capture, _ in
            capture.setAttribute("gpmd", "0 vbd=yes", in: .request("INVITE"))
            capture.setAttribute("gpmd", "0 vbd=yes", in: .response(200, to: "INVITE"))
        },
        gsmAfterNSE,
        changed("upspeed-failed", "G.711 after NSE 192", until: 9, fires: false) { call, start in
            add(192, to: .callee, at: start + .milliseconds(5_300), &call)
        },
        made("vad-silence-suppression", "two silences not sent", until: 7.4, fires: true, party: .caller) {
            capture, start in
            capture.suppressSilence(of: .caller, from: start + .seconds(1), to: start + .seconds(2))
            capture.suppressSilence(of: .caller, from: start + .milliseconds(2_500), to: start + .milliseconds(4_500))
        },
        made("vad-silence-suppression", "packets lost in silence", until: 7.4, fires: false) { capture, start in
            capture.dropMedia(.rtp, from: .caller, after: start + .seconds(1), before: start + .seconds(2))
            capture.dropMedia(.rtp, from: .caller, after: start + .milliseconds(2_500), before: start + .seconds(4))
        },
        real("compressed-codec"),
    ]

    private static let gsmAfterNSE = RuleCase(
        id: "upspeed-failed", shows: "GSM goes on after NSE 192", fires: true, party: .caller
    ) {
        var editor = try CaptureEditor(corpus: clean)
        let start = editor.start
        editor.truncate(at: start + .seconds(9))
        editor.changePayloadType(of: .caller, after: start + .milliseconds(5_300), to: 3)
        var call = try #require(editor.calls().first)
        add(192, to: .callee, at: start + .milliseconds(5_300), &call)
        return call
    }

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
