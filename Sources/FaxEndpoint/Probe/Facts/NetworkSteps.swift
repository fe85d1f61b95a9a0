import FaxCore
import FaxProtocol
import FaxReport
import FaxWire
import PcapDecode
import T30Analyzer

/// Steps that need no call: name, reachability, OPTIONS, registration.
struct NetworkSteps {
    let evidence: ProbeEvidence

    func name() -> ProbeStep {
        var step = ProbeStep(.name)
        let resolution = evidence.resolution
        if let problem = resolution.problem {
            step.fail(problem, "Check the spelling, and the name servers of this machine.")
            return step
        }
        let host = SIPTarget.host(of: evidence.uri)
        if let host, IPAddress(host) != nil {
            step.leave(.notApplicable, "the target is an address")
        } else {
            step.add("time", resolution.after)
            step.pass()
        }
        step.add("address", resolution.peer.map { "\($0)" })
        return step
    }

    func reach() -> ProbeStep {
        var step = ProbeStep(.reach)
        step.frames = evidence.optionsFrames
        let answered = evidence.calls.first?.analyzed?.call.signalling.steps.first { $0.status != nil }
        if let options = evidence.options {
            step.add("time", options.after)
            step.pass("it answers OPTIONS")
        } else if let answered {
            step.show(answered.frame)
            step.pass("it does not answer OPTIONS, but INVITE")
        } else if case .refused(let reason) = evidence.knock {
            step.fail(
                "the host says that nothing listens on that port (\(reason))",
                "Check address and port, and that the program there runs and listens on that transport.")
        } else if let call = evidence.calls.first, call.result != nil {
            step.fail(
                "neither OPTIONS nor INVITE got any answer",
                "Check address, port and firewalls on the way; some devices answer only senders that they know.")
        } else if let patience = evidence.optionsPatience {
            step.leave(
                .unknown, "OPTIONS got no answer within \(Int(patience.inSeconds)) s; some devices answer INVITE only")
        } else {
            step.leave(.notReached, "it was not asked")
        }
        return step
    }

    func options() -> ProbeStep {
        var step = ProbeStep(.options)
        step.frames = evidence.optionsFrames
        guard let answer = evidence.options else {
            guard evidence.optionsPatience != nil else {
                step.leave(.notReached, "it was not asked")
                return step
            }
            step.fail(
                "no answer",
                "Faxes may pass all the same. Allow OPTIONS there if other systems watch this one by it.")
            return step
        }
        let response = answer.response
        step.add("status", answer.status)
        step.add("time", answer.after)
        for (name, header) in [
            ("Allow", SIPHeader.allow), ("Accept", .accept), ("Supported", .supported), ("User-Agent", .userAgent),
            ("Server", .server),
        ] {
            let values = response.values(header)
            if !values.isEmpty { step.add(name, values.joined(separator: ", ")) }
        }
        judge(answer, &step)
        return step
    }

    private func judge(_ answer: OptionsAnswer, _ step: inout ProbeStep) {
        switch answer.status {
        case 200..<300:
            let allowed = answer.response.values(.allow).joined(separator: ",").uppercased()
            allowed.isEmpty || allowed.contains("INVITE")
                ? step.pass() : step.fail("Allow does not list INVITE", "That port takes no calls: try another.")
        case 401, 407:
            step.fail("it wants credentials, and ours were not taken", "Name --user and --password-file.")
        case 405, 501: step.leave(.unknown, "the method is not taken there; that says nothing of calls")
        case 404, 480, 484: step.leave(.unknown, "refused with \(answer.status): perhaps it does not know the number")
        default: step.fail("refused with \(answer.status)", "Look at what that system says of this request.")
        }
    }

    func register() -> ProbeStep {
        var step = ProbeStep(.register)
        step.frames = evidence.registrationFrames
        switch evidence.registration {
        case .notAsked: step.leave(.notApplicable, "no registrar was named (--register)")
        case .registered(let seconds, let after):
            step.add("expires", seconds, "s")
            step.add("time", after)
            step.pass(evidence.registrationFrames.count > 2 ? "the credentials were taken" : "without credentials")
        case .failed(let refusal, let after):
            step.add("status", refusal.status)
            step.add("time", after)
            step.fail("\(refusal.status) \(refusal.reason)", Self.remedy(refusal.status))
        case .silent(let patience):
            step.fail(
                "no answer within \(Int(patience.inSeconds)) s", "Check address and port of the registrar.")
        case .unresolved(let problem): step.fail(problem, "Check the name of the registrar.")
        }
        return step
    }

    private static func remedy(_ status: Int) -> String {
        switch status {
        case 401, 403, 407: "Check user and password (--user, --password-file), and that this user may register."
        case 404: "That user is not known there: check --user and --domain."
        case 408: "Check address and port of the registrar."
        default: "Look at what the registrar says of this request."
        }
    }
}
