import FaxCore
import FaxReport

/// A probe's report as JSON (`docs/probe.md`).
public enum ProbeDocument {
    public static func text(_ report: ProbeReport) -> String {
        JSONWriter.text(
            .object([
                .init("event", .string("result")), .init("target", .string(report.uri)),
                .init("address", .optional(report.peer.map { "\($0)" })),
                .init("verdict", .string(report.verdict.rawValue)), .init("sentence", .string(report.sentence)),
                .init("remedy", .optional(report.remedy)),
                .init("steps", .array(report.steps.map { step($0, report) })),
                .init("calls", .array(report.calls.map { call($0, report) })),
            ]), style: .line) + "\n"
    }

    private static func step(_ step: ProbeStep, _ report: ProbeReport) -> JSONValue {
        .object([
            .init("check", .string(step.check.rawValue)), .init("title", .string(step.title)),
            .init("state", .string(step.state.rawValue)), .init("reason", .optional(step.reason)),
            .init("remedy", .optional(step.remedy)),
            .init("values", .object(step.values.map { .init($0.key, $0.value) })),
            .init("frames", report.isRecorded ? frames(step) : .array([])),
        ])
    }

    private static func frames(_ step: ProbeStep) -> JSONValue {
        .array(step.frames.map { .integer(Int($0.number)) })
    }

    private static func call(_ call: ProbeReport.Call, _ report: ProbeReport) -> JSONValue {
        let frame = report.isRecorded ? call.firstFrame.map { Int($0.number) } : nil
        return .object([
            .init("number", .integer(call.number)), .init("title", .string(call.title)),
            .init("outcome", .string(call.outcome)), .init("sentence", .string(call.sentence)),
            .init("first_frame", .optional(frame)),
        ])
    }
}
