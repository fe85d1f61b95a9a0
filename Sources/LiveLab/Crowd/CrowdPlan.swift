import FaxCore
import FaxDSP
import FaxEndpoint
import Simulator

/// Many faxes at one time between two endpoints of ours on the loopback interface, both in this process.
public struct CrowdPlan: Sendable {
    public enum Length: Sendable, Hashable {
        /// So many calls in all.
        case calls(Int)
        /// New calls take the place of those that ended for so long, counted from when the crowd stands.
        case hold(Duration)
    }

    public var transport: FaxTransport
    /// Calls at one time.
    public var atOnce: Int
    public var length: Length
    /// The first calls begin evenly over this time, so that not all of them are in the same phase.
    public var ramp: Duration
    public var document: SimulatedDocument
    /// Of both sides, after ``CrowdPlan`` has set ports and limits.
    public var adjust: @Sendable (inout EndpointSettings) -> Void = { _ in }
    /// Where the sender calls instead of the receiver, given that one's address.
    public var through: @Sendable (Endpoint) throws -> Endpoint = { $0 }
    /// Every other call goes from the receiver to the sender, so that both do as much.
    public var goesBothWays = false
    /// After the last call has begun; what has not ended then is cut, and is a failure.
    public var patience = Duration.seconds(300)
    /// Received files are compared when the crowd is gone, so that comparing takes no time from calls. Otherwise as they
    /// come, and removed.
    public var comparesAtEnd = true
    /// Of calls that were whole and equal only their number is kept: for crowds without an end. Wants pages that are
    /// compared as they come.
    public var countsOnly = false
    /// Asked now and then, about ten times a second; `true`: no further calls are begun.
    public var shouldStop: @Sendable () -> Bool = { false }

    public init(_ transport: FaxTransport, atOnce: Int, length: Length, ramp: Duration, document: SimulatedDocument) {
        self.transport = transport
        self.atOnce = atOnce
        self.length = length
        self.ramp = ramp
        self.document = document
    }
}

/// One call of a crowd.
public struct CrowdCall: Sendable {
    public var callID: String
    /// The sender's number of it: the order in which calls began, from 1.
    public var number: Int?
    public var sent: FaxResult?
    public var received: FaxResult?
    /// Pixel by pixel; `nil`: there is nothing to compare.
    public var areEqual: Bool?

    /// Both sides know of a whole fax, and it is the one that was sent.
    public var isWhole: Bool { sent?.isSuccess == true && received?.isSuccess == true && areEqual == true }

    /// More pages were confirmed to the sender than the receiver has kept.
    public var hasLostPages: Bool { (sent?.pagesConfirmed ?? 0) > pagesKept }

    private var pagesKept: Int {
        guard let received, !received.files.isEmpty else { return 0 }
        return received.pagesConfirmed
    }
}

/// What came of a ``CrowdPlan``.
public struct CrowdOutcome: Sendable {
    /// In the order in which they were first told of.
    public var calls: [CrowdCall] = []
    /// Calls that were whole and equal and are not among ``calls``.
    public var counted = 0
    /// While the crowd stood: how late packets left on both sides, and how long calls held the loops.
    public var times = LoopTimes()
    /// While the crowd stood, from its first to its last moment: wall time and both ends' processor time.
    public var standing = Duration.zero
    public var cpu = Duration.zero
    /// The most calls that were seen at one time.
    public var mostAtOnce = 0
    /// The most memory seen while the crowd stood.
    public var residentKiB = 0
    public var descriptors = 0
    /// At the end, when everything was closed: what is still open that was not at the start.
    public var filesLeft: [String] = []
    /// Troubles that were told, of no call.
    public var troubles: [String] = []

    public var whole: Int { counted + calls.count(where: \.isWhole) }
    public var total: Int { counted + calls.count }
    /// Share of one core.
    public var cores: Double { standing > .zero ? cpu / standing : 0 }
}
