import FaxCore
import FaxWire

/// Calls put together and handed out.
extension CallAssembler {
    mutating func finish() {
        close(book.open, atEnd: true)
        closeUnsignalled(flows.all.compactMap(\.media).filter { $0.calls.isEmpty }, atEnd: true)
    }

    mutating func close(_ calls: [OpenCall], atEnd: Bool = false) {
        guard !calls.isEmpty else { return }
        for call in calls {
            adoptReverseFlows(of: call)
            let signalling =
                call.dialog.flatMap { dialogs.remove($0, isOver: call.isLeaving) } ?? call.iax2?.signalling
                ?? Signalling(.none)
            hand(out: call, signalling, atEnd: atEnd)
        }
        book.remove(calls)
        iax2.forget(calls)
    }

    /// The other direction of a bound flow belongs to the call even where no SDP names it.
    private func adoptReverseFlows(of call: OpenCall) {
        for bound in call.flows {
            guard let reverse = flows.find(bound.flow.key.reversed)?.media, reverse.calls.isEmpty, reverse.isMedia
            else { continue }
            bind(reverse, FlowClaim(call: call, sender: bound.sender?.other ?? .callee, announced: nil))
        }
    }

    private mutating func hand(out call: OpenCall, _ signalling: Signalling, atEnd: Bool) {
        for bound in call.flows { call.touch(bound.flow.lastTime, bound.flow.lastFrame) }
        let draft = CallDraft(call: call, signalling: signalling)
        let result = draft.finished(captureStart: start ?? call.firstTime, captureEnd: atEnd ? now : nil)
        for bound in call.flows { bound.flow.unbind(from: call) }
        call.flows = []
        for stream in result.streams {
            guard let refused = stream.quirks.first(where: { $0.name == "srtp-not-authenticated" }) else { continue }
            let what = "wrong in \(refused.count) packets, which are left out"
            let failure = DecodeFailure(
                layer: .rtp, field: "SRTP authentication tag", offset: 0, reason: .invalid(what))
            warning(failure, frame: refused.frame)
        }
        closedCalls += 1
        onCall(result)
    }

    /// Calls without signalling between the same hosts that one is held against.
    static let relatedLimit = 64

    /// Media without signalling: one call a pair of flows.
    mutating func closeUnsignalled(_ media: [MediaFlow], atEnd: Bool = false) {
        var handled = Set<FlowKey>()
        var closing: [OpenCall] = []
        var byHosts: [Set<IPAddress>: [OpenCall]] = [:]
        for flow in media where !flow.isSpent && flow.isMedia && !handled.contains(flow.key) {
            handled.insert(flow.key)
            let call = book.openCall(dialog: nil, time: flow.firstTime, frame: flow.firstFrame)
            call.touch(flow.lastTime, flow.lastFrame)
            flow.bind(to: call, announced: nil)
            call.flows.append(BoundFlow(flow: flow, sender: nil))
            if let reverse = flows.find(flow.key.reversed)?.media, reverse.calls.isEmpty, reverse.isMedia {
                handled.insert(reverse.key)
                reverse.bind(to: call, announced: nil)
                call.flows.append(BoundFlow(flow: reverse, sender: nil))
                call.touch(reverse.firstTime, reverse.firstFrame)
                call.touch(reverse.lastTime, reverse.lastFrame)
            }
            let hosts = Set([flow.key.source.address, flow.key.destination.address])
            relate(call, to: byHosts[hosts, default: []].suffix(Self.relatedLimit))
            byHosts[hosts, default: []].append(call)
            closing.append(call)
        }
        close(closing, atEnd: atEnd)
    }

    /// Two pairs of flows between the same hosts, the one beginning as the other ends: a switch between audio and T.38.
    /// `earlier`: of the same hosts, the latest ones.
    private func relate(_ call: OpenCall, to earlier: ArraySlice<OpenCall>) {
        for other in earlier {
            let gap =
                call.firstTime > other.firstTime ? call.firstTime - other.lastTime : other.firstTime - call.lastTime
            guard gap > .seconds(-2), gap < .seconds(5) else { continue }
            let reason = "media between the same hosts, the one begins where the other ends"
            call.related.append(RelatedCall(call: other.id, reason: reason))
            other.related.append(RelatedCall(call: call.id, reason: reason))
        }
    }
}
