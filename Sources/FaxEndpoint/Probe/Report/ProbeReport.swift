import FaxCore
import FaxReport
import FaxStation
import PcapDecode
import T30Analyzer

/// The checklist of a probe and what it comes to.
public struct ProbeReport: Sendable {
    public enum Verdict: String, Sendable {
        /// Faxes pass, and no check failed.
        case passed
        /// Faxes pass, and something failed.
        case limited
        case failed
        /// Nothing that was looked into failed, and no fax was sent.
        case incomplete
    }

    /// One call of the probe in a line.
    public struct Call: Sendable {
        let number: Int
        let title: String
        let outcome: String
        let sentence: String
        let firstFrame: FrameRef?
    }

    public let uri: String
    public let peer: Endpoint?
    public let steps: [ProbeStep]
    public let calls: [Call]
    public let verdict: Verdict
    public let sentence: String
    public let remedy: String?
    /// The user asked for a record: frame numbers mean something.
    public let isRecorded: Bool
    private let isComplete: Bool

    init(_ evidence: ProbeEvidence) {
        uri = evidence.uri
        peer = evidence.resolution.peer
        isRecorded = evidence.isRecorded
        isComplete = evidence.stopped == nil
        steps = Self.steps(evidence)
        calls = evidence.calls.enumerated().map { index, made in
            Call(
                number: index + 1, title: made.call.title, outcome: made.result?.outcome.rawValue ?? "unknown",
                sentence: made.analyzed.map { OutcomeSentence.text($0) } ?? made.result?.reason ?? "not ended",
                firstFrame: made.analyzed?.call.firstFrame)
        }
        let judged = ProbeVerdict(steps, evidence)
        verdict = judged.verdict
        sentence = judged.sentence
        remedy = judged.remedy
    }

    private static func steps(_ evidence: ProbeEvidence) -> [ProbeStep] {
        let network = NetworkSteps(evidence: evidence)
        let answer = AnswerSteps(evidence)
        let t38 = T38Steps(evidence: evidence)
        let faxes = FaxSteps(evidence: evidence)
        let session = SessionSteps(evidence: evidence)
        let hasPlace = evidence.resolution.peer != nil
        return ProbeCheck.allCases.filter { evidence.plan.checks.contains($0) }.flatMap { check -> [ProbeStep] in
            guard hasPlace || check == .name else {
                var step = ProbeStep(check)
                step.leave(.notReached, evidence.stopped ?? "the name is not known")
                return [step]
            }
            switch check {
            case .name: return [network.name()]
            case .reach: return [network.reach()]
            case .options: return [network.options()]
            case .register: return [network.register()]
            case .answer: return [answer.answer()]
            case .tone: return [answer.tone()]
            case .switch: return [t38.change()]
            case .terms: return [t38.terms()]
            case .use: return [t38.use()]
            case .faxT38, .faxG711: return faxes.samples(check)
            case .long: return [faxes.long()]
            case .nat: return [session.nat()]
            case .dtmf: return [answer.dtmf()]
            case .refresh: return [session.refresh()]
            }
        }
    }

    /// Everything in the plan was done, and no check failed.
    public var isClean: Bool { isComplete && count(.failed) == 0 }

    /// So many steps came to that.
    public func count(_ state: ProbeStep.State) -> Int { steps.count { $0.state == state } }
}

/// From the steps to one sentence and what to do.
struct ProbeVerdict {
    let verdict: ProbeReport.Verdict
    let sentence: String
    let remedy: String?

    init(_ steps: [ProbeStep], _ evidence: ProbeEvidence) {
        let failed = steps.filter { $0.state == .failed }
        let sent = evidence.calls.filter { $0.result?.isSuccess == true }
        remedy = Self.gravest(failed)?.remedy
        if evidence.plan.checks.allSatisfy({ !$0.needsCall }) || (evidence.calls.isEmpty && failed.isEmpty) {
            verdict = failed.isEmpty ? .incomplete : .failed
            sentence = failed.isEmpty ? "What was looked into is in order; no fax was sent." : Self.text(failed)
        } else if sent.isEmpty, failed.isEmpty, let reason = evidence.stopped {
            verdict = .incomplete
            sentence = "No fax was confirmed; not all was done: \(reason)."
        } else if sent.isEmpty {
            verdict = .failed
            sentence = "No fax passes. " + Self.text(failed)
        } else {
            let ways = [(FaxTransport.t38, true), (.g711, false)].filter { _, isT38 in
                sent.contains { ($0.result?.carriedBy == .t38) == isT38 }
            }.map(\.0.title)
            verdict = failed.isEmpty && evidence.stopped == nil ? .passed : .limited
            let rest = failed.isEmpty ? (evidence.stopped.map { "Not all was done: \($0)." } ?? "") : Self.text(failed)
            sentence = ("Faxes pass over \(ways.joined(separator: " and ")). " + rest).trimmed
        }
    }

    /// The first that failed, DTMF and OPTIONS after all others: faxes pass without them.
    private static func gravest(_ failed: [ProbeStep]) -> ProbeStep? {
        failed.first { $0.check != .options && $0.check != .dtmf } ?? failed.first
    }

    private static func text(_ failed: [ProbeStep]) -> String {
        guard let worst = gravest(failed) else { return "Why, the packets do not show." }
        let others = failed.count - 1
        return "\(worst.title): \(worst.reason ?? "failed")"
            + (others > 0 ? ", and \(others) more check\(others == 1 ? "" : "s") failed." : ".")
    }
}

extension String {
    fileprivate var trimmed: String { last == " " ? String(dropLast()) : self }
}
