import FaxCore
import FaxReport

/// Says what becomes of jobs: lines for people, or events as JSON.
struct JobTeller {
    enum State: String {
        case calling
        /// Called for again later.
        case waiting
        case confirmed, failed
        /// The end of a call is not known.
        case unknown
        /// Ended by this side; another run goes on.
        case open
    }

    /// A job at one moment.
    struct Story {
        var time: Instant
        var job: FaxJob
        var state: State
        /// Of the call.
        var number = 0
        var confirmed = 0
        var pages: Int?
        var kind: FailureKind?
        var reason: String?
        var retryAt: Instant?
        var decision: PolicyDecision?
        var transport: FaxTransport?
        var result: FaxResult?

        init(time: Instant, job: FaxJob, state: State) {
            self.time = time
            self.job = job
            self.state = state
        }
    }

    var writesJSON: Bool
    var write: (String) -> Void
    /// Told of everything that happens in calls.
    var watch: (EndpointEvent) -> Void
    var complain: (String) -> Void

    func began(_ tally: JobTally, at time: Instant) {
        guard writesJSON else { return }
        let document = JSONValue.object([
            .init("event", .string("jobs")), .init("time", .time(time)), .init("jobs", tally.document),
        ])
        write(JSONWriter.text(document, style: .line) + "\n")
    }

    /// What happens in calls is for those who read JSON.
    func tell(_ event: EndpointEvent, of job: FaxJob?) {
        watch(event)
        if writesJSON { return write(EventDocument.line(event, job: job?.label)) }
        if job == nil, let line = EventText.line(event) { write(line) }
    }

    func tell(_ story: Story) {
        if writesJSON {
            write(JSONWriter.text(document(story), style: .line) + "\n")
        } else {
            let place = story.job.line > 0 ? " (line \(story.job.line))" : ""
            let text = "\(story.job.label)\(place), \(story.job.destination): \(text(story))"
            write(TerminalText.harmless(text, limit: 600) + "\n")
        }
    }

    private func text(_ story: Story) -> String {
        let pages = "\(story.confirmed) of \(story.pages ?? 0) pages confirmed"
        let reason = story.reason ?? "failed"
        switch story.state {
        case .calling:
            let why = story.decision.map { " (\($0.text))" } ?? ""
            return "call \(story.number), transport \(story.transport?.rawValue ?? "auto")\(why)"
        case .waiting:
            let time = story.retryAt.map { UTCDate.text($0) } ?? "at once"
            return "call \(story.number) failed: \(reason); \(pages); again \(time)"
        case .confirmed:
            let carrier = story.result?.carriedBy.map { ", \($0.documentName)" } ?? ""
            let noun = story.pages == 1 ? "page" : "pages"
            return "confirmed, \(story.pages ?? 0) \(noun)\(carrier), \(Self.calls(story.number))"
        case .failed: return "failed: \(reason); \(pages), \(Self.calls(story.number))"
        case .unknown:
            return "unknown: \(reason). It is not sent again; --retry-unknown sends what was not confirmed"
        case .open: return "ended by this side: \(reason); \(pages); the next run goes on"
        }
    }

    private static func calls(_ number: Int) -> String { number == 1 ? "1 call" : "\(number) calls" }

    private func document(_ story: Story) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("event", .string("job")), .init("time", .time(story.time)), .init("job", .string(story.job.label)),
            .init("line", .optional(story.job.line > 0 ? story.job.line : nil)),
            .init("destination", .string(story.job.destination)), .init("state", .string(story.state.rawValue)),
            .init("try", .integer(story.number)), .init("pages", .optional(story.pages)),
            .init("pages_confirmed", .integer(story.confirmed)), .init("kind", .optional(story.kind?.rawValue)),
            .init("reason", .optional(story.reason)), .init("retry_at", .time(story.retryAt)),
            .init("transport", .optional(story.transport?.rawValue)),
        ]
        if let decision = story.decision { members.append(.init("policy", decision.document)) }
        if let result = story.result { members.append(.init("fax", result.document)) }
        return .object(members)
    }
}

extension PolicyDecision {
    /// In words, with what it rests on.
    public var text: String {
        var parts = [sentence]
        if let remembered {
            parts.append(remembered + (expiresAt.map { ", gone by until \(UTCDate.text($0))" } ?? ""))
        }
        return parts.joined(separator: "; ")
    }

    public var document: JSONValue {
        .object([
            .init("transport", .string(transport.rawValue)), .init("sentence", .string(sentence)),
            .init("remembered", .optional(remembered)), .init("expires_at", .time(expiresAt)),
        ])
    }
}
