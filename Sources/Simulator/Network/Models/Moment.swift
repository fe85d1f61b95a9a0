import FaxCore

/// Something that happens in a call, at which an outage can be aimed. The world tells the path of it
/// (``NetworkPath/note(_:at:)``).
public enum CallEvent: String, Sendable, Hashable, CaseIterable {
    /// The 200 to the INVITE; the re-INVITE to T.38 leaves; the first UDPTL datagram leaves.
    case answer
    case reinvite
    case udptl
    /// The start of a signal on the line, whoever sends it: CNG and CED, the preamble of a command or response, TCF, the
    /// high-speed carrier of a page (ECM: of a partial page).
    case cng = "CNG"
    case ced = "CED"
    case dis = "DIS"
    case dcs = "DCS"
    case tcf = "TCF"
    case cfr = "CFR"
    case ftt = "FTT"
    case page
    case postPage = "post-page"
    case mcf = "MCF"
    case ppr = "PPR"
    case dcn = "DCN"
}

/// When something begins: at a time from the start of the run, or with an event of the call.
public enum Moment: Sendable, Hashable {
    case time(Duration)
    /// The how manieth of its kind, from 1; so much later.
    case event(CallEvent, occurrence: Int = 1, offset: Duration = .zero)
}

/// For so long nothing gets through.
public struct Outage: Sendable, Hashable {
    public var duration: Duration
    public var start: Moment

    public init(_ duration: Duration, at start: Moment) {
        self.duration = duration
        self.start = start
    }
}

/// The outages at work, and the block that never ends.
struct OutageBook: Sendable {
    private struct Span: Sendable {
        var start: Int64
        var end: Int64
    }

    private var spans: [Span] = []
    private var blockedFrom: Int64 = .max
    /// What waits for its event.
    private var aimed: [(event: CallEvent, occurrence: Int, offset: Int64, duration: Int64?)] = []
    private var seen = [Int](repeating: 0, count: CallEvent.allCases.count)

    /// Spans that are kept; more at a time are refused.
    static let limit = 1000

    init(outages: [Outage], block: Moment?) {
        for outage in outages { add(outage.start, outage.duration) }
        if let block { add(block, nil) }
    }

    /// `nil`: for ever.
    private mutating func add(_ moment: Moment, _ duration: Duration?) {
        switch moment {
        case .time(let time): begin(time.wholeNanoseconds, duration?.wholeNanoseconds)
        case .event(let event, let occurrence, let offset):
            aimed.append((event, occurrence, offset.wholeNanoseconds, duration?.wholeNanoseconds))
        }
    }

    private mutating func begin(_ start: Int64, _ duration: Int64?) {
        guard let duration else {
            blockedFrom = min(blockedFrom, start)
            return
        }
        guard spans.count < Self.limit else { return }
        let (end, overflow) = start.addingReportingOverflow(duration)
        spans.append(Span(start: start, end: overflow ? .max : end))
    }

    mutating func begin(_ start: Instant, _ duration: Duration) {
        begin(start.nanoseconds, duration.wholeNanoseconds)
    }

    mutating func block(from start: Instant) { begin(start.nanoseconds, nil) }

    mutating func note(_ event: CallEvent, at time: Instant) {
        guard let place = CallEvent.allCases.firstIndex(of: event) else { return }
        seen[place] += 1
        for aim in aimed where aim.event == event && aim.occurrence == seen[place] {
            begin((time + .nanoseconds(aim.offset)).nanoseconds, aim.duration)
        }
    }

    @inline(__always)
    var isIdle: Bool { spans.isEmpty && blockedFrom == .max }

    /// What takes a packet sent at this time, if anything.
    mutating func loss(at nanoseconds: Int64) -> LossReason? {
        if nanoseconds >= blockedFrom { return .blocked }
        var isOut = false
        var isOver = false
        for span in spans {
            if nanoseconds >= span.end { isOver = true } else if nanoseconds >= span.start { isOut = true }
        }
        if isOver { spans.removeAll { nanoseconds >= $0.end } }
        return isOut ? .outage : nil
    }
}
