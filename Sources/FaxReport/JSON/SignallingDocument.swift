import FaxCore
import FaxWire
import PcapDecode

extension AnalysisDocument {
    func signalling(_ signalling: Signalling, _ call: Call) -> JSONValue {
        let setUp = Self.span(signalling.inviteTime, signalling.answerTime)
        let talked = Self.span(signalling.answerTime, signalling.endTime)
        return .object([
            .init("protocol", .string(signalling.carrier.rawValue)),
            .init("call_ids", .array(signalling.callIDs.map { .string($0) })),
            .init("caller", .optional(signalling.caller)),
            .init("callee", .optional(signalling.callee)),
            .init(
                "user_agents",
                .object([
                    .init("caller", .optional(signalling.callerAgent)),
                    .init("callee", .optional(signalling.calleeAgent)),
                ])),
            .init("transport", .optional(signalling.transport?.rawValue)),
            .init("invite_frame", frame(signalling.inviteFrame)),
            .init("answer_frame", frame(signalling.answerFrame)),
            .init("end_frame", frame(signalling.endFrame)),
            .init("outcome", .string(signalling.outcome.rawValue)),
            .init("final_status", .optional(signalling.finalStatus)),
            .init("ended_by", .optional(signalling.endedBy?.rawValue)),
            .init("setup_ms", .milliseconds(setUp)),
            .init("duration_s", .seconds(talked)),
            .init("authenticated", .bool(signalling.authenticated)),
            .init("registered", .bool(signalling.registered)),
            .init("t38_switch", signalling.t38Switch.map(t38Switch) ?? .null),
            .init("media_changes", .array(signalling.mediaChanges.map(mediaChange))),
        ])
    }

    private static func span(_ start: Instant?, _ end: Instant?) -> Duration? {
        guard let start, let end, end >= start else { return nil }
        return end - start
    }

    private func t38Switch(_ change: T38Switch) -> JSONValue {
        .object([
            .init("offered_by", .string(change.offeredBy.rawValue)),
            .init("offer_frame", change.isOfferSeen ? frame(change.offerFrame) : .null),
            .init("answer_frame", frame(change.answerFrame)),
            .init("status", .optional(change.status)),
            .init("after_answer_ms", .milliseconds(change.afterAnswer)),
            .init("accepted", .bool(change.isAccepted)),
            .init(
                "parameters",
                .object([
                    .init("offer", change.isOfferSeen ? parameters(change.offer) : .null),
                    .init("answer", change.answer.map(parameters) ?? .null),
                ])),
        ])
    }

    /// Keys as SDP spells them; numbers as numbers, flags as `true`. Of a key that comes twice, the first.
    private func parameters(_ parameters: T38Parameters) -> JSONValue {
        var members: [JSONValue.Member] = []
        for attribute in parameters.attributes where !members.contains(where: { $0.name == attribute.name }) {
            members.append(.init(attribute.name, parameter(attribute.value)))
        }
        return .object(members)
    }

    private func parameter(_ value: String?) -> JSONValue {
        guard let value else { return .bool(true) }
        if let number = Int(value), String(number) == value { return .integer(number) }
        return .string(value)
    }

    private func mediaChange(_ change: MediaChange) -> JSONValue {
        .object([
            .init("time", .time(change.time)), .init("frame", frame(change.frame)),
            .init("offered_by", .string(change.offeredBy.rawValue)), .init("to", .string(change.to.rawValue)),
            .init("status", .optional(change.status)), .init("answer_frame", frame(change.answerFrame)),
        ])
    }

    func stream(_ stream: MediaStream) -> JSONValue {
        let figures = stream.statistics
        return .object([
            .init("kind", .string(stream.kind.rawValue)),
            .init("codec", .optional(stream.codec)),
            .init("direction", .optional(stream.direction?.rawValue)),
            .init("from", stream.kind == .recording ? .null : .string(stream.from.description)),
            .init("to", stream.kind == .recording ? .null : .string(stream.to.description)),
            .init("ssrc", .optional(stream.ssrc.map { Int($0) })),
            .init("first_frame", frame(stream.firstFrame)),
            .init("last_frame", frame(stream.lastFrame)),
            .init("first_time", .time(stream.firstTime)),
            .init("last_time", .time(stream.lastTime)),
            .init("packets", .integer(stream.packets)),
            .init("expected", .optional(figures.expected)),
            .init("lost", .optional(figures.lost)),
            .init("recovered", .optional(figures.recovered)),
            .init("unrecovered", .optional(figures.unrecovered)),
            .init("duplicates", .optional(figures.duplicates)),
            .init("reordered", .optional(figures.reordered)),
            .init("longest_loss_burst", .optional(figures.longestLossBurst)),
            .init("jitter_ms", .milliseconds(figures.jitter)),
            .init("max_gap_ms", .milliseconds(figures.maximumGap)),
            .init("ptime_ms", .measure(figures.packetTimeMs, digits: 3)),
            .init("clock_skew_ppm", .measure(figures.clockSkewPPM, digits: 2)),
            .init("clock_skew_uncertainty_ppm", .measure(figures.clockSkewUncertaintyPPM, digits: 2)),
            .init("error_correction", .optional(figures.errorCorrection?.rawValue)),
            .init("redundancy_depth", .optional(figures.redundancyDepth)),
            .init("t38_version", .optional(figures.t38Version)),
            .init("events", .array(stream.events.map(event))),
            .init(
                "quirks",
                .array(
                    stream.quirks.map {
                        .object([
                            .init("name", .string($0.name)), .init("count", .integer($0.count)),
                            .init("frame", frame($0.frame)),
                        ])
                    })),
        ])
    }

    private func event(_ event: TelephoneEventRecord) -> JSONValue {
        .object([
            .init("time", .time(event.time)), .init("frame", frame(event.frame)),
            .init("code", .integer(Int(event.code))), .init("name", .string(event.name)),
            .init("duration_ms", .milliseconds(event.duration)),
        ])
    }
}
