import FaxCore
import FaxDSP
import FaxProtocol
import FaxReport
import FaxStation
import FaxWire

/// Events in words, one a line.
public enum EventText {
    /// - Returns: `nil` for what a person need not read.
    public static func line(_ event: EndpointEvent) -> String? {
        guard let text = text(event.kind) else { return nil }
        return (event.call.map { "call \($0): " } ?? "") + TerminalText.harmless(text, limit: 400) + "\n"
    }

    private static func text(_ kind: EndpointEvent.Kind) -> String? {
        switch kind {
        case .listening(let ports): "listening on " + ports.map(\.text).joined(separator: ", ")
        case .refused(let source, let status, let reason): "refused a call from \(source) with \(status): \(reason)"
        case .began(let uri, let peer, let isIncoming):
            isIncoming ? "from \(uri) at \(peer)" : "calling \(uri) at \(peer)"
        case .call(let event): text(event)
        case .negotiated(let report):
            "\(report.rateBps) bit/s, \(report.hasECM ? "ECM" : "no ECM")"
                + (report.remoteIdentification.isEmpty ? "" : ", \(report.remoteIdentification)")
        case .page(let page):
            "page \(page.pages): \(page.rows) rows"
                + (page.badRows > 0 ? ", \(page.badRows) of them bad" : "")
                + (page.ecmRetries > 0 ? ", \(page.ecmRetries) frames sent again" : "")
        case .progress, .loss: nil
        case .result(let result): text(result)
        case .notReturned(let result): result.reason
        case .gateway(let event): text(event)
        case .gatewayResult(let result): text(result)
        case .registration(let event): text(event)
        case .modem(let event): text(event)
        case .iax2(let event): event.text
        case .trouble(let text): text
        case .warning(let text): "warning: \(text)"
        }
    }

    private static func text(_ event: ModemEvent) -> String {
        let modem = "modem \(event.modem)"
        return switch event.kind {
        case .ready(let link, let terminal): "\(modem) is \(link) (\(terminal))"
        case .opened: "\(modem) opened"
        case .closed: "\(modem) closed"
        case .dialled(let number): "\(modem) dials \(number)"
        case .ringing: "\(modem) rings"
        case .gaveUp(let reason): "\(modem): \(reason)"
        }
    }

    private static func text(_ event: SIPRegistration.Event) -> String {
        switch event {
        case .registered(let seconds): "registered for \(seconds) s"
        case .failed(let refusal, retryAt: _): "not registered: \(refusal.status) \(refusal.reason)"
        case .unregistered: "registration taken back"
        }
    }

    static func text(_ result: FaxResult) -> String {
        let pages = "\(result.pagesConfirmed)" + (result.pagesWanted.map { " of \($0)" } ?? "")
        let noun = result.pagesConfirmed == 1 && result.pagesWanted ?? 1 == 1 ? "page" : "pages"
        let files = result.files.isEmpty ? "" : ": " + result.files.joined(separator: ", ")
        return "\(result.outcome.rawValue), \(pages) \(noun) confirmed"
            + (result.reason.map { " (\($0))" } ?? "") + files
    }

    private static func text(_ event: FaxCall.Event) -> String? {
        switch event {
        case .calling, .incoming, .hungUp, .faxEnded: nil
        case .ringing: "rings"
        case .answered: "answered"
        case .mediaBegan(let media): media == .t38 ? "T.38" : "G.711"
        case .offeredT38: "asks for T.38"
        case .t38Refused(let status): "T.38 was refused with \(status)"
        case .refusedT38(let status): "refused T.38 with \(status)"
        case .offeredAudio: "T.38 stays silent: asks for audio"
        case .audioRefused(let status): "audio was refused with \(status)"
        case .ended(let ending): "ended" + (ending.side.name.map { " by \($0)" } ?? "") + ": " + ending.cause.text
        case .trouble(let text): text
        }
    }
}
