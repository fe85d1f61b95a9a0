import CaptureCompare
import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// The comparison document (`docs/compare.md`, `docs/compare-schema.json`).
public struct CompareDocument {
    public static let schema = "faxprobe.compare/1"

    private let comparison: CaptureComparison

    public init(_ comparison: CaptureComparison) {
        self.comparison = comparison
    }

    public var value: JSONValue {
        .object([
            .init("schema", .string(Self.schema)),
            .init("same", .bool(comparison.isClean)),
            .init("a", point(comparison.a)), .init("b", point(comparison.b)),
            .init("calls", .array(comparison.pairs.map(pair))),
            .init("calls_dropped", .integer(comparison.pairsDropped)),
            .init("warnings", .array(comparison.warnings.map { .string($0) })),
        ])
    }

    private func point(_ point: CaptureComparison.Point) -> JSONValue {
        .object([
            .init("files", .array(point.files.map { .string($0) })), .init("frames", .integer(point.frames)),
            .init("first_time", .time(point.frames > 0 ? point.firstTime : nil)),
            .init("last_time", .time(point.frames > 0 ? point.lastTime : nil)),
            .init("calls", .integer(point.calls)),
            .init("without_counterpart", .array(point.unpaired.map { .integer($0) })),
            .init("warnings", .array(point.warnings.map { .string($0.description) })),
        ])
    }

    private func frame(_ frame: FrameRef?, _ point: CapturePoint) -> JSONValue {
        AnalysisDocument(files: point == .a ? comparison.a.files : comparison.b.files).frame(frame)
    }

    private func frames(_ frames: [FrameRef], _ point: CapturePoint) -> JSONValue {
        .array(frames.map { frame($0, point) })
    }

    // MARK: - One call

    private func pair(_ pair: PairComparison) -> JSONValue {
        .object([
            .init("a", .integer(pair.a.call.id)), .init("b", .integer(pair.b.call.id)),
            .init("paired_by", .string(pair.reason)),
            .init("summary", .string(CompareSentence.text(pair))),
            .init("clock", pair.clock.map(clock) ?? .null),
            .init("caller_side", .optional(pair.callerSide?.rawValue)),
            .init("findings", .array(pair.findings.map(finding))),
            .init("streams", .array(pair.streams.map(stream))),
            .init("addresses", .array(pair.mappings.map(mapping))),
            .init(
                "sip",
                .object([
                    .init("matched", .integer(pair.messagesMatched)),
                    .init("other_dialog", .bool(pair.isAnotherDialog)),
                    .init("changed", .array(pair.sipChanges.map(change))),
                    .init("one_place_only", .array(pair.sipMissing.map(missing))),
                ])),
            .init("t30", t30(pair.t30)),
        ])
    }

    private func clock(_ clock: ClockFit) -> JSONValue {
        .object([
            .init("offset_s", .seconds(clock.offset)), .init("uncertainty_s", .seconds(clock.uncertainty)),
            .init("reference_time", .time(clock.reference)),
            .init("skew_ppm", .measure(clock.skewPPM, digits: 3)),
            .init("skew_uncertainty_ppm", .measure(clock.skewUncertaintyPPM, digits: 3)),
            .init("round_trip_ms", .milliseconds(clock.roundTrip)),
            .init("assumes", clock.roundTrip == nil ? .null : .string("equal least transit in both directions")),
            .init("packets", .integer(clock.packets)),
        ])
    }

    private func finding(_ finding: CompareFinding) -> JSONValue {
        .object([
            .init("id", .string(finding.id)), .init("severity", .string(finding.severity.rawValue)),
            .init("certainty", .string(finding.certainty.rawValue)), .init("title", .string(finding.title)),
            .init("because", .string(finding.because)), .init("remedy", .string(finding.remedy)),
            .init("party", .optional(finding.party?.rawValue)),
            .init("frames_a", frames(finding.framesA, .a)), .init("frames_b", frames(finding.framesB, .b)),
        ])
    }

    // MARK: - Media

    private func stream(_ stream: StreamComparison) -> JSONValue {
        let sent = stream.upstream ?? (stream.packetsA > 0 ? .a : .b)
        return .object([
            .init("state", .string(stream.state.rawValue)),
            .init("party", .optional(stream.party?.rawValue)),
            .init("upstream", .optional(stream.upstream?.rawValue)),
            .init("kind", .string(stream.kind)),
            .init("codec", .optional(stream.codec)), .init("codec_b", .optional(stream.otherCodec)),
            .init("flow_a", .optional(stream.flowA)), .init("flow_b", .optional(stream.flowB)),
            .init("ssrc_a", .optional(stream.ssrcA.map { Int($0) })),
            .init("ssrc_b", .optional(stream.ssrcB.map { Int($0) })),
            .init("matched_by", .optional(stream.manner)), .init("number_shift", .integer(stream.shift)),
            .init("packets_a", .integer(stream.packetsA)), .init("packets_b", .integer(stream.packetsB)),
            .init("matched", .integer(stream.matched)), .init("lost", .integer(stream.lost)),
            .init("lost_frames", frames(stream.lostFrames, sent)), .init("unrepaired", .optional(stream.unrepaired)),
            .init("outside", .integer(stream.outside)),
            .init("converted_packets", .integer(stream.convertedPackets)),
            .init("missed_by_capture", .integer(stream.missedByCapture)),
            .init("rewritten", .integer(stream.rewritten)), .init("reordered", .integer(stream.reordered)),
            .init("longest_burst", .integer(stream.longestBurst)),
            .init("mean_burst", .measure(stream.meanBurst, digits: 3)),
            .init("bursts", .array(stream.bursts.map { burst($0, sent) })),
            .init("altered", .array(stream.altered.map(single))),
            .init("injected", .array(stream.injected.map(single))),
            .init("held_back", .array(stream.heldBack.map(single))),
            .init("delay_above_least", stream.delays.map(delays) ?? .null),
        ])
    }

    private func burst(_ burst: StreamComparison.Burst, _ sent: CapturePoint) -> JSONValue {
        .object([
            .init("packets", .integer(burst.packets)), .init("point", .string(sent.rawValue)),
            .init("first_frame", frame(burst.first, sent)), .init("last_frame", frame(burst.last, sent)),
            .init("time", .time(burst.time)), .init("duration_s", .seconds(burst.duration)),
            .init("missing_after", frame(burst.before, sent.other)),
            .init("missing_before", frame(burst.after, sent.other)),
            .init("carried", .array(burst.hits.map { .string($0) })),
        ])
    }

    private func single(_ single: StreamComparison.Single) -> JSONValue {
        .object([
            .init("frame_a", frame(single.a, .a)), .init("frame_b", frame(single.b, .b)),
            .init("time", .time(single.time)), .init("delay_ms", .milliseconds(single.delay)),
            .init("what", .string(single.what)),
        ])
    }

    private func delays(_ delays: StreamComparison.Delays) -> JSONValue {
        .object([
            .init("median_ms", .milliseconds(delays.median)), .init("p95_ms", .milliseconds(delays.ninetyFifth)),
            .init("max_ms", .milliseconds(delays.most)),
        ])
    }

    private func mapping(_ mapping: AddressMapping) -> JSONValue {
        .object([
            .init("a", .string(mapping.a)), .init("b", .string(mapping.b)), .init("packets", .integer(mapping.packets)),
        ])
    }

    // MARK: - SIP and T.30

    private func change(_ change: SIPChange) -> JSONValue {
        .object([
            .init("summary", .string(change.summary)), .init("from", .optional(change.from?.rawValue)),
            .init("frame_a", frame(change.a, .a)), .init("frame_b", frame(change.b, .b)),
            .init("same_hop", .bool(change.isSameHop)),
            .init(
                "fields",
                .array(
                    change.difference.fields.map { field in
                        .object([
                            .init("name", .string(field.name)), .init("a", .optional(field.a)),
                            .init("b", .optional(field.b)), .init("of_every_hop", .bool(field.isOfEveryHop)),
                        ])
                    })),
        ])
    }

    private func missing(_ missing: SIPMissing) -> JSONValue {
        .object([
            .init("summary", .string(missing.summary)), .init("from", .optional(missing.from?.rawValue)),
            .init("point", .string(missing.point.rawValue)), .init("frame", frame(missing.frame, missing.point)),
            .init("time", .time(missing.time)), .init("lost", .bool(missing.isLost)),
        ])
    }

    private func t30(_ t30: MessageComparison) -> JSONValue {
        .object([
            .init("matched", .integer(t30.matched.count)),
            .init(
                "changed",
                .array(
                    t30.changes.map { change in
                        let (one, other) = (t30.left[change.left], t30.right[change.right])
                        return .object([
                            .init("name", .string(one.name)), .init("from", .optional(one.direction?.rawValue)),
                            .init("frame_a", frame(one.frame, .a)), .init("frame_b", frame(other.frame, .b)),
                            .init("fields", .array(change.fields.map(field))),
                        ])
                    })),
            .init("a_only", .array(t30.onlyLeft.map { message(t30.left[$0], .a) })),
            .init("b_only", .array(t30.onlyRight.map { message(t30.right[$0], .b) })),
        ])
    }

    private func field(_ field: MessageComparison.FieldChange) -> JSONValue {
        .object([
            .init("name", .string(field.name)), .init("a", .optional(field.left)), .init("b", .optional(field.right)),
        ])
    }

    private func message(_ message: T30Message, _ point: CapturePoint) -> JSONValue {
        .object([
            .init("name", .string(message.name)), .init("from", .optional(message.direction?.rawValue)),
            .init("frame", frame(message.frame, point)), .init("time", .time(message.time)),
            .init("crc_ok", .optional(message.crcOK)),
        ])
    }
}
