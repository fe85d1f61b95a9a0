import FaxCore
import FaxProtocol
import FaxReport
import FaxStation
import FaxWire

/// What became of one call through the gateway, as it saw both sides.
public struct GatewayResult: Sendable {
    /// Success: the end of the last page was confirmed.
    public var outcome: FaxResult.Outcome
    public var fax: ObservedFax
    public var near: GatewayCall.LegReport?
    public var far: GatewayCall.LegReport?
    /// The side that T.38 was spoken with; `nil`: audio went from side to side, or nothing.
    public var t38Side: GatewayCall.Side?
    /// Why it is no success, in words; `nil`: it is one.
    public var reason: String?
    public var duration: Duration

    public var isSuccess: Bool { outcome == .success }
}

extension GatewayResult {
    /// Of a call that is over.
    init(
        _ call: GatewayCall, t38Side: GatewayCall.Side?, firstEnding: (side: GatewayCall.Side, ending: SIPEnding)?,
        problem: String?, duration: Duration
    ) {
        fax = call.fax
        near = call.report(.near)
        far = call.report(.far)
        self.t38Side = t38Side
        self.duration = duration
        outcome = fax.isComplete ? .success : fax.pagesConfirmed > 0 ? .partial : .failed
        guard outcome != .success else { return }
        let ending = firstEnding.map { "the \($0.side.rawValue) side ended: \($0.ending.cause.text)" }
        if let problem {
            reason = problem
        } else if fax.nearFrames + fax.farFrames == 0 {
            reason = ["no fax was seen", ending].compactMap { $0 }.joined(separator: ", ")
        } else {
            let what = fax.isDisconnected ? "DCN came before the last page was confirmed" : "the fax broke off"
            reason = [what, ending].compactMap { $0 }.joined(separator: ", ")
        }
    }

    /// The members of the analysis document's `fax` that stand in frames which go by.
    public var document: JSONValue {
        let command = fax.command
        let isMedia = near?.carriedBy != nil || far?.carriedBy != nil
        return .object([
            .init("outcome", .string(outcome.rawValue)),
            .init("carried_by", .string(t38Side != nil ? "t38" : isMedia ? "g711" : "none")),
            .init("sender", .optional(fax.sender.map { $0 == .near ? "caller" : "callee" })),
            .init("sender_id", .optional(fax.senderIdentification)),
            .init("receiver_id", .optional(fax.receiverIdentification)),
            .init("modem", .optional(command?.modulation?.modem.rawValue)),
            .init("rate_bps", .optional(command?.modulation?.rateBps)),
            .init("ecm", .optional(command?.ecm)),
            .init("compression", .optional(command?.compression.rawValue)),
            .init(
                "resolution_dpi",
                command.map { .array([.integer($0.resolution.x), .integer($0.resolution.y)]) } ?? .null),
            .init("width_px", .optional(command?.widthPx)),
            .init("pages_sent", .null),
            .init("pages_confirmed", .integer(fax.pagesConfirmed)),
            .init(
                "trainings",
                .object([.init("attempted", .integer(fax.trainings)), .init("failed", .integer(fax.failedTrainings))])),
            .init("duration_s", .seconds(duration)),
        ])
    }

    /// What each side was like: `near` and `far`.
    var legs: JSONValue? {
        .object([
            .init("near", Self.document(near, frames: fax.nearFrames)),
            .init("far", Self.document(far, frames: fax.farFrames)),
        ])
    }

    private static func document(_ leg: GatewayCall.LegReport?, frames: Int) -> JSONValue {
        guard let leg else { return .null }
        return .object([
            .init("call_id", .optional(leg.callID)),
            .init("carried_by", .string(leg.carriedBy?.documentName ?? "none")),
            .init("t30_frames", .integer(frames)), .init("packets_received", .integer(leg.received)),
            .init("packets_sent", .integer(leg.sent)), .init("packets_lost", .optional(lost(leg))),
            .init("ended_by", .optional(leg.ending?.side.name)),
            .init("cause", .optional(leg.ending.map(\.cause.text))),
        ])
    }

    /// IFP packets for good; of audio nobody counts them here.
    private static func lost(_ leg: GatewayCall.LegReport) -> Int? {
        leg.carriedBy == .t38 ? leg.unrecoveredIFPs : nil
    }

    /// `V.17 14400, ECM`
    var modeText: String? {
        fax.command.map { ($0.modulation?.text ?? "unknown rate") + ($0.ecm ? ", ECM" : ", no ECM") }
    }
}
