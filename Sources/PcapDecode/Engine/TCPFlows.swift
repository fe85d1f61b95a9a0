import FaxCore
import FaxWire

/// The TCP connections of the capture, as far as they carry SIP, SIP over WebSocket or T.38; what they carry is found
/// by content.
struct TCPFlows {
    enum Output {
        case sip(SIPMessage, SIPContext)
        case t38(T38TCPStream)
        case warning(DecodeFailure, FrameRef)
    }

    enum Limit {
        /// Directions of connections remembered at one time.
        static let flows = 20_000
    }

    private var directions: [FlowKey: TCPDirection] = [:]
    private var nextOrdinal = 0
    /// Sum of what the directions keep (``TCPDirection/keptOctets``), and what it may come to.
    private(set) var keptOctets = 0
    private let limit: Int
    private var isLimitTold = false

    init(limit: Int) {
        self.limit = limit
    }

    /// `announcedT38`: what signalling says of T.38 on this connection (`nil`: nothing, `.some(nil)`: T.38, no version).
    mutating func handle(
        _ info: PacketInfo, _ segment: TCPSegmentInfo, _ payload: RawSpan, announcedT38: (FlowKey) -> Int??
    ) -> [Output] {
        let key = FlowKey(source: info.source, destination: info.destination)
        var outputs: [Output] = []
        // What this side acknowledges will not come again on the other.
        if let other = directions[key.reversed], other.reassembler.keptOctets > 0 {
            advance(other, announcedT38, &outputs) { $0.acknowledged(by: segment, deliver: $1) }
        }
        guard payload.byteCount > 0 || !segment.flags.isDisjoint(with: [.syn, .fin, .rst]) else { return outputs }
        let direction = direction(key, info)
        direction.touch(info.time, info.frame)
        guard direction.wants(segment, payload) else { return outputs }
        advance(direction, announcedT38, &outputs) {
            $0.segment(
                segment, payload: payload, lengthOnWire: info.payloadLengthOnWire, frame: info.frame, time: info.time,
                deliver: $1)
        }
        if keptOctets > limit { makeRoom(announcedT38, &outputs) }
        return outputs
    }

    private mutating func direction(_ key: FlowKey, _ info: PacketInfo) -> TCPDirection {
        if let known = directions[key] { return known }
        if directions.count >= Limit.flows {
            for old in byAge.prefix(Limit.flows / 10) {
                keptOctets -= old.keptOctets
                directions[old.key] = nil
            }
        }
        let direction = TCPDirection(key: key, ordinal: nextOrdinal, time: info.time, frame: info.frame)
        nextOrdinal += 1
        directions[key] = direction
        return direction
    }

    /// Those idle for longest first.
    private var byAge: [TCPDirection] {
        directions.values.sorted { ($0.lastTime, $0.ordinal) < ($1.lastTime, $1.ordinal) }
    }

    mutating func forget(before deadline: Instant) {
        directions = directions.filter { $0.value.lastTime >= deadline }
        keptOctets = directions.values.reduce(0) { $0 + $1.keptOctets }
    }

    /// Too much is kept: those idle for longest give up what they wait for, until half of the limit is left.
    private mutating func makeRoom(_ announcedT38: (FlowKey) -> Int??, _ outputs: inout [Output]) {
        for direction in byAge where direction.keptOctets > 0 {
            if keptOctets <= limit / 2 { return }
            if !isLimitTold {
                isLimitTold = true
                let failure = DecodeFailure(
                    layer: .tcp, field: "octets that wait", offset: 0, reason: .limit("waitingTCPOctets", limit))
                outputs.append(.warning(failure, direction.lastFrame))
            }
            advance(direction, announcedT38, &outputs) { reassembler, deliver in
                reassembler.finish(deliver: deliver)
                deliver(.gap(0, direction.lastFrame, direction.lastTime))
            }
        }
    }

    // MARK: - Octets in order

    /// A step of a direction's reassembler, and what comes of it.
    private mutating func advance(
        _ direction: TCPDirection, _ announcedT38: (FlowKey) -> Int??, _ outputs: inout [Output],
        _ step: (inout TCPReassembler, (TCPReassembler.Event) -> Void) -> Void
    ) {
        keptOctets -= direction.keptOctets
        // Taken out, so that its octets are not copied.
        var reassembler = TCPReassembler()
        swap(&reassembler, &direction.reassembler)
        var events: [TCPReassembler.Event] = []
        step(&reassembler) { events.append($0) }
        for event in events { take(event, direction, announcedT38, &outputs) }
        if case .ignored = direction.content { return }
        direction.reassembler = reassembler
        keptOctets += direction.keptOctets
    }

    private func take(
        _ event: TCPReassembler.Event, _ direction: TCPDirection, _ announcedT38: (FlowKey) -> Int??,
        _ outputs: inout [Output]
    ) {
        switch event {
        case .data(let octets, let frame, let time):
            octets.withUnsafeBytes { raw in
                push(RawSpan(_unsafeBytes: raw), frame, time, direction, announcedT38, &outputs)
            }
        case .gap(_, let frame, let time):
            gap(frame, time, direction, &outputs)
        case .start(let isBeginning, _, _):
            direction.content = .undecided(TCPBeginning(isInside: !isBeginning))
        case .end(let frame, let time):
            guard case .sip(var framer) = direction.content else { return }
            report(framer.finish(), direction, frame, time, .tcp, &outputs)
            direction.content = .sip(framer)
        }
    }

    private func push(
        _ octets: RawSpan, _ frame: FrameRef, _ time: Instant, _ direction: TCPDirection,
        _ announcedT38: (FlowKey) -> Int??, _ outputs: inout [Output]
    ) {
        switch direction.content {
        case .sip(var framer):
            // Emptied first, so that the framer's octets are not copied.
            direction.content = .ignored
            report(framer.push(octets), direction, frame, time, .tcp, &outputs)
            direction.content = .sip(framer)
        case .webSocket(var framer):
            direction.content = .ignored
            report(framer.push(octets), direction, frame, time, &outputs)
            direction.content = .webSocket(framer)
        case .t38(let stream):
            stream.add(octets, frame, time)
            outputs.append(.t38(stream))
        case .undecided(var beginning):
            direction.content = .ignored
            let sip = beginning.add(octets)
            decide(beginning, sip, frame, time, direction, announcedT38, &outputs)
        case .ignored:
            // What waited behind those octets that told nothing.
            if SIPMessage.looksLikeSIP(octets) {
                direction.content = .sip(SIPStreamFramer())
                push(octets, frame, time, direction, announcedT38, &outputs)
            }
        }
    }

    /// What the first octets are, SIP from the place `sip` on; undecided while they may still become something.
    private func decide(
        _ beginning: TCPBeginning, _ sip: Int?, _ frame: FrameRef, _ time: Instant, _ direction: TCPDirection,
        _ announcedT38: (FlowKey) -> Int??, _ outputs: inout [Output]
    ) {
        let octets = beginning.octets.span.bytes
        if sip != nil {
            direction.content = .sip(SIPStreamFramer())
        } else if WebSocketFramer.looksLikeWebSocketSIP(octets) {
            direction.content = .webSocket(WebSocketFramer())
        } else if let version = announcedT38(direction.key) {
            direction.content = .t38(
                T38TCPStream(
                    key: direction.key, negotiatedVersion: version, beginsInside: beginning.isInside, frame: frame,
                    time: time))
        } else {
            direction.content = beginning.isExhausted ? .ignored : .undecided(beginning)
            return
        }
        push(octets.extracting((sip ?? 0)..<octets.byteCount), frame, time, direction, announcedT38, &outputs)
    }

    private func gap(_ frame: FrameRef, _ time: Instant, _ direction: TCPDirection, _ outputs: inout [Output]) {
        switch direction.content {
        case .sip(var framer):
            report(framer.skipGap(), direction, frame, time, .tcp, &outputs)
            direction.content = .sip(framer)
        case .webSocket(var framer):
            report(framer.skipGap(), direction, frame, time, &outputs)
            direction.content = .webSocket(framer)
        case .t38(let stream):
            stream.gap()
        case .undecided(var beginning):
            beginning.gap()
            direction.content = .undecided(beginning)
        case .ignored:
            break
        }
    }

    // MARK: - Messages

    private func report(
        _ found: [SIPStreamFramer.Output], _ direction: TCPDirection, _ frame: FrameRef, _ time: Instant,
        _ transport: Signalling.Transport, _ outputs: inout [Output]
    ) {
        for output in found {
            switch output {
            case .message(let decoded): report(decoded, direction, frame, time, transport, &outputs)
            case .skipped(_, let failure): outputs.append(.warning(failure, frame))
            }
        }
    }

    private func report(
        _ found: [WebSocketFramer.Output], _ direction: TCPDirection, _ frame: FrameRef, _ time: Instant,
        _ outputs: inout [Output]
    ) {
        for output in found {
            switch output {
            case .message(let decoded): report(decoded, direction, frame, time, .ws, &outputs)
            case .skipped(_, let failure): outputs.append(.warning(failure, frame))
            case .closed: break
            }
        }
    }

    private func report(
        _ decoded: Decoded<SIPMessage>, _ direction: TCPDirection, _ frame: FrameRef, _ time: Instant,
        _ transport: Signalling.Transport, _ outputs: inout [Output]
    ) {
        if let failure = decoded.stoppedBy { outputs.append(.warning(failure, frame)) }
        let context = SIPContext(
            time: time, frame: frame, source: direction.key.source, destination: direction.key.destination,
            transport: transport)
        outputs.append(.sip(decoded.value, context))
    }
}
