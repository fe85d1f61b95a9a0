import FaxCore
import PcapDecode
import TestSupport
import Testing

@testable import T30Analyzer

/// Layer C: a fax in audio.
@Suite struct RTPRuleTests {
    private static let clean = "03-g711u-clean-1page"

    private static func made(
        _ id: String, _ shows: String, fires: Bool, severity: Finding.Severity? = nil, party: Party? = nil,
        because: String? = nil, _ edit: @escaping @Sendable (inout CaptureEditor) throws -> Void
    ) -> RuleCase {
        RuleCase(
            id: id, kind: .made, capture: clean, shows: shows, edit: edit, fires: fires, severity: severity,
            party: party, because: because)
    }

    private static func real(_ id: String, _ capture: String = clean, fires: Bool = false) -> RuleCase {
        RuleCase(id: id, kind: .real, capture: capture, fires: fires)
    }

    private static func inPage(_ editor: CaptureEditor) -> Instant { editor.start + .seconds(16) }

    static let cases = [
        RuleCase(
            id: "rtp-loss-passthrough", kind: .real, capture: "12-g711u-5pct-loss", fires: true, isRootCause: true),
        real("rtp-loss-passthrough"),
        RuleCase(
            id: "rtp-loss-passthrough", kind: .made, capture: "01-t38-clean-1page-ecm",
            shows: "a number left out while T.38 carries the fax", edit: { $0.resumeAudio(of: .caller, step: 2) },
            fires: true, severity: .note, certainty: .hint, party: .caller),
        RuleCase(
            id: "one-way-media", kind: .real, capture: "26-g711u-one-way-audio", fires: true, isRootCause: true),
        real("one-way-media"),
        RuleCase(
            id: "media-stops-mid-call", kind: .real, capture: "30d-t38-media-dies-midpage", fires: true,
            isRootCause: true),
        real("media-stops-mid-call", "13-t38-caller-hangup-midpage"),
        made("rtp-jitter-exceeds-buffer", "every fourth packet 80 ms later", fires: true, party: .caller) { capture in
            capture.truncate(at: capture.start + .seconds(9))
            for (index, packet) in capture.media(.rtp, from: .caller).enumerated() where index % 4 == 0 {
                capture.records[packet.place].time = packet.time + .milliseconds(80)
            }
        },
        real("rtp-jitter-exceeds-buffer"),
        RuleCase(
            id: "rtp-jitter-exceeds-buffer", kind: .made, capture: "01-t38-clean-1page-ecm",
            shows: "out of order before T.38",
            edit: { capture in
                for packet in capture.media(.rtp, from: .caller).enumerated() where packet.offset % 20 == 5 {
                    let place = packet.element.place
                    capture.records[place].time = packet.element.time + .milliseconds(21)
                }
            }, fires: true, severity: .note, party: .caller,
            because: "Of the audio of the caller 8 packets came out of order"),
        made("rtp-ptime-mismatch", "30 ms were asked for", fires: true, severity: .note, party: .caller) { capture in
            capture.truncate(at: capture.start + .seconds(9))
            capture.setAttribute("ptime", "30", in: .response(200, to: "INVITE"))
        },
        real("rtp-ptime-mismatch"),
        skewed("the caller's clock 400 ppm slow", ppm: -400, uncertainty: 5, fires: true),
        skewed("10 ppm", ppm: 10, uncertainty: 1, fires: false),
        skewed("a skew no larger than its uncertainty", ppm: 400, uncertainty: 300, fires: false),
        made("rtp-ssrc-change", "another SSRC in the training", fires: true, party: .caller) { capture in
            capture.truncate(at: capture.start + .seconds(13))
            let time = capture.start + .seconds(11)
            capture.changeSource(of: .caller, after: time, to: 0x1234_5678)
        },
        made("rtp-ssrc-change", "another SSRC before the fax", fires: false) { capture in
            capture.truncate(at: capture.start + .seconds(13))
            let time = capture.time(of: .response(200, to: "INVITE")) + .milliseconds(400)
            capture.changeSource(of: .caller, after: time, to: 0x1234_5678)
        },
        made("rtp-seq-ts-jump", "100 ms in the page", fires: true, party: .caller) { capture in
            let time = inPage(capture)
            capture.leapTimestamps(of: .caller, after: time, by: 800)
        },
        real("rtp-seq-ts-jump"),
    ]

    /// The beginning of a call, as long and with such a clock as a long one may have.
    private static func skewed(_ shows: String, ppm: Double, uncertainty: Double, fires: Bool) -> RuleCase {
        RuleCase(
            id: "rtp-clock-skew", shows: shows, fires: fires, severity: fires ? .note : nil,
            because: fires ? "every 50 s" : nil
        ) {
            var editor = try CaptureEditor(corpus: clean)
            editor.truncate(at: editor.start + .seconds(9))
            var call = try #require(editor.calls().first)
            for index in call.streams.indices where call.streams[index].direction == .caller {
                call.streams[index].lastTime = call.streams[index].firstTime + .seconds(120)
                call.streams[index].statistics.clockSkewPPM = ppm
                call.streams[index].statistics.clockSkewUncertaintyPPM = uncertainty
            }
            return call
        }
    }

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }

    /// Slips at one interval are told from those at any.
    @Test(arguments: [
        (times: [1.0, 3.0, 5.0, 7.0, 9.0], period: Double?(2)), ([1, 3, 7, 9], 2), ([1, 3.05, 5, 6.97], 2),
        ([1, 3, 4.1, 9, 9.3], nil), ([1, 3, 5], nil),
    ])
    func periods(times: [Double], period: Double?) {
        let found = ClockRules.commonPeriod(times.map { .zero + .milliseconds(Int($0 * 1_000)) })
        #expect(found.map { ($0 * 10).rounded() / 10 } == period)
    }
}

extension CaptureEditor {
    /// Audio that stopped for T.38 comes back after it, under a number so many further and timestamps that go on.
    fileprivate mutating func resumeAudio(of party: Party, step: UInt16) {
        guard let last = media(.rtp, from: party).last, let end = media(.udptl).map(\.time).max() else {
            return complain("no audio and T.38")
        }
        for index in 0..<50 {
            var record = records[last.place]
            var payload = last.payload
            let number = UInt16(payload[2]) << 8 | UInt16(payload[3])
            let next = number &+ step &+ UInt16(index)
            let time = payload[4..<8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } &+ UInt32(160 * (index + 1))
            payload[2...3] = [UInt8(next >> 8), UInt8(next & 0xFF)]
            for place in 0..<4 { payload[4 + place] = UInt8(truncatingIfNeeded: time >> UInt32(24 - 8 * place)) }
            record.time = end + .milliseconds(20 * (index + 1))
            record.frame.setPayload(payload)
            records.append(record)
        }
    }
}
