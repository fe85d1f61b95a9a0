import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

/// Real calls of which the capture holds only a part: one direction, no signalling, a stretch of time, the beginnings of
/// packets, not every packet. What is missing may leave the verdict open; it must not make it wrong.
@Suite struct PartialCaptureTests {
    enum Part: Sendable, CaseIterable {
        case callerOnly, calleeOnly, noSIP, laterHalf, earlierHalf, mostButTheEnd, beginnings, someLost

        func cut(_ capture: inout CaptureEditor) {
            let (start, end) = (capture.start, capture.end)
            func share(_ percent: Int64) -> Instant {
                start + .nanoseconds((end.nanoseconds - start.nanoseconds) / 100 * percent)
            }
            switch self {
            case .callerOnly: keep(.caller, of: &capture)
            case .calleeOnly: keep(.callee, of: &capture)
            case .noSIP:
                let signalling = Set(capture.messages.map(\.place))
                let records = capture.records
                capture.records = records.indices.filter { !signalling.contains($0) }.map { records[$0] }
            case .laterHalf: capture.drop { $0.time < share(50) }
            case .earlierHalf: capture.truncate(at: share(50))
            case .mostButTheEnd: capture.truncate(at: share(90))
            case .beginnings:
                for index in capture.records.indices {
                    let frame = capture.records[index].frame
                    capture.records[index].frame = CapturedFrame(
                        linkType: frame.linkType, octets: Array(frame.octets.prefix(100)),
                        originalLength: frame.originalLength)
                }
            case .someLost:
                var random = SeededRandom(seed: 5)
                capture.drop { _ in random.next() % 100 == 0 }
            }
        }

        private func keep(_ party: Party, of capture: inout CaptureEditor) {
            let caller = capture.messages.first.flatMap { capture.records[$0.place].frame.source?.address }
            capture.drop { ($0.frame.source?.address == caller) != (party == .caller) }
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let outcome: FaxSession.Outcome
        /// Root causes that would be right for the whole call; none is right for every part.
        let causes: [String]
        var parts = Part.allCases
        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(name: "01-t38-clean-1page-ecm", outcome: .success, causes: []),
        Row(name: "02-t38-clean-3pages-fine-noecm", outcome: .success, causes: []),
        Row(name: "15c-t38-v27ter-4800", outcome: .success, causes: []),
        Row(name: "15g-t38-tcf-loss-fallback", outcome: .success, causes: []),
        Row(name: "20-ipv6-t38", outcome: .success, causes: []),
        Row(
            name: "07-t38-noec-3pct-loss", outcome: .failed, causes: ["udptl-loss-unrepaired", "t38-redundancy-zero"]),
        Row(
            name: "15k-t38-tcf-always-bad", outcome: .failed,
            causes: ["udptl-loss-unrepaired", "ftt-loop", "tcf-errors"]),
        Row(name: "30-t38-ecm-outage-2s", outcome: .success, causes: []),
        Row(name: "03-g711u-clean-1page", outcome: .success, causes: []),
        Row(name: "15f-g711u-v27ter-4800-noecm", outcome: .success, causes: [], parts: [.noSIP, .someLost]),
        Row(
            name: "12-g711u-5pct-loss", outcome: .failed, causes: ["rtp-loss-passthrough"],
            parts: [.noSIP, .calleeOnly, .mostButTheEnd]),
        Row(name: "26-g711u-one-way-audio", outcome: .failed, causes: ["one-way-media"], parts: [.someLost]),
    ]

    @Test(arguments: rows)
    func whatIsMissingAccusesNobody(row: Row) throws {
        let whole = try CaptureEditor(corpus: row.name)
        for part in row.parts {
            var capture = whole
            part.cut(&capture)
            let calls = capture.calls().map { AnalyzedCall($0, FaxAnalyzer().analyze($0)) }
            let outcomes = calls.map(\.fax.outcome)
            let causes = calls.flatMap(\.findings).filter(\.isRootCause).map(\.id)
            let errors = calls.flatMap(\.findings).filter { $0.severity == .error }.map(\.id)
            #expect(causes.allSatisfy(row.causes.contains), "\(part): \(causes)")
            let open: [FaxSession.Outcome] = [row.outcome, .unknown, .partial, .notFax]
            #expect(outcomes.allSatisfy(open.contains), "\(part): \(outcomes)")
            if row.outcome == .success { #expect(errors == [], "\(part)") }
        }
    }
}
