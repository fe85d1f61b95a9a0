import FaxDSP
import FaxEndpoint
import FaxStation

/// The three views of one fax through a server, and what is known besides.
public struct ServerFacts: Sendable {
    public enum Direction: String, Sendable {
        /// The server calls our endpoint.
        case sends
        /// Our endpoint calls the server.
        case receives
    }

    /// What the server says.
    public struct Told: Sendable {
        /// Of a job; `nil`: it was never handed in, or its state never told.
        public var job: String?
        public var status: ServerJobStatus?
        /// Of a fax that it received, once it says that it is whole.
        public var reception: ServerReception?
        /// What it answered to something is wrong, or it is gone.
        public var failure: ServerFailure?
        /// The job was ended by us.
        public var wasCancelled = false
        /// The server told the end by itself, as by a webhook; `nil`: that was not waited for.
        public var wasNoticed: Bool?

        public init() {}

        /// Nobody was there, or let us in.
        public var isNotBegun: Bool { failure != nil && job == nil }
    }

    /// What our endpoint knows of one call.
    public struct Call: Sendable {
        public var isWhole: Bool
        public var pages: Int
        /// Rows of each page, as far as the page was told.
        public var rows: [Int] = []
        /// The last page's end of procedure was answered with MCF.
        public var isConfirmed: Bool
        public var carriedBy: FaxCall.Media?
        public var reason: String?

        public init(isWhole: Bool, pages: Int, isConfirmed: Bool) {
            self.isWhole = isWhole
            self.pages = pages
            self.isConfirmed = isConfirmed
        }
    }

    /// What the analysis of the record says of one call.
    public struct Recorded: Sendable, Hashable {
        public var callID: String?
        /// As the analysis document has it: `success`, `partial`, `failed`, `not-fax`, `unknown`.
        public var outcome: String
        public var pagesConfirmed: Int?
        public var sentence: String
        /// Id of the root cause; `nil`: nothing failed, or why is not known.
        public var cause: String?

        public init(outcome: String, sentence: String) {
            self.outcome = outcome
            self.sentence = sentence
        }
    }

    /// Pages whose rows are told.
    static let rowLimit = 1_000

    public var direction: Direction
    /// Of the document.
    public var pages: Int
    public var told = Told()
    public var calls: [Call] = []
    /// The document against the pages that arrived; `nil`: none did.
    public var matching: PageMatching.Verdict?
    /// `nil`: there is no record to read.
    public var recorded: [Recorded]?
    /// Why not all of it was waited for; `nil`: it was.
    public var stopped: String?

    public init(_ direction: Direction, pages: Int) {
        self.direction = direction
        self.pages = pages
    }

    /// The call that says most: one that is whole, else the last.
    public var call: Call? { calls.last(where: \.isWhole) ?? calls.last }
}

extension ServerFacts.Call {
    public init(_ result: FaxResult) {
        self.init(isWhole: result.isSuccess, pages: result.pagesConfirmed, isConfirmed: result.isConfirmedByFrames)
        carriedBy = result.carriedBy
        reason = result.reason
    }
}
