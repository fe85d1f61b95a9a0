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
        /// Octets of a direction looked at before it is left alone.
        static let undecidedOctets = 8_192
    }

    private final class Direction {
        enum Content {
            case undecided([UInt8])
            case sip(SIPStreamFramer)
            case webSocket(WebSocketFramer)
            case t38(T38TCPStream)
            case ignored
        }

        let key: FlowKey
        var reassembler = TCPReassembler()
        var content = Content.undecided([])
        var lastTime: Instant

        init(key: FlowKey, time: Instant) {
            self.key = key
            lastTime = time
        }
    }

    private var directions: [FlowKey: Direction] = [:]

    /// `t38Version`: what signalling says of T.38 on this connection (``nil``: nothing, `.some(nil)`: T.38, no version).
    mutating func handle(
        _ info: PacketInfo, _ segment: TCPSegmentInfo, _ payload: RawSpan, announcedT38: (FlowKey) -> Int??
    ) -> [Output] {
        let key = FlowKey(source: info.source, destination: info.destination)
        var outputs: [Output] = []
        // What this side acknowledges will not come again on the other.
        if let other = directions[key.reversed] {
            var reassembler = other.reassembler
            reassembler.acknowledged(by: segment) { take($0, other, announcedT38, &outputs) }
            other.reassembler = reassembler
        }
        guard payload.byteCount > 0 || !segment.flags.isDisjoint(with: [.syn, .fin, .rst]) else { return outputs }
        let direction = direction(key, info.time)
        var reassembler = direction.reassembler
        reassembler.segment(
            segment, payload: payload, lengthOnWire: info.payloadLengthOnWire, frame: info.frame, time: info.time
        ) { take($0, direction, announcedT38, &outputs) }
        direction.reassembler = reassembler
        direction.lastTime = info.time
        return outputs
    }

    private mutating func direction(_ key: FlowKey, _ time: Instant) -> Direction {
        if let known = directions[key] { return known }
        if directions.count >= Limit.flows {
            let byAge = directions.values.sorted {
                ($0.lastTime, $0.key.source.port, $0.key.destination.port)
                    < ($1.lastTime, $1.key.source.port, $1.key.destination.port)
            }
            for old in byAge.prefix(Limit.flows / 10) { directions[old.key] = nil }
        }
        let direction = Direction(key: key, time: time)
        directions[key] = direction
        return direction
    }

    mutating func forget(before deadline: Instant) {
        directions = directions.filter { $0.value.lastTime >= deadline }
    }

    // MARK: - Octets in order

    private func take(
        _ event: TCPReassembler.Event, _ direction: Direction, _ announcedT38: (FlowKey) -> Int??,
        _ outputs: inout [Output]
    ) {
        switch event {
        case .data(let octets, let frame, let time):
            octets.withUnsafeBytes { raw in
                push(RawSpan(_unsafeBytes: raw), frame, time, direction, announcedT38, &outputs)
            }
        case .gap(_, let frame, let time):
            gap(frame, time, direction, &outputs)
        case .start:
            direction.content = .undecided([])
        case .end(let frame, let time):
            guard case .sip(var framer) = direction.content else { return }
            report(framer.finish(), direction, frame, time, .tcp, &outputs)
            direction.content = .sip(framer)
        }
    }

    private func push(
        _ octets: RawSpan, _ frame: FrameRef, _ time: Instant, _ direction: Direction,
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
        case .undecided(var held):
            octets.withUnsafeBytes { held.append(contentsOf: $0) }
            decide(held, frame, time, direction, announcedT38, &outputs)
        case .ignored:
            // A capture that began inside a message: the next one may begin here.
            if SIPMessage.looksLikeSIP(octets) {
                direction.content = .sip(SIPStreamFramer())
                push(octets, frame, time, direction, announcedT38, &outputs)
            }
        }
    }

    /// What the first octets are; undecided while they may still become something.
    private func decide(
        _ held: [UInt8], _ frame: FrameRef, _ time: Instant, _ direction: Direction,
        _ announcedT38: (FlowKey) -> Int??, _ outputs: inout [Output]
    ) {
        let span = held.span.bytes
        if SIPMessage.looksLikeSIP(span) {
            direction.content = .sip(SIPStreamFramer())
        } else if WebSocketFramer.looksLikeWebSocketSIP(span) {
            direction.content = .webSocket(WebSocketFramer())
        } else if let version = announcedT38(direction.key) {
            direction.content = .t38(
                T38TCPStream(key: direction.key, negotiatedVersion: version, frame: frame, time: time))
        } else {
            direction.content = held.count < Limit.undecidedOctets ? .undecided(held) : .ignored
            return
        }
        push(span, frame, time, direction, announcedT38, &outputs)
    }

    private func gap(_ frame: FrameRef, _ time: Instant, _ direction: Direction, _ outputs: inout [Output]) {
        switch direction.content {
        case .sip(var framer):
            report(framer.skipGap(), direction, frame, time, .tcp, &outputs)
            direction.content = .sip(framer)
        case .webSocket(var framer):
            report(framer.skipGap(), direction, frame, time, &outputs)
            direction.content = .webSocket(framer)
        case .t38(let stream):
            stream.gap()
        case .undecided:
            direction.content = .ignored
        case .ignored:
            break
        }
    }

    // MARK: - Messages

    private func report(
        _ found: [SIPStreamFramer.Output], _ direction: Direction, _ frame: FrameRef, _ time: Instant,
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
        _ found: [WebSocketFramer.Output], _ direction: Direction, _ frame: FrameRef, _ time: Instant,
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
        _ decoded: Decoded<SIPMessage>, _ direction: Direction, _ frame: FrameRef, _ time: Instant,
        _ transport: Signalling.Transport, _ outputs: inout [Output]
    ) {
        if let failure = decoded.stoppedBy { outputs.append(.warning(failure, frame)) }
        let context = SIPContext(
            time: time, frame: frame, source: direction.key.source, destination: direction.key.destination,
            transport: transport)
        outputs.append(.sip(decoded.value, context))
    }
}
