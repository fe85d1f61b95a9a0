import FaxCore
import FaxReport

/// One line of a journal: a change of state of one job.
struct JobLine: Decodable, Hashable {
    enum State: String, Decodable {
        /// Written before the INVITE goes out.
        case calling
        case answered
        /// A page was confirmed.
        case page
        /// The call is over, and its end is known.
        case ended
    }

    enum Outcome: String, Decodable {
        case confirmed
        /// Another call follows.
        case again
        case failed
        /// Ended by this side on purpose: another run goes on.
        case cut
    }

    var job: String
    var state: State
    var `try`: Int
    /// Seconds since the Unix epoch.
    var time: Double
    var destination: String?
    /// SHA-256 of the files, and pages in all.
    var document: String?
    var pages: Int?
    var transport: String?
    /// Pages confirmed in all calls so far.
    var confirmed: Int?
    var outcome: Outcome?
    var kind: String?
    var reason: String?
    var carriedBy: String?
    var meaning: String?
    var retryAt: Double?

    init(_ job: String, _ state: State, try number: Int, time: Instant) {
        self.job = job
        self.state = state
        self.try = number
        self.time = time.seconds
    }

    var text: String {
        var members: [JSONValue.Member] = [
            .init("job", .string(job)), .init("state", .string(state.rawValue)), .init("try", .integer(self.try)),
            .init("time", .time(Instant(seconds: time))),
        ]
        func add(_ name: String, _ value: String?) { if let value { members.append(.init(name, .string(value))) } }
        func add(_ name: String, _ value: Int?) { if let value { members.append(.init(name, .integer(value))) } }
        add("destination", destination)
        add("document", document)
        add("pages", pages)
        add("transport", transport)
        add("confirmed", confirmed)
        add("outcome", outcome?.rawValue)
        add("kind", kind)
        add("reason", reason)
        add("carried_by", carriedBy)
        add("meaning", meaning)
        if let retryAt { members.append(.init("retry_at", .time(Instant(seconds: retryAt)))) }
        return JSONWriter.text(.object(members), style: .line) + "\n"
    }
}
