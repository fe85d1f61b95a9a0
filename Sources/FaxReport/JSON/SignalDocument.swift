import FaxCore
import T30Analyzer

/// What was heard in audio: signals with their levels, and how each signal of the message channel was received.
extension AnalysisDocument {
    func signal(_ signal: FaxSignal) -> JSONValue {
        .object([
            .init("name", .string(signal.name)), .init("is_fax", .bool(signal.isFax)),
            .init("direction", .optional(signal.direction?.rawValue)),
            .init("start", .time(signal.start)), .init("end", .time(signal.end)),
            .init("first_frame", frame(signal.firstFrame)), .init("last_frame", frame(signal.lastFrame)),
            .init("level_dbm0", .measure(signal.measure?.levelDBm0, digits: 1)),
            .init("frequency_error_hz", .measure(signal.measure?.frequencyErrorHz, digits: 1)),
            .init("reversals", .array((signal.measure?.reversals ?? []).map { .time($0) })),
        ])
    }

    func burst(_ burst: BurstReport) -> JSONValue {
        .object([
            .init("direction", .optional(burst.party?.rawValue)),
            .init("modem", .string(burst.modem)), .init("rate_bps", .integer(burst.rateBps)),
            .init("short_training", .bool(burst.hasShortTraining)), .init("trained", .bool(burst.isTrained)),
            .init("content", burst.content == .nothing ? .null : .string(burst.content.rawValue)),
            .init("start", .time(burst.training.lowerBound)),
            .init("data_start", .time(burst.data?.lowerBound)), .init("data_end", .time(burst.data?.upperBound)),
            .init("first_frame", frame(burst.firstFrame)), .init("last_frame", frame(burst.lastFrame)),
            .init("bits", .integer(burst.bits)),
            .init("level_dbm0", .measure(burst.levelDBm0, digits: 1)),
            .init("carrier_error_hz", .measure(burst.carrierErrorHz, digits: 2)),
            .init("evm_percent", .measure(burst.errorVectorRatio.map { $0 * 100 }, digits: 1)),
            .init("good_frames", .integer(burst.goodFrames)), .init("bad_frames", .integer(burst.badFrames)),
            .init("gaps", .array(burst.gaps.map(gap))), .init("slips", .array(burst.slips.map(slip))),
            .init("jumps", .array(burst.jumps.map(jump))), .init("repeats", .array(burst.repeats.map(repeated))),
            .init("clipped_percent", .measure(burst.clippedShare * 100, digits: 3)),
        ])
    }

    private func gap(_ gap: BurstReport.Gap) -> JSONValue {
        .object([
            .init("time", .time(gap.time)), .init("lost_ms", .milliseconds(gap.lost)),
            .init("lost_packets", .integer(gap.lostPackets)), .init("bit", .optional(gap.bit)),
            .init("frames", .array([frame(gap.before), frame(gap.after)])),
        ])
    }

    private func jump(_ jump: BurstReport.Jump) -> JSONValue {
        .object([
            .init("time", .time(jump.time)), .init("missing_ms", .milliseconds(jump.missing)),
            .init("frames", .array([frame(jump.before), frame(jump.after)])),
        ])
    }

    private func repeated(_ copy: BurstReport.Repeat) -> JSONValue {
        .object([
            .init("time", .time(copy.time)), .init("frame", frame(copy.frame)),
            .init("correlation", .measure(copy.correlation, digits: 3)),
        ])
    }

    private func slip(_ slip: BurstReport.Slip) -> JSONValue {
        .object([
            .init("time", .time(slip.time)), .init("frame", frame(slip.frame)),
            .init("inserted_ms", .milliseconds(slip.inserted)), .init("evidence", .string(slip.evidence.rawValue)),
        ])
    }
}
