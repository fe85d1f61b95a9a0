import FaxCore

/// Puts a call together when it ends: streams in order, coverage, relations.
struct CallDraft {
    let call: OpenCall
    let signalling: Signalling

    /// A call that began this soon after the capture may have begun before it; likewise at the end.
    static let edge = Duration.seconds(2)

    /// `captureEnd`: `nil` when the call ended while the capture went on.
    func finished(captureStart: Instant, captureEnd: Instant?) -> Call {
        var result = Call(id: call.id, signalling: signalling, firstTime: call.firstTime, firstFrame: call.firstFrame)
        // Of a host name nobody here knows the address: such a line said where flows are to be bound, and no more.
        if signalling.sessions.contains(where: \.endpoint.address.isUnspecified) {
            result.signalling.sessions.removeAll(where: \.endpoint.address.isUnspecified)
        }
        result.lastTime = call.lastTime
        result.lastFrame = call.lastFrame
        result.streams = streams
        result.related = call.related.sorted { $0.call < $1.call }
        result.icmpErrors = call.icmpErrors
        result.coverage = coverage(result.streams, captureStart, captureEnd)
        return result
    }

    private var streams: [MediaStream] {
        var streams = call.finishedStreams
        for bound in call.flows {
            let first = streams.count
            streams += bound.flow.streams(sent: signalling.sessions.filter { $0.party == bound.sender })
            for index in first..<streams.count { streams[index].direction = bound.sender }
        }
        streams += call.t38OverTCP.map { $0.stream() }
        streams += call.iax2?.media ?? []
        for index in streams.indices {
            guard let ssrc = streams[index].ssrc else { continue }
            let reports = call.rtcp.reports(on: ssrc) + call.flows.flatMap { $0.flow.rtcp.reports(on: ssrc) }
            streams[index].receptionReports = reports.sorted { $0.time < $1.time }
        }
        return streams.sorted { ($0.firstFrame, $0.lastFrame) < ($1.firstFrame, $1.lastFrame) }
    }

    private func coverage(_ streams: [MediaStream], _ captureStart: Instant, _ captureEnd: Instant?) -> Coverage {
        var coverage = Coverage()
        coverage.caller = share(of: .caller, streams)
        coverage.callee = share(of: .callee, streams)
        if signalling.carrier == .none {
            coverage.startsMidCall = call.firstTime - captureStart < Self.edge
        } else {
            coverage.startsMidCall = signalling.inviteFrame == nil
        }
        if let captureEnd, signalling.endFrame == nil {
            coverage.endsMidCall = captureEnd - call.lastTime < Self.edge
        }
        return coverage
    }

    /// Packets seen of those that the numbering says were sent; 0 when the capture holds nothing at all of a party that
    /// must have sent something; `nil` when only its signalling was seen.
    private func share(of party: Party, _ streams: [MediaStream]) -> Double? {
        var (expected, lost) = (0, 0)
        for place in streams.indices where streams[place].direction == party {
            expected += streams[place].statistics.expected ?? streams[place].packets
            lost += streams[place].statistics.lost ?? 0
        }
        if expected > 0 {
            return Double(max(0, expected - lost)) / Double(expected)
        }
        guard signalling.carrier != .none, !signalling.steps.isEmpty else { return nil }
        return signalling.steps.contains { $0.from == party } ? nil : 0
    }
}
