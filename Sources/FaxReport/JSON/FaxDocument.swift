import FaxCore
import FaxWire
import T30Analyzer

extension AnalysisDocument {
    func fax(_ fax: FaxSession, budget: TimeBudget?, images: [Int: String]) -> JSONValue {
        .object([
            .init("outcome", .string(fax.outcome.rawValue)),
            .init("carried_by", .string(fax.carriedBy)),
            .init("sender", .optional(fax.sender?.rawValue)),
            .init("sender_id", .optional(fax.senderID)),
            .init("receiver_id", .optional(fax.receiverID)),
            .init("modem", .optional(fax.modem)),
            .init("rate_bps", .optional(fax.rateBps)),
            .init("ecm", .optional(fax.ecm)),
            .init("compression", .optional(fax.compression)),
            .init("resolution_dpi", resolution(fax.resolutionDPI)),
            .init("width_px", .optional(fax.widthPx)),
            .init("pages_sent", .optional(fax.pagesSent)),
            .init("pages_confirmed", .optional(fax.pagesConfirmed)),
            .init("trainings", trainings(fax)),
            .init("trainings_detail", .array(fax.trainings.map(training))),
            .init("duration_s", .seconds(duration(fax))),
            .init("pages", .array(fax.pages.map { page($0, image: images[$0.number]) })),
            .init("phases", .array(fax.phases.map(phase))),
            .init("t30", .array(fax.messages.filter(\.isListed).map(message))),
            .init("signals", .array(fax.signals.map(signal))),
            .init("bursts", .array(fax.bursts.map(burst))),
            .init("remarks", .array(fax.remarks.map(remark))),
            .init("time_budget", budget.map(timeBudget) ?? .object([])),
            .init("throughput", budget.map(throughput) ?? .null),
            .init("costs", .array(budget?.costs.map(cost) ?? [])),
        ])
    }

    private func duration(_ fax: FaxSession) -> Duration? {
        guard let start = fax.start, let end = fax.end, end >= start else { return nil }
        return end - start
    }

    private func resolution(_ resolution: Resolution?) -> JSONValue {
        resolution.map { .array([.integer($0.x), .integer($0.y)]) } ?? .null
    }

    private func trainings(_ fax: FaxSession) -> JSONValue {
        .object([
            .init("attempted", .integer(fax.trainings.count)),
            .init("failed", .integer(fax.trainings.count { $0.answer == "FTT" })),
        ])
    }

    private func training(_ training: Training) -> JSONValue {
        let hasTCF = training.longestZeroRunBits != nil || training.errors != nil
        let tcf = JSONValue.object([
            .init("longest_zero_run_bits", .optional(training.longestZeroRunBits)),
            .init("errors", .optional(training.errors)),
        ])
        return .object([
            .init("time", .time(training.time)), .init("frame", frame(training.frame)),
            .init("rate_bps", .optional(training.rateBps)), .init("modem", .optional(training.modem)),
            .init("tcf", hasTCF ? tcf : .null), .init("answer", .optional(training.answer)),
        ])
    }

    private func page(_ page: FaxPage, image: String?) -> JSONValue {
        .object([
            .init("number", .integer(page.number)),
            .init("rows", .optional(page.rows)),
            .init("bad_rows", .optional(page.badRows)),
            .init("octets", .optional(page.octets)),
            .init("rate_bps", .optional(page.rateBps)),
            .init("compression", .optional(page.compression)),
            .init("resolution_dpi", resolution(page.resolutionDPI)),
            .init("width_px", .optional(page.widthPx)),
            .init("ecm_frames", .optional(page.ecmFrames)),
            .init("ecm_retransmitted", .optional(page.ecmRetransmitted)),
            .init("ecm_missing", .optional(page.ecmMissing)),
            .init("confirmed_by", .optional(page.confirmedBy)),
            .init("rejected_by", .optional(page.rejectedBy)),
            .init("first_frame", frame(page.firstFrame)),
            .init("last_frame", frame(page.lastFrame)),
            .init("image", .optional(image)),
        ])
    }

    private func phase(_ span: PhaseSpan) -> JSONValue {
        .object([
            .init("phase", .string(span.phase.rawValue)), .init("start", .time(span.start)),
            .init("end", .time(span.end)), .init("first_frame", frame(span.firstFrame)),
            .init("last_frame", frame(span.lastFrame)),
        ])
    }

    /// `time` and `frame` are of the packet that carries the frame's last bit.
    private func message(_ message: T30Message) -> JSONValue {
        .object([
            .init("time", .time(message.end)),
            .init("frame", frame(message.lastFrame ?? message.frame)),
            .init("direction", .optional(message.direction?.rawValue)),
            .init("name", .string(message.name)),
            .init("octets", .string(Hexadecimal.text(message.octets))),
            .init("fields", fields(message.fields)),
            .init("crc_ok", .optional(message.crcOK)),
        ])
    }

    private func fields(_ fields: [T30Field]) -> JSONValue {
        var members: [JSONValue.Member] = []
        for field in fields where !members.contains(where: { $0.name == field.name }) {
            members.append(.init(field.name, value(field.value)))
        }
        return .object(members)
    }

    private func value(_ value: T30Field.Value) -> JSONValue {
        switch value {
        case .flag(let flag): .bool(flag)
        case .number(let number): .integer(number)
        case .text(let text): .string(text)
        case .list(let texts): .array(texts.map { .string($0) })
        }
    }

    private func remark(_ remark: SessionRemark) -> JSONValue {
        .object([
            .init("name", .string(remark.name)), .init("time", .time(remark.time)),
            .init("frames", .array(remark.frames.map { frame($0) })),
            .init("direction", .optional(remark.direction?.rawValue)), .init("text", .string(remark.text)),
        ])
    }
}

extension T30Message {
    /// FCD and RCP are counted in their page, TCF in its training.
    var isListed: Bool { !isImageFrame && name != "TCF" }
}

enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func text(_ octets: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(octets.count * 2)
        for octet in octets {
            text.append(digits[Int(octet >> 4)])
            text.append(digits[Int(octet & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
