import FaxCore
import FaxReport
import FaxStation

/// What a terminal shows of the calls that run: fed with events, asked for lines. Knows no terminal and no clock.
public struct Dashboard: Sendable {
    /// A call as far as it is known.
    struct Call: Sendable {
        var number: Int
        var party: String
        var isIncoming: Bool
        var began: Instant
        var state = "set-up"
        var progress: CallProgress?
        var result: FaxResult?
        var outcome: FaxResult.Outcome?
        var ended: Instant?
    }

    /// How often it is worth drawing anew.
    public static let interval = Duration.milliseconds(250)
    /// Calls that are over and still shown.
    static let endedLimit = 200
    static let recentLimit = 200

    let title: String
    private(set) var calls: [Call] = []
    private(set) var recent: [String] = []
    private(set) var listening = ""
    private(set) var began = 0
    private(set) var confirmed = 0
    private(set) var failed = 0
    private(set) var pages = 0
    private(set) var start: Instant?

    public init(title: String) { self.title = TerminalText.harmless(title, limit: 200) }

    var running: Int { began - confirmed - failed }

    public mutating func take(_ event: EndpointEvent) {
        if start == nil { start = event.time }
        if let line = EventText.line(event) {
            recent.append(String(line.dropLast()))
            if recent.count > Self.recentLimit { recent.removeFirst(recent.count - Self.recentLimit) }
        }
        if case .listening(let ports) = event.kind { listening = ports.map(\.text).joined(separator: ", ") }
        guard let number = event.call else { return }
        if case .began(let uri, let peer, let isIncoming) = event.kind {
            began += 1
            let party = TerminalText.harmless(uri.isEmpty ? "\(peer)" : uri, limit: 100)
            calls.append(Call(number: number, party: party, isIncoming: isIncoming, began: event.time))
        }
        guard let place = calls.lastIndex(where: { $0.number == number }) else { return }
        note(event, at: place)
    }

    private mutating func note(_ event: EndpointEvent, at place: Int) {
        switch event.kind {
        case .call(let told): if let state = Self.state(told) { calls[place].state = state }
        case .progress(let progress): calls[place].progress = progress
        case .result(let result):
            calls[place].result = result
            end(place, result.outcome, pages: result.pagesConfirmed + (result.pagesReturned ?? 0), at: event.time)
        case .gatewayResult(let result): end(place, result.outcome, pages: 0, at: event.time)
        case .listening, .refused, .began, .negotiated, .page, .loss, .notReturned, .gateway, .modem, .iax2,
            .registration, .trouble, .warning:
            break
        }
    }

    private static func state(_ event: FaxCall.Event) -> String? {
        switch event {
        case .calling: "calling"
        case .incoming: "rings"
        case .ringing: "rings"
        case .answered, .mediaBegan: "up"
        case .hungUp: "hangs up"
        case .ended: "ended"
        case .offeredT38, .t38Refused, .refusedT38, .offeredAudio, .audioRefused, .faxEnded, .trouble: nil
        }
    }

    private mutating func end(_ place: Int, _ outcome: FaxResult.Outcome, pages more: Int, at time: Instant) {
        calls[place].ended = time
        calls[place].outcome = outcome
        calls[place].state = outcome.rawValue
        pages += more
        if outcome == .success { confirmed += 1 } else { failed += 1 }
        guard began - running > Self.endedLimit, let oldest = calls.firstIndex(where: { $0.ended != nil }) else {
            return
        }
        if calls.count(where: { $0.ended != nil }) > Self.endedLimit { calls.remove(at: oldest) }
    }
}
