import FaxCore
import FaxProtocol
import FaxStation
import PcapDecode
import Simulator
import Testing

@testable import T30Analyzer

/// Rows whose call is simulated, with a fault of the fault book: what the fault is named as, and what is not named where the
/// fault is another one or none.
@Suite struct SimulatedRuleTests {
    static let cases = answers + streams + gateways + sound

    private static func row(
        _ id: String, _ fault: String?, by party: Party = .caller, over transport: CallScenario.Transport = .t38,
        at tap: WorldCapture.Tap = .answerer, fires: Bool = true, isRootCause: Bool? = nil, _ shows: String = ""
    ) -> RuleCase {
        RuleCase(
            id: id, shows: shows.isEmpty ? "\(fault ?? "none") over \(transport.rawValue)" : shows, fires: fires,
            isRootCause: isRootCause
        ) { try call(fault, by: party, over: transport, at: tap) }
    }

    /// The one call in the capture of a simulated one; a short page, 60 ms of delay.
    private static func call(
        _ fault: String?, by party: Party, over transport: CallScenario.Transport, at tap: WorldCapture.Tap
    ) throws -> Call {
        let page = try SimulatedDocument([TextLikePage(heightPx: 200, seed: 5).bitmap()])
        var scenario = CallScenario(document: page)
        scenario.transport = transport
        if let fault { try #require(FaultBook.fault(named: fault)).apply(to: &scenario, by: party) }
        let capture = try #require(try CallTrial(scenario, seed: 3, tap: tap).run().capture)
        var options = CaptureDecoder.Options()
        options.keepsAudio = true
        var calls: [Call] = []
        let decoder = CaptureDecoder(options) { calls.append($0) }
        capture.forEachFrame { frame, octets in decoder.feed(frame, octets.span.bytes) }
        decoder.finish()
        #expect(calls.count == 1)
        return try #require(calls.first)
    }

    // MARK: - Answers to the offer of T.38

    private static let answers = [
        row("t38-answer-image-port-zero", "answers-port-zero", isRootCause: true),
        row("t38-answer-image-port-zero", "answers-audio", fires: false),
        row("t38-answer-without-image", "answers-audio", isRootCause: true),
        row("t38-answer-without-image", "answers-port-zero", fires: false),
        row("t38-refused", "refuses-481", isRootCause: true),
        row("t38-refused", "bye-on-offer", isRootCause: true),
        row("t38-refused", "never-answers-offer", fires: false),
        row("t38-reinvite-slow-answer", "answers-after-20s", over: .gatewayTerminal),
        row("t38-reinvite-slow-answer", "offers-late", by: .callee, over: .gateway, fires: false),
        row("t38-reinvite-glare", "glare", by: .callee),
        row("t38-reinvite-glare", nil, fires: false),
    ]

    // MARK: - Streams

    private static let streams = [
        row("no-udptl-after-switch", "udptl-to-wrong-port", isRootCause: true, "to a port that nothing named"),
        row("no-udptl-after-switch", "udptl-port-moves", fires: false, "from another port"),
        row("t38-version-mismatch", "asn1-2002", isRootCause: true, "the caller's first data in the form of 2002"),
        row("media-stops-mid-call", "block-page", over: .g711, isRootCause: true, "the caller's audio ends"),
        row("media-stops-mid-call", "vad", over: .g711, fires: false, "pauses are not sent"),
        row("wrong-final-frame", "block-DCS", fires: false, "cut off inside a turn"),
        row("rtp-loss-passthrough", "outage-TCF", over: .g711, isRootCause: true, "the training of the TCF is hit"),
        row("loss-beyond-capture", "short-buffer", by: .callee, over: .g711, fires: false, "jitter before the capture"),
        row("loss-beyond-capture", "too-quiet", over: .g711, fires: false, "too weak to be heard"),
    ]

    // MARK: - Gateways

    private static let gateways = [
        row("ifp-fcs-bad", "bad-fcs", by: .callee, isRootCause: true, "DIS never whole"),
        row("ifp-missing-end", "signal-end-missing", isRootCause: true, "TCF ended by no-signal alone"),
        row("ifp-missing-end", "signal-end-missing", by: .callee, fires: false, "frames that were answered"),
        row("tcf-missing", "too-loud", over: .gateway, isRootCause: true),
        row("tcf-missing", nil, over: .gateway, fires: false),
        row("tcf-missing", "outage-TCF", over: .gateway, fires: false, "lost on the way"),
        row("ifp-slow-start", "too-quiet", by: .callee, over: .gateway, isRootCause: true, "the callee is not heard"),
        row("ifp-slow-start", "no-udptl", by: .callee, over: .gateway, fires: false, "no packets at all"),
        row("ifp-missing-indicator", "no-preamble", by: .callee, over: .gateway, isRootCause: true),
        row(
            "delay-round-trip-high", "no-preamble", by: .callee, over: .gateway, fires: false,
            "answers without preamble"),
    ]

    // MARK: - Sound

    private static let sound = [
        row("modem-signal-damaged", "transcoded-gsm", over: .g711, isRootCause: true),
        row("modem-signal-damaged", "outage-TCF", over: .g711, fires: false, "packets are missing"),
        row("line-noise", "noise", by: .callee, over: .g711, isRootCause: true),
        row("line-noise", "transcoded-gsm", over: .g711, fires: false),
        row("line-noise", nil, over: .g711, fires: false),
    ]

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
