import FaxCore
import FaxReport
import FaxStation
import FaxWire
import PcapDecode
import T30Analyzer

/// Address translation and the refresh of a session.
struct SessionSteps {
    let evidence: ProbeEvidence

    // MARK: - NAT

    func nat() -> ProbeStep {
        var step = ProbeStep(.nat)
        guard let call = evidence.first?.analyzed?.call, call.signalling.outcome == .answered else {
            step.leave(.notReached, evidence.stopped ?? "no call was answered")
            return step
        }
        var symptoms = ours(&step)
        symptoms += theirs(call, &step)
        let made = evidence.calls.compactMap(\.analyzed)
        let proven = made.flatMap(\.findings).filter {
            ["sdp-address-unreachable", "t38-udptl-wrong-interface"].contains($0.id)
        }
        if step.fail(by: proven) { return step }
        if symptoms.isEmpty {
            step.pass()
        } else if made.contains(where: { $0.fax.outcome == .success }) {
            step.pass(symptoms.joined(separator: "; ") + "; media pass all the same")
        } else {
            step.fail(
                symptoms.joined(separator: "; "),
                "Set the external address there (or --advertise here), or let an SBC stand between.")
        }
        return step
    }

    /// How the other side sees us, by the Via of its answer to OPTIONS.
    private func ours(_ step: inout ProbeStep) -> [String] {
        step.add("our address", evidence.own.map { "\($0)" })
        guard let own = evidence.own, let via = evidence.options?.response.vias.first else { return [] }
        let address = via.received.flatMap { IPAddress($0) } ?? own.address
        let seen = Endpoint(address, via.rport ?? own.port)
        if via.received != nil || via.rport != nil { step.add("seen there as", "\(seen)") }
        return seen == own ? [] : ["our address is translated"]
    }

    private func theirs(_ call: Call, _ step: inout ProbeStep) -> [String] {
        var symptoms: [String] = []
        let source = evidence.resolution.peer?.address
        if let reply = call.signalling.steps.first(where: { $0.from == evidence.them && $0.contact != nil }) {
            step.add("their Contact", reply.contact.map { "\($0)" })
            step.show(reply.frame)
            if let contact = reply.contact, contact.isPrivate, reply.source.address != contact,
                !reply.source.address.isPrivate
            {
                symptoms.append("their Contact is the private address \(contact)")
            }
        }
        for media in call.signalling.sessions where media.party == evidence.them && media.accepted {
            let name = media.kind == .audio ? "audio" : "T.38"
            if step.values.contains(where: { $0.name == "their \(name) address" }) { continue }
            step.add("their \(name) address", "\(media.endpoint)")
            if media.endpoint.address.isPrivate, let source, !source.isPrivate {
                symptoms.append("their SDP names the private address \(media.endpoint.address)")
            }
            let kinds: Set<MediaStream.Kind> = media.kind == .audio ? [.rtp, .srtp] : [.udptl]
            guard let stream = call.streams.first(where: { $0.direction == evidence.them && kinds.contains($0.kind) })
            else {
                continue
            }
            step.add("their \(name) comes from", "\(stream.from)")
            step.show(stream.firstFrame)
            if stream.from != media.endpoint {
                symptoms.append("their \(name) comes from elsewhere than their SDP says")
            }
        }
        return symptoms
    }

    // MARK: - Refresh

    func refresh() -> ProbeStep {
        var step = ProbeStep(.refresh)
        guard let made = evidence.calls.first(where: { $0.call.purpose == .refresh }) else {
            let reason = evidence.stopped
            step.leave(reason == nil ? .notApplicable : .notReached, reason ?? "T.38 was not agreed on")
            return step
        }
        guard let call = made.analyzed?.call, let result = made.result else {
            step.leave(.unknown, evidence.stopped ?? "the call did not end")
            return step
        }
        timers(call.signalling, &step)
        judge(call.signalling, made, result, &step)
        return step
    }

    private func timers(_ signalling: Signalling, _ step: inout ProbeStep) {
        guard let reply = signalling.steps.first(where: { $0.frame == signalling.answerFrame }) else { return }
        step.add("session timer", .bool(reply.timer != nil))
        guard let timer = reply.timer else { return }
        step.add("session expires", Int(timer.interval.inSeconds), "s")
        step.add("refreshed by", timer.refresher.map { $0 == .caller ? "us" : "them" })
        step.show(reply.frame)
    }

    private func judge(
        _ signalling: Signalling, _ made: ProbeEvidence.Made, _ result: FaxResult, _ step: inout ProbeStep
    ) {
        guard let agreed = signalling.t38Switch, agreed.isAccepted, let agreedAt = agreed.answerFrame,
            let ours = signalling.steps.first(where: {
                $0.frame > agreedAt && $0.from == .caller && $0.method == "INVITE" && $0.status == nil
            })
        else {
            step.leave(.unknown, "the fax ended before the refresh was due")
            return
        }
        let reply = signalling.steps.first {
            $0.from == .callee && $0.cseq == ours.cseq && $0.method == "INVITE" && ($0.status ?? 0) >= 200
        }
        step.add("our re-INVITE", reply?.status.map { "\($0)" } ?? "no answer")
        step.show(ours.frame, reply?.frame)
        let keepsT38 = reply?.sdp?.image != nil
        step.add("T.38 kept", .bool(keepsT38 && result.carriedBy == .t38))
        if reply?.status.map({ $0 < 300 }) != true {
            step.fail(
                "the refresh was \(reply?.status.map { "refused with \($0)" } ?? "not answered")",
                "Long faxes break when a session timer runs: switch timers off, or let the other side refresh.")
        } else if !keepsT38 || result.carriedBy != .t38 {
            step.fail(
                "the refresh ended T.38", "The answer to a refresh has to keep the image line: a fault of that system.")
        } else if evidence.isCutOff(made) {
            step.leave(.unknown, "stopped while it ran")
        } else if !result.isSuccess {
            step.fail(
                "the fax did not survive the refresh: \(result.reason ?? "it failed")",
                "Switch session timers off for fax lines.")
        } else {
            step.pass()
        }
    }
}
