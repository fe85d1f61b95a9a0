import FaxCore
import FaxDSP
import FaxProtocol
import FaxReport
import FaxStation
import FaxWire

/// Events as JSON (`docs/endpoint.md`), one a line.
public enum EventDocument {
    /// - Parameter job: whose call it is; `nil`: of no job.
    public static func line(_ event: EndpointEvent, job: String? = nil) -> String {
        let (name, members) = content(event.kind)
        var head: [JSONValue.Member] = [
            .init("event", .string(name)), .init("time", .time(event.time)), .init("call", .optional(event.call)),
        ]
        if let job { head.append(.init("job", .string(job))) }
        return JSONWriter.text(.object(head + members), style: .line) + "\n"
    }

    private static func content(_ kind: EndpointEvent.Kind) -> (String, [JSONValue.Member]) {
        switch kind {
        case .listening(let ports):
            return (
                "listening",
                [
                    .init("address", .optional(ports.first.map { "\($0.endpoint)" })),
                    .init("ports", .array(ports.map { .string($0.text) })),
                ]
            )
        case .refused(let source, let status, let reason):
            return (
                "refused",
                [
                    .init("from", .string("\(source)")), .init("status", .integer(status)),
                    .init("reason", .string(reason)),
                ]
            )
        case .began(let uri, let peer, let isIncoming):
            return (
                isIncoming ? "incoming" : "calling", [.init("uri", .string(uri)), .init("peer", .string("\(peer)"))]
            )
        case .call(let event): return content(event)
        case .negotiated(let report):
            return (
                "negotiated",
                [
                    .init("rate_bps", .optional(report.rateBps > 0 ? report.rateBps : nil)),
                    .init("ecm", .bool(report.hasECM)), .init("remote_id", .string(report.remoteIdentification)),
                ]
            )
        case .page(let page):
            return (
                "page",
                [
                    .init("number", .integer(page.pages)), .init("width_px", .integer(page.widthPx)),
                    .init("rows", .integer(page.rows)), .init("bad_rows", .integer(page.badRows)),
                    .init("octets", .integer(page.codedOctets)), .init("ecm_retransmitted", .integer(page.ecmRetries)),
                ]
            )
        case .progress(let progress): return ("progress", progress.members)
        case .loss(let carriage): return ("loss", [.init("network", carriage.document)])
        case .result(let result): return ("fax", members(result))
        case .notReturned(let result): return ("not-returned", [.init("reason", .optional(result.reason))])
        case .gateway(let event): return content(event)
        case .gatewayResult(let result): return ("fax", members(result))
        case .registration(let event): return content(event)
        case .modem(let event): return content(event)
        case .iax2(let event): return event.document
        case .trouble(let text): return ("trouble", [.init("text", .string(text))])
        case .warning(let text): return ("warning", [.init("text", .string(text))])
        }
    }

    private static func content(_ event: ModemEvent) -> (String, [JSONValue.Member]) {
        let modem = JSONValue.Member("modem", .integer(event.modem))
        switch event.kind {
        case .ready(let link, let terminal):
            return ("modem-ready", [modem, .init("link", .string(link)), .init("terminal", .string(terminal))])
        case .opened: return ("modem-opened", [modem])
        case .closed: return ("modem-closed", [modem])
        case .dialled(let number): return ("modem-dialled", [modem, .init("number", .string(number))])
        case .ringing: return ("modem-ringing", [modem])
        case .gaveUp(let reason): return ("modem-gave-up", [modem, .init("reason", .string(reason))])
        }
    }

    private static func content(_ event: SIPRegistration.Event) -> (String, [JSONValue.Member]) {
        switch event {
        case .registered(let seconds): ("registered", [.init("expires_s", .integer(seconds))])
        case .failed(let refusal, retryAt: _):
            (
                "registration-failed",
                [.init("status", .integer(refusal.status)), .init("reason", .string(refusal.reason))]
            )
        case .unregistered: ("unregistered", [])
        }
    }

    /// The last line of a run. `fax`: the first that failed, else the last one.
    /// - Parameters:
    ///   - reason: why not all that were wanted came; `nil`: they did.
    ///   - verdicts: what the analysis of the record says of each call.
    ///   - jobs: of a list; `nil`: there was none.
    static func last(
        _ outcomes: RunOutcomes, reason: String?, verdicts: [String], lateness: DurationMeter?,
        jobs: JobTally? = nil
    ) -> String {
        let told = outcomes.told
        let isWhole = jobs?.areConfirmed ?? (outcomes.calls > 0 && outcomes.areSuccesses)
        let isConfirmed = isWhole && reason == nil
        let legs = told?.legs.map { [JSONValue.Member("legs", $0)] } ?? []
        let counts = jobs.map { [JSONValue.Member("jobs", $0.document)] } ?? []
        let members: [JSONValue.Member] = [
            .init("event", .string("result")), .init("confirmed", .bool(isConfirmed)),
            .init("calls", .integer(outcomes.calls)), .init("succeeded", .integer(outcomes.succeeded)),
            .init("reason", .optional(reason ?? told?.reason)),
            .init("files", .array(outcomes.files.map { .string($0) })),
            .init("verdicts", .array(verdicts.map { .string($0) })), .init("lateness", document(lateness)),
            .init("fax", told?.document ?? .null),
            .init("network", (told as? FaxResult)?.carriage.document ?? .null),
        ]
        return JSONWriter.text(.object(members + legs + counts), style: .line) + "\n"
    }

    private static func document(_ lateness: DurationMeter?) -> JSONValue {
        guard let lateness, lateness.count > 0 else { return .null }
        return .object([
            .init("p50_ms", .milliseconds(lateness.quantile(0.5))),
            .init("p99_ms", .milliseconds(lateness.quantile(0.99))),
            .init("max_ms", .milliseconds(lateness.longest)),
        ])
    }

    /// Of an event with the result of one fax.
    static func members(_ result: FaxResult) -> [JSONValue.Member] {
        [
            .init("confirmed", .bool(result.isSuccess)), .init("reason", .optional(result.reason)),
            .init("files", .array(result.files.map { .string($0) })), .init("call_id", .optional(result.callID)),
            .init("fax", result.document), .init("network", result.carriage.document),
        ]
    }

    private static func content(_ event: FaxCall.Event) -> (String, [JSONValue.Member]) {
        switch event {
        case .calling: ("inviting", [])
        case .incoming(let uri): ("ringing", [.init("uri", .string(uri))])
        case .ringing: ("ringing", [])
        case .answered: ("answered", [])
        case .mediaBegan(let media): ("media", [.init("carried_by", .string(media.documentName))])
        case .offeredT38: ("t38-offered", [])
        case .t38Refused(let status):
            ("t38-refused", [.init("by", .string("them")), .init("status", .integer(status))])
        case .refusedT38(let status): ("t38-refused", [.init("by", .string("us")), .init("status", .integer(status))])
        case .offeredAudio: ("audio-offered", [])
        case .audioRefused(let status): ("audio-refused", [.init("status", .integer(status))])
        case .faxEnded(let completion): ("t30-ended", [.init("completion", .integer(completion))])
        case .hungUp: ("hung-up", [])
        case .ended(let ending):
            ("ended", [.init("by", .optional(ending.side.name)), .init("cause", .string(ending.cause.text))])
        case .trouble(let text): ("trouble", [.init("text", .string(text))])
        }
    }
}

extension SIPEnding.Side {
    var name: String? {
        switch self {
        case .us: "us"
        case .them: "them"
        case .neither: nil
        }
    }
}

extension SIPEnding.Cause {
    /// In words.
    var text: String {
        switch self {
        case .bye: "BYE"
        case .cancelled: "cancelled"
        case .refused(let refusal): "refused with \(refusal.status) \(refusal.reason)"
        case .noResponse(let method): "no answer to \(method.name)"
        case .notAcknowledged: "the answer was never acknowledged"
        case .sessionExpired: "the session timer ran out"
        case .unknownToPeer: "the other side did not know the call any more"
        case .transportFailed: "the network did not take the packets"
        case .redirectedTooOften: "redirected too often"
        }
    }
}
