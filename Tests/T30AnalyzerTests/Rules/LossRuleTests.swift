import FaxCore
import FaxProtocol
import FaxWire
import PcapDecode
import TestSupport
import Testing

@testable import T30Analyzer

/// Layer C: losses of T.38, and what they hit.
@Suite struct LossRuleTests {
    private static let clean = "01-t38-clean-1page-ecm"

    private static func made(
        _ id: String, _ shows: String, _ capture: String = clean, fires: Bool, severity: Finding.Severity? = nil,
        party: Party? = nil, because: String? = nil, _ edit: @escaping @Sendable (inout CaptureEditor) throws -> Void
    ) -> RuleCase {
        RuleCase(
            id: id, kind: .made, capture: capture, shows: shows, edit: edit, fires: fires, severity: severity,
            party: party, because: because)
    }

    private static func scripted(
        _ id: String, _ shows: String, fires: Bool, severity: Finding.Severity? = nil, party: Party? = nil,
        because: String? = nil, ecm: Bool = false, _ steps: @escaping @Sendable (inout FaxScript) -> Void
    ) -> RuleCase {
        RuleCase(id: id, shows: shows, fires: fires, severity: severity, party: party, because: because) {
            var script = FaxScript()
            script.isECM = ecm
            script.identify()
            script.train()
            script.frame(.callee, 0x84)
            steps(&script)
            return script.call()
        }
    }

    static let cases = unrepaired + indicators + bursts + beyond + timing

    private static let unrepaired = [
        RuleCase(
            id: "udptl-loss-unrepaired", kind: .real, capture: "30-t38-ecm-outage-2s", shows: "ECM made it good",
            fires: true, severity: .warning, isRootCause: false, party: .caller, because: "came again later"),
        scripted("udptl-loss-unrepaired", "ECM frames sent again", fires: true, severity: .warning, ecm: true) {
            $0.ecmPage(ScriptedCallTests.white, losing: [0])
            $0.pps(0xF4, frames: ScriptedCallTests.white.imageFrames.count)
            $0.ppr([0])
            $0.ecmPage(ScriptedCallTests.white, only: [0])
            $0.pps(0xF4, frames: ScriptedCallTests.white.imageFrames.count)
            $0.frame(.callee, 0x8C)
            $0.frame(.caller, 0xFB)
        },
        scripted(
            "udptl-loss-unrepaired", "three answers lost", fires: true, severity: .error, party: .callee,
            because: "EOP was repeated"
        ) {
            $0.page(ScriptedCallTests.white)
            for _ in 0..<3 {
                $0.frame(.caller, 0x2F)
                $0.losing { $0.frame(.callee, 0x8C) }
                $0.wait(2)
            }
            $0.frame(.caller, 0xFB)
            $0.indicator(.callee, .noSignal, lasting: 0.1)
        },
        scripted(
            "udptl-loss-unrepaired", "a loss long before the silence is not its cause", fires: true, severity: .warning
        ) {
            $0.page(ScriptedCallTests.white)
            $0.losing { $0.indicator(.callee, .noSignal, lasting: 0.1) }
            $0.indicator(.callee, .noSignal, lasting: 8)
            for _ in 0..<3 {
                $0.frame(.caller, 0x2F)
                $0.wait(3)
            }
            $0.frame(.caller, 0xFB)
        },
    ]

    private static let indicators = [
        made("udptl-indicator-lost-at-pause", "a training indicator lost", fires: true, severity: .note, party: .caller)
        {
            dropIndicator(&$0) { $0.training != nil }
        },
        made("udptl-indicator-lost-at-pause", "a preamble lost", fires: true, party: .caller) {
            dropIndicator(&$0) { $0 == .v21Preamble }
        },
        made("udptl-indicator-lost-at-pause", "a packet of page data lost", fires: false) { capture in
            let page = capture.datagrams(of: .caller).first { UDPTLRuleTests.isPageData($0.packet) }
            guard let page else { return capture.complain("no page") }
            capture.drop { $0.time == page.media.time }
        },
    ]

    private static func dropIndicator(_ capture: inout CaptureEditor, _ isMeant: (T38Indicator) -> Bool) {
        let found = capture.datagrams(of: .caller).first { _, packet in
            guard case .indicator(let indicator) = IFPPacket.read(packet.primary.span.bytes, form: .v1998).value.packet
            else { return false }
            return isMeant(indicator)
        }
        guard let found else { return capture.complain("no such indicator") }
        capture.drop { $0.time == found.media.time && $0.frame.payload == found.media.payload }
    }

    private static let bursts = [
        made("udptl-loss-bursty", "runs of five", fires: true, severity: .note, party: .caller, because: "Gilbert") {
            capture in
            capture.resend(of: .caller, .redundancy(.init(all: 6)), losing: [50, 51, 52, 53, 54, 80, 81, 82, 83, 84])
        },
        made("udptl-loss-bursty", "every twentieth packet", fires: false) { capture in
            capture.dropMedia(.udptl, from: .caller) {
                let number = UDPTLPacket.read($0.payload.span.bytes).value.sequence
                return number > 5 && number % 20 == 0
            }
        },
    ]

    private static let beyond = [
        made(
            "loss-beyond-capture", "the callee reports lost packets", "03-g711u-clean-1page", fires: true,
            party: .caller, because: "RTCP reports tell of 40"
        ) { capture in
            capture.truncate(at: capture.start + .seconds(9))
            capture.insertReport(by: .callee, lost: 40, at: capture.start + .seconds(8))
        },
        made("loss-beyond-capture", "it reports no more than is missing", "03-g711u-clean-1page", fires: false) {
            capture in
            capture.truncate(at: capture.start + .seconds(9))
            let lost = capture.media(.rtp, from: .caller).dropFirst(200).prefix(40).map(\.time)
            capture.dropMedia(.rtp, from: .caller) { lost.contains($0.time) }
            capture.insertReport(by: .callee, lost: 40, at: capture.start + .seconds(8))
        },
        scripted(
            "loss-beyond-capture", "PPR for a frame that is here", fires: true, severity: .note, party: .caller,
            because: "PPR asks for 1 ECM frame", ecm: true
        ) {
            $0.ecmPage(ScriptedCallTests.white)
            $0.pps(0xF4, frames: ScriptedCallTests.white.imageFrames.count)
            $0.ppr([0])
            $0.ecmPage(ScriptedCallTests.white, only: [0])
            $0.pps(0xF4, frames: ScriptedCallTests.white.imageFrames.count)
            $0.frame(.callee, 0x8C)
            $0.frame(.caller, 0xFB)
        },
        scripted("loss-beyond-capture", "PPR for a frame that is missing", fires: false, ecm: true) {
            $0.ecmPage(ScriptedCallTests.white, losing: [0])
            $0.pps(0xF4, frames: ScriptedCallTests.white.imageFrames.count)
            $0.ppr([0])
            $0.ecmPage(ScriptedCallTests.white, only: [0])
            $0.pps(0xF4, frames: ScriptedCallTests.white.imageFrames.count)
            $0.frame(.callee, 0x8C)
            $0.frame(.caller, 0xFB)
        },
        scripted(
            "loss-beyond-capture", "EOP again though its MCF is here", fires: true, severity: .note, party: .callee,
            because: "sent EOP again"
        ) {
            $0.page(ScriptedCallTests.white)
            for _ in 0..<3 {
                $0.frame(.caller, 0x2F)
                $0.frame(.callee, 0x8C)
                $0.wait(1.5)
            }
            $0.frame(.caller, 0x2E)
        },
        scripted("loss-beyond-capture", "an answer so late that the repeat crosses it", fires: false) {
            $0.page(ScriptedCallTests.white)
            $0.frame(.caller, 0x2F)
            $0.wait(2.8)
            $0.frame(.callee, 0x8C)
            $0.frame(.caller, 0x2F)
            $0.frame(.callee, 0x8C)
            $0.frame(.caller, 0xFB)
        },
    ]

    private static let timing = [
        late("answers 1.5 s later", by: 1.5, fires: true),
        late("answers 0.5 s later", by: 0.5, fires: false),
        made("udptl-pacing-burst", "a pause of 400 ms in the page", fires: true, severity: .note, party: .caller) {
            pause(&$0, .milliseconds(400))
        },
        made("udptl-pacing-burst", "a pause of 100 ms in the page", fires: false) { pause(&$0, .milliseconds(100)) },
        made("udptl-pacing-burst", "the page in half its time", fires: true, because: "in a second") { capture in
            let page = capture.datagrams(of: .caller).filter { UDPTLRuleTests.isPageData($0.packet) }
            guard let first = page.first, let last = page.last else { return capture.complain("no page") }
            for index in capture.records.indices {
                let time = capture.records[index].time
                guard time > first.media.time else { continue }
                let since = (min(time, last.media.time) - first.media.time).wholeNanoseconds
                capture.records[index].time = time - .nanoseconds(since / 2)
            }
        },
        RuleCase(id: "udptl-pacing-burst", kind: .real, capture: "02-t38-clean-3pages-fine-noecm", fires: false),
    ]

    private static func pause(_ capture: inout CaptureEditor, _ length: Duration) {
        let page = capture.datagrams(of: .caller).filter { UDPTLRuleTests.isPageData($0.packet) }
        guard page.count > 40 else { return capture.complain("no page") }
        capture.shift(after: page[40].media.time, by: length)
    }

    /// The training and two pages, each answered late.
    private static func late(_ shows: String, by seconds: Double, fires: Bool) -> RuleCase {
        RuleCase(id: "delay-round-trip-high", shows: shows, fires: fires, severity: fires ? .note : nil) {
            var script = FaxScript()
            script.identify()
            script.train()
            script.wait(seconds)
            script.frame(.callee, 0x84)
            for command: UInt8 in [0x4F, 0x2F] {
                script.page(ScriptedCallTests.white)
                script.frame(.caller, command)
                script.wait(seconds)
                script.frame(.callee, 0x8C)
            }
            script.frame(.caller, 0xFB)
            return script.call()
        }
    }

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
