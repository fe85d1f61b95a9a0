import FaxDSP
import FaxReport
import FaxStation

/// What a run of faxes through a modem tells: a line for people, or JSON lines as those of the other live commands, of which the
/// last one is the result.
public struct SerialFaxTally: Sendable {
    private let writesJSON: Bool
    private var outcomes = RunOutcomes()
    private var told: FaxProgress?
    public private(set) var status = EndpointRun.Status.confirmed

    public init(writesJSON: Bool) { self.writesJSON = writesJSON }

    /// A call is over: what is to be written.
    public mutating func take(_ result: SerialFax.Result) -> String {
        outcomes.add(result)
        if result.status.rawValue > status.rawValue { status = result.status }
        told = nil
        guard writesJSON else { return result.text }
        return Self.line([
            .init("event", .string("fax")), .init("confirmed", .bool(result.isSuccess)),
            .init("reason", .optional(result.reason)), .init("files", .array(result.files.map { .string($0) })),
            .init("fax", result.document),
        ])
    }

    /// The phase or the count of pages is another one: what is to be written of that.
    public mutating func note(_ progress: FaxProgress) -> String {
        guard writesJSON, told?.phase != progress.phase || told?.pagesDone != progress.pagesDone else { return "" }
        told = progress
        return Self.line(
            [.init("event", .string("progress"))]
                + CallProgress(media: nil, fax: progress, carriage: FaxCarriage()).members)
    }

    /// The end of the run.
    /// - Parameter reason: why it could not be done at all; `nil`: it could.
    public mutating func end(_ reason: String? = nil) -> String {
        if reason != nil { status = .couldNotRun }
        return writesJSON ? EventDocument.last(outcomes, reason: reason, verdicts: [], lateness: nil) : ""
    }

    private static func line(_ members: [JSONValue.Member]) -> String {
        JSONWriter.text(.object(members), style: .line) + "\n"
    }
}
