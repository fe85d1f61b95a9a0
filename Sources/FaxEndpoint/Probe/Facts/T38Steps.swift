import FaxCore
import FaxReport
import FaxStation
import FaxWire
import PcapDecode
import T30Analyzer

/// Who switches to T.38, what is agreed on, and what is sent then.
struct T38Steps {
    let evidence: ProbeEvidence

    /// Where the plan leaves T.38 out, or nothing got that far. `nil`: it can be judged.
    private func shortcut(_ check: ProbeCheck) -> ProbeStep? {
        var step = ProbeStep(check)
        if evidence.plan.transport == .g711 {
            step.leave(.notApplicable, "only G.711 was asked for")
        } else if evidence.first?.analyzed?.call.signalling.outcome != .answered {
            step.leave(.notReached, evidence.stopped ?? "no call was answered")
        } else {
            return nil
        }
        return step
    }

    private var switching: T38Switch? { evidence.switching?.analyzed?.call.signalling.t38Switch }

    // MARK: - Switch

    func change() -> ProbeStep {
        if let step = shortcut(.switch) { return step }
        var step = ProbeStep(.switch)
        guard let made = evidence.switching, let change = switching else {
            if let reason = evidence.stopped {
                step.leave(.notReached, reason)
            } else {
                step.fail("nobody offered T.38", "Switch T.38 on for that line.")
            }
            return step
        }
        step.add("offered by", change.offeredBy == evidence.them ? "them" : "us")
        step.add("after answer", change.afterAnswer)
        step.add("in the first INVITE", .bool(change.afterAnswer == nil))
        step.add("status", change.status)
        step.add("time to answer", change.answerTime.map { $0 - change.offerTime })
        step.show(change.offerFrame, change.answerFrame)
        if change.isAccepted {
            step.pass(change.offeredBy == evidence.them ? nil : "they leave it to us, and accept")
        } else if let status = change.status {
            let cause = made.analyzed.flatMap { Self.finding(in: $0, layers: [.negotiation]) }
            step.fail(
                "refused with \(status)",
                cause?.remedy ?? "Switch T.38 on for that line, or send over G.711 (--transport g711).")
        } else {
            step.fail("the offer of T.38 got no answer", "Look at what stands between: it loses re-INVITEs.")
        }
        return step
    }

    static func finding(in call: AnalyzedCall, layers: Set<Finding.Layer>) -> Finding? {
        let all = ([call.rootCause].compactMap(\.self) + call.findings)
        return all.first { layers.contains($0.layer) && $0.severity >= .warning }
    }

    // MARK: - Terms

    func terms() -> ProbeStep {
        if let step = shortcut(.terms) { return step }
        var step = ProbeStep(.terms)
        guard let change = switching, change.isAccepted, let answer = change.answer else {
            step.leave(.notApplicable, evidence.stopped ?? "T.38 was not agreed on")
            return step
        }
        let isOurs = change.offeredBy != evidence.them
        let (theirs, ours) = isOurs ? (answer, change.offer) : (change.offer, answer)
        describe(theirs, &step)
        step.add("our MaxDatagram", ours.maxDatagram, "octets")
        step.show(change.offerFrame, change.answerFrame)
        var missing: [String] = []
        if theirs.maxDatagram == nil { missing.append("T38FaxMaxDatagram") }
        if theirs.errorCorrection == nil { missing.append("T38FaxUdpEC") }
        if theirs.rateManagement == nil { missing.append("T38FaxRateManagement") }
        let call = evidence.switching?.analyzed
        let faults = call?.findings.filter { $0.layer == .negotiation && $0.severity >= .warning } ?? []
        if !step.fail(by: faults) {
            step.pass(missing.isEmpty ? nil : "not said: " + missing.joined(separator: ", "))
        }
        return step
    }

    private func describe(_ terms: T38Parameters, _ step: inout ProbeStep) {
        step.add("version", terms.version)
        step.add("MaxBitRate", terms.maxBitRate, "bit/s")
        step.add("rate management", terms.rateManagement?.rawValue)
        step.add("MaxBuffer", terms.maxBuffer, "octets")
        step.add("MaxDatagram", terms.maxDatagram, "octets")
        step.add("MaxIFP", terms.maxIFP, "octets")
        step.add("error correction", terms.errorCorrection?.rawValue)
        step.add("error correction depth", terms.errorCorrectionDepth)
        step.add("fill bit removal", .optional(terms.fillBitRemoval))
        step.add("vendor", terms.vendorInfo)
    }

    // MARK: - Use

    func use() -> ProbeStep {
        if let step = shortcut(.use) { return step }
        var step = ProbeStep(.use)
        guard let call = evidence.overT38?.analyzed,
            let stream = call.call.streams.first(where: { $0.kind == .udptl && $0.direction == evidence.them })
        else {
            if switching?.isAccepted == true, evidence.overT38?.analyzed != nil {
                step.fail("no UDPTL packet came", "Look at the addresses in SDP, and at firewalls between.")
            } else {
                step.leave(.notApplicable, evidence.stopped ?? "T.38 was not agreed on")
            }
            return step
        }
        figures(stream, &step)
        let agreed = call.call.signalling.t38Switch
        let described = agreed?.answer?.errorCorrection
        step.add("described", described?.rawValue)
        let faults = call.findings.filter {
            ($0.layer == .transport || $0.layer == .ifp) && $0.severity >= .warning
                && ($0.party ?? evidence.them) == evidence.them
        }
        if step.fail(by: faults) { return step }
        if described == .redundancy, stream.statistics.errorCorrection == StreamStatistics.ErrorCorrection.none {
            step.fail(
                "redundancy was agreed on, and no packet carries any",
                "Set redundancy to at least 2 there: one lost packet breaks a fax now.")
        } else {
            step.pass()
        }
        return step
    }

    private func figures(_ stream: MediaStream, _ step: inout ProbeStep) {
        let figures = stream.statistics
        step.add("packets", stream.packets)
        step.add("error correction", figures.errorCorrection?.rawValue)
        step.add("secondaries a packet", figures.redundancyDepth)
        step.add("ASN.1 form", figures.t38Version.map { $0 >= 2 ? "2002" : "1998" })
        step.add("largest datagram", figures.largestPacket, "octets")
        step.add("lost", figures.lost)
        step.add("not repaired", figures.unrecovered)
        step.add("out of order", figures.reordered)
        step.add("longest pause", figures.maximumGap)
        step.show(stream.firstFrame, stream.lastFrame)
    }
}
