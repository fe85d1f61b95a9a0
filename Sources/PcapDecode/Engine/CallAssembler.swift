import FaxCore
import FaxWire

/// Takes packets, keeps flows, dialogs and calls, and closes calls when they are over.
struct CallAssembler: PacketSink {
    let options: CaptureDecoder.Options
    let onCall: (Call) -> Void
    var flows = FlowTable()
    var byEndpoint: [Endpoint: [Flow]] = [:]
    private var nextOrdinal = 0
    var dialogs: DialogTracker
    var book = CallBook()
    private var legs = LegCorrelator()
    var tcp: TCPFlows
    var iax2 = IAX2Tracker()
    /// Latest capture time seen, and when housekeeping is due.
    var clock = CaptureClock()
    var start: Instant?
    var housekeepingDue = Instant(nanoseconds: .min)
    var sweepDue = Instant(nanoseconds: .min)
    private(set) var warnings = WarningList()
    var closedCalls = 0
    /// So many flows before room is made among them; see ``makeRoom()``.
    var roomDue: Int
    /// At most these octets are kept by probes: flows that were understood meanwhile are taken off with the next look.
    var probedOctets = 0
    var isProbeLimitTold = false
    /// The SIP message in the packet that is being taken, where it was read before.
    var readAhead: ReadMessage.Datagram?
    /// Takes every SIP message once, whatever carried it.
    var onMessage: ((SIPMessage, SIPContext) -> Void)?
    /// Calls and flows that housekeeping looked at: it may cost a new one little, however many there are.
    var looks = 0

    var openCalls: Int { book.count }

    init(_ options: CaptureDecoder.Options, onCall: @escaping (Call) -> Void) {
        self.options = options
        self.onCall = onCall
        dialogs = DialogTracker(describesSteps: options.describesSteps)
        tcp = TCPFlows(limit: options.limits.waitingTCPOctets)
        roomDue = options.limits.flows
    }

    // MARK: - Packets

    @inline(__always)
    mutating func udp(_ info: PacketInfo, payload: RawSpan) {
        udp(
            info, FlowKey(source: info.source, destination: info.destination).slotHash,
            CopyDetector.signature(info, payload, isSIP: SIPMessage.looksLikeSIP(payload)), payload)
    }

    /// The same with the hash of the packet's flow and its signature (``CopyDetector``) known.
    mutating func udp(_ info: PacketInfo, _ hash: UInt64, _ signature: UInt64, _ payload: RawSpan) {
        let key = FlowKey(source: info.source, destination: info.destination)
        let mark = CopyDetector.Mark(signature: signature, linkTag: info.linkTag, hops: info.ttl)
        let flow = flows.reference(key, hash: hash)?.takeUnretainedValue() ?? newFlow(for: key, at: info.time)
        if flow.receive(info.media, mark, payload) { return }
        flow.lastTime = info.time
        other(flow, info, payload, flow.copies.judge(info.time, mark))
    }

    /// The way of nearly every packet: plain, and its flow is one of media.
    @inline(__always)
    mutating func plain(_ item: borrowing PacketBatch.Item, _ payload: RawSpan) {
        let packet = MediaPacket(frame: item.frame, time: item.time)
        let mark = item.mark
        let isTaken = flows.reference(item.flowKey, hash: item.flowHash)?._withUnsafeGuaranteedRef { flow in
            flow.receive(packet, mark, payload)
        }
        if isTaken != true { udp(item.info, item.flowHash, item.signature, payload) }
    }

    private mutating func other(
        _ flow: Flow, _ info: PacketInfo, _ payload: RawSpan, _ verdict: CopyDetector.Verdict
    ) {
        if verdict == .seenElsewhere { return }
        switch flow.kind {
        case .sip:
            if verdict == .new { sip(info, payload, transport: .udp) }
        case .iax2:
            if verdict == .new { iax2(info, payload) }
        case .undecided, .ignored, .media:
            understand(flow, info, payload, isCopy: verdict == .identical)
        }
    }

    private mutating func newFlow(for key: FlowKey, at time: Instant) -> Flow {
        if flows.count >= roomDue { makeRoom() }
        let flow = Flow(key: key, ordinal: nextOrdinal, time: time)
        nextOrdinal += 1
        flows.insert(flow)
        byEndpoint[key.source, default: []].append(flow)
        byEndpoint[key.destination, default: []].append(flow)
        return flow
    }

    /// A flow of unknown kind: SIP by its start line, media by announcement or by content.
    private mutating func understand(_ flow: Flow, _ info: PacketInfo, _ payload: RawSpan, isCopy: Bool) {
        if info.hepType <= 1, SIPMessage.looksLikeSIP(payload) {
            flow.become(.sip)
            if !isCopy { sip(info, payload, transport: info.transport == 6 ? .tcp : .udp) }
            return
        }
        let claims = book.claims(on: flow.key)
        if !claims.isEmpty {
            let kept = flow.kept
            let media = startMedia(flow, kept.first?.info ?? info)
            for claim in claims { bind(media, claim) }
            replay(kept, to: media)
            media.receive(info.media, payload, isCopy: isCopy)
            return
        }
        if RTCPPacket.looksLike(payload), let call = book.rtcpCall(of: flow.key) {
            call.rtcp.add(RTCPPacket.read(payload).value, time: info.time, frame: info.frame)
            call.touch(info.time, info.frame)
            return
        }
        if isIAX2(info, payload) {
            flow.become(.iax2)
            if !isCopy { iax2(info, payload) }
            return
        }
        // It shares the ports of media (RFC 8489 §5) and tells nothing of what else goes there.
        if MediaClassifier.isSTUN(payload) { return }
        probe(flow, info, payload)
    }

    /// Looks whether the latest packets of a flow that nobody announced are media.
    private mutating func probe(_ flow: Flow, _ info: PacketInfo, _ payload: RawSpan) {
        switch flow.kind {
        case .undecided(var probe):
            // Taken out, so that its packets are not copied.
            flow.become(.undecided(ContentProbe()))
            probe.keep(info, payload)
            if probe.looksLikeMedia {
                let media = startMedia(flow, probe.kept[0].info)
                for claim in claimsByReturnPath(of: flow.key) { bind(media, claim) }
                replay(probe.kept, to: media)
            } else {
                flow.become(probe.isExhausted ? probe.leftAlone : .undecided(probe))
                probedOctets += ContentProbe.octets(of: payload.byteCount)
                if probedOctets > options.limits.probedOctets { forgetProbed() }
            }
        case .ignored(let next, let packets):
            flow.become(packets > 1 ? .ignored(next: next, after: packets - 1) : .undecided(next))
        case .sip, .iax2, .media: break
        }
    }

    private func startMedia(_ flow: Flow, _ info: PacketInfo) -> MediaFlow {
        let media = MediaFlow(key: flow.key, options: options, time: info.time, frame: info.frame)
        flow.become(media)
        return media
    }

    private func replay(_ kept: [ContentProbe.Kept], to media: MediaFlow) {
        for packet in kept { media.receive(packet.info.media, packet.octets.span.bytes, isCopy: false) }
    }

    mutating func tcp(_ info: PacketInfo, segment: TCPSegmentInfo, payload: RawSpan) {
        // Taken out, for the calls are asked meanwhile.
        var connections = TCPFlows(limit: 0)
        swap(&connections, &tcp)
        let outputs = connections.handle(info, segment, payload) { announcedT38(on: $0) }
        swap(&connections, &tcp)
        for output in outputs {
            switch output {
            case .sip(let message, let context): handle(ReadMessage(message), context)
            case .t38(let stream): bindTCP(stream)
            case .warning(let failure, let frame): warning(failure, frame: frame)
            }
        }
    }

    /// The `T38FaxVersion` of the call that a connection belongs to: the lower of both parties' counts for both directions,
    /// also where one of them announced no port of its own (RFC 4145 §4.1).
    private func announcedT38(on key: FlowKey) -> Int?? {
        guard let claim = book.claims(on: key).first else { return nil }
        let sessions = claim.call.dialog.map { dialogs.sessions(of: $0) } ?? []
        let versions = [Party.caller, .callee].compactMap { party in
            sessions.last { $0.party == party && $0.kind == .image }?.t38?.version
        }
        return .some(versions.min())
    }

    mutating func icmp(_ info: PacketInfo, notice: ICMPNotice) {
        let error = ICMPError(
            time: info.time, frame: info.frame, what: notice.what, from: info.source.address,
            quotedFrom: notice.quotedSource, quotedTo: notice.quotedDestination)
        let key = FlowKey(source: notice.quotedSource, destination: notice.quotedDestination)
        let owners: [OpenCall]
        if let media = flows.find(key)?.media {
            owners = media.calls
        } else {
            let claims = book.claims(on: key).map(\.call)
            owners = claims.isEmpty ? callsSignalled(from: key.source, to: key.destination) : claims
        }
        for call in owners where call.icmpErrors.count < options.limits.icmpErrorsPerCall {
            call.icmpErrors.append(error)
        }
    }

    /// Open calls whose set-up goes between these two signalling addresses: nothing but the INVITE's addresses can tell.
    private func callsSignalled(from source: Endpoint, to destination: Endpoint) -> [OpenCall] {
        let pair = Set([source, destination])
        let recent = book.open.suffix(64).filter { call in
            guard let dialog = call.dialog, let signalling = dialogs[dialog], let from = signalling.callerAddress,
                let to = signalling.calleeAddress
            else { return false }
            return Set([from, to]) == pair
        }
        return recent.last.map { [$0] } ?? []
    }

    mutating func warning(_ failure: DecodeFailure, frame: FrameRef) {
        warnings.append(CaptureWarning(failure, frame: frame))
    }

    // MARK: - Signalling

    private mutating func sip(_ info: PacketInfo, _ payload: RawSpan, transport: Signalling.Transport) {
        // Keep-alives (RFC 5626 §3.5.1) and STUN share the port.
        guard readAhead != nil || SIPMessage.looksLikeSIP(payload) else { return }
        switch readAhead ?? ReadMessage.datagram(payload) {
        case .message(let read, let failure):
            if let failure, !info.isTruncated { warning(failure, frame: info.frame) }
            handle(
                read,
                SIPContext(
                    time: info.time, frame: info.frame, source: info.source, destination: info.destination,
                    transport: transport))
        case .unreadable(let failure): warning(failure, frame: info.frame)
        }
    }

    private mutating func handle(_ message: ReadMessage, _ context: SIPContext) {
        onMessage?(message.message, context)
        let unusable = dialogs.counters.unusable
        let events = dialogs.handle(message, context)
        if dialogs.counters.unusable > unusable {
            let reason = "missing, not readable, or longer than \(DialogTracker.Limit.callIDOctets) octets"
            warning(
                DecodeFailure(layer: .sip, field: "Call-ID or CSeq", offset: 0, reason: .invalid(reason)),
                frame: context.frame)
        }
        if let id = dialogs.latest, let call = book.byDialog[id] {
            call.touch(context.time, context.frame)
            if !call.isAnswered { call.isAnswered = dialogs.answerTime(of: id) != nil }
        }
        for event in events {
            switch event {
            case .opened(let id):
                if book.count >= options.limits.openCalls { closeIdlest() }
                let call = book.openCall(dialog: id, time: context.time, frame: context.frame)
                correlate(call, id)
            case .resumed(let id):
                book.byDialog[id]?.state = .open
            case .mediaChanged(let id):
                if let call = book.byDialog[id] { readSessions(of: call, id, source: context.source.address) }
            case .releasing(let id):
                book.byDialog[id]?.state = .releasing(since: context.time)
            case .ended(let id):
                book.byDialog[id]?.state = .ending(since: context.time)
            }
        }
    }

    private mutating func correlate(_ call: OpenCall, _ id: DialogID) {
        guard let signalling = dialogs[id], let from = signalling.callerAddress, let to = signalling.calleeAddress,
            let invite = signalling.inviteTime
        else { return }
        let leg = LegCorrelator.Leg(
            id: call.id, invite: invite, caller: from, callee: to,
            callerUser: LegCorrelator.user(signalling.caller), calleeUser: LegCorrelator.user(signalling.callee))
        guard let (earlier, reason) = legs.match(leg) else { return }
        call.related.append(RelatedCall(call: earlier.id, reason: reason))
        book.call(earlier.id)?.related.append(RelatedCall(call: call.id, reason: reason))
    }
}
