import FaxCore
import FaxWire

/// Takes packets, keeps flows, dialogs and calls, and closes calls when they are over.
struct CallAssembler: PacketSink {
    let options: CaptureDecoder.Options
    private let onCall: (Call) -> Void
    private var flows = FlowTable()
    private var byEndpoint: [Endpoint: [Flow]] = [:]
    private var nextOrdinal = 0
    private var dialogs: DialogTracker
    private var book = CallBook()
    private var legs = LegCorrelator()
    private var tcp: TCPFlows
    /// Latest capture time seen, and when housekeeping is due.
    private var clock = CaptureClock()
    private var start: Instant?
    private var housekeepingDue = Instant(nanoseconds: .min)
    private var sweepDue = Instant(nanoseconds: .min)
    private(set) var warnings = WarningList()
    private(set) var closedCalls = 0

    var openCalls: Int { book.count }

    init(_ options: CaptureDecoder.Options, onCall: @escaping (Call) -> Void) {
        self.options = options
        self.onCall = onCall
        dialogs = DialogTracker(describesSteps: options.describesSteps)
        tcp = TCPFlows()
    }

    // MARK: - Packets

    @inline(__always)
    mutating func udp(_ info: PacketInfo, payload: RawSpan) {
        let key = FlowKey(source: info.source, destination: info.destination)
        guard let reference = flows.reference(key) else {
            let flow = newFlow(for: key, at: info.time)
            other(flow, info, payload, flow.copies.judge(info, payload, whole: true))
            return
        }
        let rest = reference._withUnsafeGuaranteedRef { flow -> CopyDetector.Verdict? in
            flow.lastTime = info.time
            let verdict = flow.copies.judge(info, payload, whole: flow.mediaReference == nil)
            guard let media = flow.mediaReference else { return verdict }
            if verdict == .seenElsewhere {
                media._withUnsafeGuaranteedRef { $0.countCaptureCopy() }
            } else {
                media._withUnsafeGuaranteedRef { $0.receive(info, payload, isCopy: verdict == .identical) }
            }
            return nil
        }
        // Media ends here: the way of nearly every packet.
        if let rest { other(reference.takeUnretainedValue(), info, payload, rest) }
    }

    private mutating func other(
        _ flow: Flow, _ info: PacketInfo, _ payload: RawSpan, _ verdict: CopyDetector.Verdict
    ) {
        if verdict == .seenElsewhere { return }
        switch flow.kind {
        case .sip:
            if verdict == .new { sip(info, payload, transport: .udp) }
        case .undecided, .ignored, .media:
            understand(flow, info, payload, isCopy: verdict == .identical)
        }
    }

    private mutating func newFlow(for key: FlowKey, at time: Instant) -> Flow {
        if flows.count >= options.limits.flows { forgetFlows(idle: .zero, keep: options.limits.flows / 2) }
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
            media.receive(info, payload, isCopy: isCopy)
            return
        }
        if RTCPPacket.looksLike(payload), let call = book.rtcpCall(of: flow.key) {
            call.rtcp.add(RTCPPacket.read(payload).value, time: info.time, frame: info.frame)
            call.touch(info.time, info.frame)
            return
        }
        guard case .undecided(var probe) = flow.kind else { return }
        probe.keep(info, payload)
        if probe.looksLikeMedia {
            let media = startMedia(flow, probe.kept[0].info)
            replay(probe.kept, to: media)
        } else {
            flow.become(probe.isExhausted ? .ignored : .undecided(probe))
        }
    }

    private func startMedia(_ flow: Flow, _ info: PacketInfo) -> MediaFlow {
        let media = MediaFlow(key: flow.key, options: options, time: info.time, frame: info.frame)
        flow.become(media)
        return media
    }

    private func replay(_ kept: [ContentProbe.Kept], to media: MediaFlow) {
        for packet in kept { media.receive(packet.info, packet.octets.span.bytes, isCopy: false) }
    }

    mutating func tcp(_ info: PacketInfo, segment: TCPSegmentInfo, payload: RawSpan) {
        let book = book
        let outputs = tcp.handle(info, segment, payload) { key in
            guard let announced = book.claims(on: key).first else { return nil }
            return .some(announced.announced?.t38?.version)
        }
        for output in outputs {
            switch output {
            case .sip(let message, let context): handle(message, context)
            case .t38(let stream): bindTCP(stream)
            case .warning(let failure, let frame): warning(failure, frame: frame)
            }
        }
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
        guard SIPMessage.looksLikeSIP(payload) else { return }
        do throws(DecodeFailure) {
            let decoded = try SIPMessage.lax(payload)
            if let failure = decoded.stoppedBy, !info.isTruncated { warning(failure, frame: info.frame) }
            handle(
                decoded.value,
                SIPContext(
                    time: info.time, frame: info.frame, source: info.source, destination: info.destination,
                    transport: transport))
        } catch {
            warning(error, frame: info.frame)
        }
    }

    private mutating func handle(_ message: SIPMessage, _ context: SIPContext) {
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
            id: call.id, invite: invite, callerAddress: from.address, calleeAddress: to.address,
            callerUser: LegCorrelator.user(signalling.caller), calleeUser: LegCorrelator.user(signalling.callee))
        guard let (earlier, reason) = legs.match(leg) else { return }
        call.related.append(RelatedCall(call: earlier.id, reason: reason))
        book.open.first { $0.id == earlier.id }?.related.append(RelatedCall(call: call.id, reason: reason))
    }

    /// Binds flows to what an offer or answer announced.
    private mutating func readSessions(of call: OpenCall, _ id: DialogID, source: IPAddress) {
        let sessions = dialogs.sessions(of: id)
        let news = sessions.indices.dropFirst(call.sessionsRead)
        call.sessionsRead = sessions.count
        for index in news {
            let media = sessions[index]
            closeEnded(at: media.endpoint, except: call)
            book.expect(media, session: index, of: call, signallingSource: source)
            for flow in byEndpoint[media.endpoint] ?? [] { rebind(flow) }
        }
    }

    /// A new call took the ports of one that is ending: that one is over.
    private mutating func closeEnded(at endpoint: Endpoint, except call: OpenCall) {
        let ended = book.expecting(at: endpoint).map(\.call).filter { $0 !== call && $0.hasEnded }
        close(ended)
    }

    private func rebind(_ flow: Flow) {
        if let media = flow.media {
            for claim in book.claims(on: flow.key) { bind(media, claim) }
            return
        }
        switch flow.kind {
        case .ignored: flow.become(.undecided(ContentProbe()))
        case .undecided, .sip, .media: break
        }
    }

    private func bind(_ media: MediaFlow, _ claim: FlowClaim) {
        media.bind(to: claim.call, announced: claim.announced)
        if let index = claim.call.flows.firstIndex(where: { $0.flow === media }) {
            claim.call.flows[index].sender = claim.sender
        } else {
            claim.call.flows.append(BoundFlow(flow: media, sender: claim.sender))
            claim.call.touch(media.firstTime, media.firstFrame)
        }
    }

    private mutating func bindTCP(_ stream: T38TCPStream) {
        let claims = book.claims(on: stream.key)
        for claim in claims where !claim.call.t38OverTCP.contains(where: { $0 === stream }) {
            stream.sender = claim.sender
            claim.call.t38OverTCP.append(stream)
        }
    }

    // MARK: - The clock

    @inline(__always)
    mutating func advance(to time: Instant) {
        if start == nil { start = time }
        switch clock.advance(to: time) {
        case .steady: break
        case .forward: if now >= housekeepingDue { keepHouse() }
        case .setBack: beginAnew()
        }
    }

    private var now: Instant { clock.now ?? .zero }

    /// The capture's clock was set back: what had ended has ended, and housekeeping goes by the new time.
    private mutating func beginAnew() {
        close(book.open.filter(\.hasEnded))
        sweepDue = now
        keepHouse()
    }

    private mutating func keepHouse() {
        housekeepingDue = now + .seconds(1)
        let limits = options.limits
        close(book.open.filter { $0.hasEnded && isOver($0) })
        guard now >= sweepDue else { return }
        sweepDue = now + .seconds(10)
        close(book.open.filter { isOver($0) })
        forgetFlows(idle: .seconds(limits.flowIdleSeconds), keep: limits.flows)
        tcp.forget(before: now - .seconds(limits.answeredIdleSeconds))
    }

    private func isOver(_ call: OpenCall) -> Bool {
        if case .ending(let since) = call.state { return now - since > .seconds(options.limits.lingerSeconds) }
        let idle = call.isAnswered ? options.limits.answeredIdleSeconds : options.limits.unansweredIdleSeconds
        return now - call.latestPacket > .seconds(idle)
    }

    /// Past the limit the calls idle for longest are closed, a tenth at a time.
    private mutating func closeIdlest() {
        let idlest = book.open.sorted { ($0.latestPacket, $0.id) < ($1.latestPacket, $1.id) }
        warning(
            DecodeFailure(
                layer: .sip, field: "open calls", offset: 0, reason: .limit("openCalls", options.limits.openCalls)),
            frame: idlest.first?.lastFrame ?? FrameRef(number: 0))
        close(Array(idlest.prefix(max(1, options.limits.openCalls / 10))))
    }

    private mutating func forgetFlows(idle: Duration, keep: Int) {
        let deadline = now - idle
        let mediaDeadline = now - .seconds(options.limits.mediaIdleSeconds)
        var excess = flows.count - keep
        guard excess > 0 || idle > .zero else { return }
        let candidates = flows.all { flow in
            if let media = flow.media { return media.calls.isEmpty && media.lastTime < mediaDeadline }
            return flow.lastTime < deadline
        }
        closeUnsignalled(candidates.compactMap(\.media))
        var dead = Set(candidates.map(\.ordinal))
        excess -= dead.count
        if excess > 0 {
            let others = flows.all { !dead.contains($0.ordinal) && $0.media == nil }
            dead.formUnion(others.sorted { $0.lastTime < $1.lastTime }.prefix(excess).map(\.ordinal))
        }
        guard !dead.isEmpty else { return }
        forget(dead)
    }

    private mutating func forget(_ dead: Set<Int>) {
        // Each endpoint's list is gone through once: a hundred thousand flows may share one.
        let ends = Set(flows.all { dead.contains($0.ordinal) }.flatMap { [$0.key.source, $0.key.destination] })
        for endpoint in ends {
            byEndpoint[endpoint]?.removeAll { dead.contains($0.ordinal) }
            if byEndpoint[endpoint]?.isEmpty == true { byEndpoint[endpoint] = nil }
        }
        flows.sweep { dead.contains($0.ordinal) }
    }

    // MARK: - Closing

    mutating func finish() {
        close(book.open, atEnd: true)
        closeUnsignalled(flows.all.compactMap(\.media).filter { $0.calls.isEmpty }, atEnd: true)
    }

    private mutating func close(_ calls: [OpenCall], atEnd: Bool = false) {
        guard !calls.isEmpty else { return }
        for call in calls {
            adoptReverseFlows(of: call)
            let signalling = call.dialog.flatMap { dialogs.remove($0) } ?? Signalling(.none)
            hand(out: call, signalling, atEnd: atEnd)
        }
        book.remove(calls)
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

    /// Media without signalling: one call a pair of flows.
    private mutating func closeUnsignalled(_ media: [MediaFlow], atEnd: Bool = false) {
        var handled = Set<FlowKey>()
        var earlier: [OpenCall] = []
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
            relate(call, to: earlier)
            earlier.append(call)
        }
        close(earlier, atEnd: atEnd)
    }

    /// Two pairs of flows between the same hosts, the one beginning as the other ends: a switch between audio and T.38.
    private func relate(_ call: OpenCall, to earlier: [OpenCall]) {
        for other in earlier {
            guard let mine = call.flows.first?.flow.key, let theirs = other.flows.first?.flow.key,
                Set([mine.source.address, mine.destination.address])
                    == Set([theirs.source.address, theirs.destination.address])
            else { continue }
            let gap =
                call.firstTime > other.firstTime ? call.firstTime - other.lastTime : other.firstTime - call.lastTime
            guard gap > .seconds(-2), gap < .seconds(5) else { continue }
            let reason = "media between the same hosts, the one begins where the other ends"
            call.related.append(RelatedCall(call: other.id, reason: reason))
            other.related.append(RelatedCall(call: call.id, reason: reason))
        }
    }
}

extension Flow {
    /// Packets kept while its kind was unknown.
    var kept: [ContentProbe.Kept] {
        if case .undecided(let probe) = kind { return probe.kept }
        return []
    }
}
