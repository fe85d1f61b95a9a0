import FaxCore
import FaxWire

/// What goes by the capture's time: calls that are over, flows that are forgotten, and limits.
extension CallAssembler {
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

    var now: Instant { clock.now ?? .zero }

    /// The capture's clock was set back: what had ended has ended, and housekeeping goes by the new time.
    mutating func beginAnew() {
        close(book.open.filter(\.hasEnded))
        sweepDue = now
        keepHouse()
    }

    mutating func keepHouse() {
        housekeepingDue = now + .seconds(1)
        let limits = options.limits
        close(book.open.filter { $0.hasEnded && isOver($0) })
        guard now >= sweepDue else { return }
        sweepDue = now + .seconds(10)
        close(book.open.filter { isOver($0) })
        forgetIdleFlows()
        tcp.forget(before: now - .seconds(limits.answeredIdleSeconds))
    }

    func isOver(_ call: OpenCall) -> Bool {
        let limits = options.limits
        let idle = now - call.latestPacket
        switch call.state {
        case .ending(let since): return now - since > .seconds(limits.lingerSeconds)
        case .releasing(let since):
            return now - since > .seconds(limits.unansweredByeSeconds) && idle > .seconds(limits.lingerSeconds)
        case .open where !call.isAnswered: return idle > .seconds(limits.unansweredIdleSeconds)
        case .open: return idle > .seconds(call.hasMedia ? limits.answeredIdleSeconds : limits.signalledIdleSeconds)
        }
    }

    /// Past the limit the calls idle for longest are closed, a tenth at a time: one look at all of them for many new ones.
    mutating func closeIdlest() {
        looks += book.count
        let byAge = book.open.map { (latest: $0.latestPacket, call: $0) }.sorted {
            ($0.latest, $0.call.id) < ($1.latest, $1.call.id)
        }
        warning(
            DecodeFailure(
                layer: .sip, field: "open calls", offset: 0, reason: .limit("openCalls", options.limits.openCalls)),
            frame: byAge.first?.call.lastFrame ?? FrameRef(number: 0))
        close(byAge.prefix(max(1, options.limits.openCalls / 10)).map(\.call))
    }

    // MARK: - Forgetting flows

    /// Flows that were idle for long; media of no call is a call of its own then.
    private mutating func forgetIdleFlows() {
        let deadline = now - .seconds(options.limits.flowIdleSeconds)
        let mediaDeadline = now - .seconds(options.limits.mediaIdleSeconds)
        looks += flows.count
        let idle = flows.all { flow in
            guard let media = flow.media else { return flow.lastTime < deadline }
            return media.calls.isEmpty && media.lastTime < mediaDeadline && !hears(media, since: mediaDeadline)
        }
        closeUnsignalled(idle.compactMap(\.media))
        forget(idle)
    }

    /// The other direction goes on: who receives a page is silent all the while.
    private func hears(_ media: MediaFlow, since deadline: Instant) -> Bool {
        flows.find(media.key.reversed)?.media.map { $0.lastTime >= deadline } ?? false
    }

    /// The table is full: half of it goes, what is not media first, then media of no call, each idle for longest first.
    /// Media of calls stays, and has its own limit (`flowsPerCall`). Next time is when many more have come.
    mutating func makeRoom() {
        let limit = options.limits.flows
        looks += flows.count
        let loose = flows.all { $0.media?.calls.isEmpty ?? true }
            .map { (isMedia: $0.media != nil, flow: $0) }
            .sorted { ($0.isMedia ? 1 : 0, $0.flow.lastTime) < ($1.isMedia ? 1 : 0, $1.flow.lastTime) }
        let leaving = loose.prefix(max(0, flows.count - limit / 2)).map(\.flow)
        if let first = leaving.first(where: { $0.media != nil })?.media {
            warning(
                DecodeFailure(
                    layer: .udp, field: "media without signalling", offset: 0, reason: .limit("flows", limit)),
                frame: first.lastFrame)
        }
        closeUnsignalled(leaving.compactMap(\.media))
        forget(leaving)
        roomDue = max(limit, flows.count + limit / 4)
    }

    /// Probes keep too much: the packets kept of the flows idle for longest go, until half of the limit is left.
    mutating func forgetProbed() {
        let limit = options.limits.probedOctets
        looks += flows.count
        let probed = flows.all { !$0.kept.isEmpty }.sorted { ($0.lastTime, $0.ordinal) < ($1.lastTime, $1.ordinal) }
        probedOctets = probed.reduce(0) { $0 + $1.probedOctets }
        for flow in probed {
            if probedOctets <= limit / 2 { return }
            if !isProbeLimitTold {
                isProbeLimitTold = true
                warning(
                    DecodeFailure(
                        layer: .udp, field: "flows that nothing announced", offset: 0,
                        reason: .limit("probedOctets", limit)),
                    frame: flow.kept.last?.info.frame ?? FrameRef(number: 0))
            }
            probedOctets -= flow.probedOctets
            flow.forgetProbed()
        }
    }

    private mutating func forget(_ leaving: [Flow]) {
        if leaving.isEmpty { return }
        for flow in leaving { flow.isForgotten = true }
        // Each endpoint's list is gone through once: a hundred thousand flows may share one.
        let ends = Set(leaving.flatMap { [$0.key.source, $0.key.destination] })
        for endpoint in ends {
            byEndpoint[endpoint]?.removeAll { $0.isForgotten }
            if byEndpoint[endpoint]?.isEmpty == true { byEndpoint[endpoint] = nil }
        }
        flows.sweep()
    }
}
