import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import NIOCore

/// One call of an ``IAX2Driver``: what is told of it, and where its pages are kept.
final class LiveIAX2Call {
    enum Purpose {
        case sending(OutgoingIAX2Fax)
        case receiving(Reception)
    }

    let number: Int
    let id: IAX2CallNumber
    let peer: Endpoint
    let purpose: Purpose
    let began: Instant
    /// Its result has been told.
    var isReported = false
    /// Why this side ended the call.
    var problem: String?
    private var toldEvents = 0
    private var needsRoom = false
    private var progressDue = Instant.zero
    private var toldProgress: CallProgress?

    init(_ number: Int, _ id: IAX2CallNumber, peer: Endpoint, _ purpose: Purpose, at now: Instant) {
        self.number = number
        self.id = id
        self.peer = peer
        self.purpose = purpose
        began = now
    }

    var reception: Reception? {
        if case .receiving(let reception) = purpose { return reception }
        return nil
    }

    /// Pages to send; of a reception `nil`.
    var pagesWanted: Int? {
        if case .sending(let fax) = purpose { return fax.document.pages.count }
        return nil
    }

    /// What the T.30 engine has come to since the last time.
    func news(of report: FaxStationReport, _ tell: (EndpointEvent.Kind) -> Void) {
        for event in report.events.dropFirst(toldEvents) {
            switch event.kind {
            case .negotiated: tell(.negotiated(report))
            case .pageEnded(let page): tell(.page(page))
            case .ended: continue
            }
            needsRoom = true
        }
        toldEvents = report.events.count
    }

    /// How far it is, every so often while it changes.
    func progress(
        _ call: IAX2FaxCall, every interval: Duration?, at now: Instant, _ tell: (EndpointEvent.Kind) -> Void
    ) {
        guard let interval, now >= progressDue, call.hasMedia, !call.hasEnded else { return }
        progressDue = now + interval
        let progress = CallProgress(media: .audio, fax: call.progress, carriage: call.carriage)
        guard progress != toldProgress else { return }
        let isWorse = progress.losses > toldProgress?.losses ?? 0
        toldProgress = progress
        tell(.progress(progress))
        if isWorse { tell(.loss(progress.carriage)) }
    }

    /// Before a page comes there has to be room for it; `nil`: there is.
    func roomProblem() -> String? {
        guard needsRoom, let reception else { return nil }
        needsRoom = false
        do {
            try reception.reserve()
            return nil
        } catch {
            return "\(error)"
        }
    }
}
