import FaxCore
import FaxWire

/// Finds out which IAX2 frame belongs to which call: by the sender's call number, between two endpoints.
struct IAX2Tracker {
    /// One direction of a call: who sends, to whom, under which number.
    private struct Leg: Hashable {
        var flow: FlowKey
        var number: UInt16
    }

    private struct Sender {
        var call: OpenCall
        var iax2: IAX2Call
        var party: Party
    }

    /// A mini frame whose call is not known yet.
    private struct Kept {
        var info: PacketInfo
        var octets: [UInt8]
    }

    enum Limit {
        /// Octets of mini frames kept until a full frame tells whose they are.
        static let waitingOctets = 16 << 20
        /// Calls remembered to tell which one goes on behind a relay.
        static let recentCalls = 64
        static let relayWindow = Duration.seconds(10)
    }

    private var senders: [Leg: Sender] = [:]
    /// Of the senders.
    private var flows: Set<FlowKey> = []
    private var waiting: [Leg: [Kept]] = [:]
    private var waitingOctets = 0
    private var recent: [Sender] = []

    /// Takes a datagram. `false`: it begins a call, and nothing was done; it is to be given again with a `newCall`.
    mutating func receive(
        _ info: PacketInfo, _ payload: RawSpan, keepsAudio: Bool, newCall: OpenCall? = nil
    ) throws(DecodeFailure) -> Bool {
        let flow = FlowKey(source: info.source, destination: info.destination)
        switch try IAX2Frame(payload) {
        case .full(let frame):
            let leg = Leg(flow: flow, number: frame.source)
            if let sender = sender(of: frame, leg) {
                take(frame, sender, info, payload)
            } else if let isMidCall = beginning(frame) {
                guard let newCall else { return false }
                take(frame, begin(newCall, frame, leg, info, keepsAudio, isMidCall), info, payload)
            }
        case .mini(let frame): take(frame, Leg(flow: flow, number: frame.source), info, payload)
        case .trunk(let frames):
            for frame in frames { take(frame, Leg(flow: flow, number: frame.source), info, payload) }
        case .video: break
        }
        return true
    }

    private func take(_ frame: IAX2FullFrame, _ sender: Sender, _ info: PacketInfo, _ payload: RawSpan) {
        sender.call.touch(info.time, info.frame)
        sender.iax2.take(frame, from: sender.party, info, payload)
        noteState(of: sender, info)
    }

    private func noteState(of sender: Sender, _ info: PacketInfo) {
        sender.call.isAnswered = sender.iax2.isAnswered
        if sender.iax2.hasEnded, !sender.call.hasEnded { sender.call.state = .ending(since: info.time) }
    }

    private mutating func take(_ frame: IAX2MiniFrame, _ leg: Leg, _ info: PacketInfo, _ payload: RawSpan) {
        if let sender = senders[leg] {
            sender.call.touch(info.time, info.frame)
            return sender.iax2.take(frame, from: sender.party, info, payload)
        }
        // A trunk's entry becomes a mini frame of its own.
        var octets: [UInt8] = [
            UInt8(leg.number >> 8), UInt8(leg.number & 0xFF), UInt8(frame.timestamp >> 8),
            UInt8(frame.timestamp & 0xFF),
        ]
        octets += payload.extracting(frame.data).copied()
        guard waitingOctets + octets.count <= Limit.waitingOctets else { return }
        waitingOctets += octets.count
        waiting[leg, default: []].append(Kept(info: info, octets: octets))
    }

    /// Whether a call has a sender on that flow.
    func speaks(_ flow: FlowKey) -> Bool { flows.contains(flow) }

    // MARK: Calls

    private mutating func sender(of frame: IAX2FullFrame, _ leg: Leg) -> Sender? {
        if frame.isIAX(.new) { return senders[leg].flatMap { $0.iax2.isSameNew(frame) ? $0 : nil } }
        let peer = Leg(flow: leg.flow.reversed, number: frame.destination)
        if let known = senders[leg] {
            // The number of a call that ended may be another's by now.
            guard known.iax2.hasEnded, let other = senders[peer], other.iax2 !== known.iax2 else { return known }
        }
        guard frame.destination != 0, let other = senders[peer] else { return nil }
        return register(leg, Sender(call: other.call, iax2: other.iax2, party: other.party.other))
    }

    /// Whether an unknown sender's frame begins a call: `false` with its NEW, `true` in the middle of it; `nil`: neither.
    private func beginning(_ frame: IAX2FullFrame) -> Bool? {
        if frame.isIAX(.new) { return false }
        return frame.destination != 0 && startsMidCall(frame) ? true : nil
    }

    /// What is only sent while a call goes on.
    private func startsMidCall(_ frame: IAX2FullFrame) -> Bool {
        switch frame.kind {
        case .voice: true
        case .iax: frame.isIAX(.lagRequest) || frame.isIAX(.lagReply) || frame.isIAX(.ping) || frame.isIAX(.pong)
        case .control, .dtmfBegin, .dtmfEnd, .video, .null, .text, .image, .html, .comfortNoise, .modem, nil: false
        }
    }

    private mutating func begin(
        _ call: OpenCall, _ frame: IAX2FullFrame, _ leg: Leg, _ info: PacketInfo, _ keepsAudio: Bool, _ isMidCall: Bool
    ) -> Sender {
        if let old = senders[leg], !old.call.hasEnded { old.call.state = .ending(since: info.time) }
        let iax2 = IAX2Call(frame, info, keepsAudio: keepsAudio, isMidCall: isMidCall)
        call.iax2 = iax2
        let sender = register(leg, Sender(call: call, iax2: iax2, party: .caller))
        if isMidCall {
            let peer = Leg(flow: leg.flow.reversed, number: frame.destination)
            _ = register(peer, Sender(call: call, iax2: iax2, party: .callee))
        } else {
            relate(sender, leg.flow, info)
        }
        return sender
    }

    /// A relay: the place that an unanswered call went to makes another one.
    private mutating func relate(_ sender: Sender, _ flow: FlowKey, _ info: PacketInfo) {
        recent.removeAll { info.time - $0.call.firstTime > Limit.relayWindow || $0.iax2.hasEnded }
        for earlier in recent.reversed() where !earlier.iax2.isAnswered {
            guard earlier.iax2.signalling.calleeAddress == flow.source else { continue }
            let reason = "\(flow.source) took the one call and began the other"
            sender.call.related.append(RelatedCall(call: earlier.call.id, reason: reason))
            earlier.call.related.append(RelatedCall(call: sender.call.id, reason: reason))
            break
        }
        if recent.count < Limit.recentCalls { recent.append(sender) }
    }

    private mutating func register(_ leg: Leg, _ sender: Sender) -> Sender {
        senders[leg] = sender
        flows.insert(leg.flow)
        sender.iax2.setNumber(leg.number, of: sender.party)
        for kept in waiting.removeValue(forKey: leg) ?? [] {
            waitingOctets -= kept.octets.count
            guard case .mini(let frame)? = try? IAX2Frame(kept.octets.span.bytes) else { continue }
            sender.call.touch(kept.info.time, kept.info.frame)
            sender.iax2.take(frame, from: sender.party, kept.info, kept.octets.span.bytes)
        }
        return sender
    }

    /// Forgets closed calls.
    mutating func forget(_ calls: [OpenCall]) {
        guard calls.contains(where: { $0.iax2 != nil }) else { return }
        let closed = Set(calls.map(\.id))
        senders = senders.filter { !closed.contains($0.value.call.id) }
        flows = Set(senders.keys.map(\.flow))
        recent.removeAll { closed.contains($0.call.id) }
    }
}
