import FaxDSP
import FaxReport

extension SerialFax.Result: RunResult {
    /// 0 confirmed, 1 the fax failed, 3 the modem could not be used.
    public var status: EndpointRun.Status {
        switch ending {
        case .over: isSuccess ? .confirmed : .failed
        case .noCall, .stopped: .failed
        case .failed: .couldNotRun
        }
    }

    private var pagesConfirmed: Int { isSending ? report.pagesSent : report.pagesReceived }

    /// A line for people, and one for each file.
    public var text: String {
        let size = "\(pagesConfirmed) page\(pagesConfirmed == 1 ? "" : "s")"
        let way = [
            terms?.modem, terms?.rateBps.map { "\($0) bit/s" }, terms?.coding,
            terms?.hasECM.map { $0 ? "ECM" : "no ECM" }, them,
        ].compactMap(\.self).joined(separator: ", ")
        let head = isSuccess ? "\(size) \(isSending ? "sent and confirmed" : "received")" : "failed after \(size)"
        let detail = [way, reason ?? ""].filter { !$0.isEmpty }.joined(separator: "; ")
        return ([detail.isEmpty ? head : "\(head) (\(detail))"] + files).joined(separator: "\n") + "\n"
    }

    /// The members of the analysis document's `fax` that a modem lets one know; what it does not is `null`.
    public var document: JSONValue {
        let own = identification.isEmpty || terms == nil ? nil : identification
        let trainings = report.trainings
        return .object([
            .init("outcome", .string(outcome.rawValue)), .init("carried_by", .string("modem")),
            .init("sender", .string("caller")),
            .init("sender_id", .optional(isSending ? own : them)),
            .init("receiver_id", .optional(isSending ? them : own)),
            .init("modem", .optional(terms?.modem)), .init("rate_bps", .optional(terms?.rateBps)),
            .init("ecm", .optional(terms?.hasECM)), .init("compression", .optional(terms?.coding)),
            .init("resolution_dpi", resolution), .init("width_px", .optional(terms?.widthPx)),
            .init("pages_sent", .optional(pagesWanted)), .init("pages_confirmed", .integer(pagesConfirmed)),
            .init(
                "trainings",
                trainings.isEmpty
                    ? .null
                    : .object([
                        .init("attempted", .integer(trainings.count)),
                        .init("failed", .integer(trainings.count { $0.answer == .failed })),
                    ])),
            .init("duration_s", .seconds(duration)),
        ])
    }

    var legs: JSONValue? { nil }

    private var outcome: FaxResult.Outcome { isSuccess ? .success : pagesConfirmed > 0 ? .partial : .failed }

    private var them: String? { report.remoteIdentification.isEmpty ? nil : report.remoteIdentification }

    private var resolution: JSONValue {
        guard let terms, let across = terms.dpiX, let down = terms.dpiY else { return .null }
        return .array([.integer(across), .integer(down)])
    }
}
