import FaxCore
import FaxReport
import FaxStation
import FaxWire
import PcapDecode
import T30Analyzer

/// Sample faxes and the long one, each as it went.
struct FaxSteps {
    let evidence: ProbeEvidence

    func samples(_ check: ProbeCheck) -> [ProbeStep] {
        if evidence.them == .caller { return received(check) }
        let transport: FaxTransport = check == .faxT38 ? .t38 : .g711
        return evidence.plan.samples(transport).map { call in
            var step = ProbeStep(check, title: call.title)
            if let made = evidence.calls.first(where: { $0.isSample(of: call) }) {
                judge(made, call, &step)
            } else if let reason = evidence.stopped {
                step.leave(.notReached, reason)
            } else {
                step.leave(.notApplicable, "\(transport.title) was not agreed on")
            }
            return step
        }
    }

    /// The fax that came, under what carried it.
    private func received(_ check: ProbeCheck) -> [ProbeStep] {
        guard let made = evidence.first else { return [] }
        let isT38 = made.result?.carriedBy == .t38
        guard isT38 == (check == .faxT38) else { return [] }
        var step = ProbeStep(check, title: "Fax received over \(isT38 ? "T.38" : "G.711")")
        judge(made, made.call, &step)
        return [step]
    }

    func long() -> ProbeStep {
        let made = evidence.calls.first { if case .long = $0.call.purpose { true } else { false } }
        var step = ProbeStep(.long, title: made.map { "Long fax, \($0.call.title)" })
        if let made {
            judge(made, made.call, &step)
        } else {
            step.leave(.notReached, evidence.stopped ?? "no way carries a fax")
        }
        return step
    }

    private func judge(_ made: ProbeEvidence.Made, _ call: ProbeCall, _ step: inout ProbeStep) {
        guard let result = made.result else {
            step.leave(.unknown, evidence.stopped ?? "the call did not end")
            return
        }
        let fax = made.analyzed?.fax
        step.add("pages confirmed", fax?.pagesConfirmed ?? result.pagesConfirmed)
        step.add("rate", fax?.rateBps, "bit/s")
        step.add("modem", fax?.modem)
        step.add("ECM", .optional(fax?.ecm))
        step.add("coding", fax?.compression)
        step.add("trainings", fax?.trainings.count)
        step.add("trainings failed", fax?.trainings.count { $0.answer == "FTT" })
        step.add("duration", .measure(result.duration.inSeconds, digits: 1), "s")
        step.show(made.analyzed?.call.signalling.inviteFrame, made.analyzed?.call.signalling.endFrame)
        if evidence.isCutOff(made) {
            step.leave(.unknown, "stopped while it ran")
        } else if result.isSuccess {
            step.pass(remark(fax, call))
        } else {
            fail(made, result, &step)
        }
    }

    /// What was not as asked for.
    private func remark(_ fax: FaxSession?, _ call: ProbeCall) -> String? {
        guard let wanted = call.manner.fax, let fax else { return nil }
        var remarks: [String] = []
        if let rate = fax.rateBps, rate < wanted.maxRate { remarks.append("went at \(rate) bit/s only") }
        if wanted.hasECM, fax.ecm == false { remarks.append("the other side has no ECM") }
        return remarks.isEmpty ? nil : remarks.joined(separator: "; ")
    }

    private func fail(_ made: ProbeEvidence.Made, _ result: FaxResult, _ step: inout ProbeStep) {
        if let analyzed = made.analyzed, let cause = analyzed.rootCause {
            step.fail(by: [cause])
        } else {
            step.fail(
                result.reason ?? "the fax failed", "Analyse the record of this call (--record, faxprobe analyze).")
        }
    }
}
