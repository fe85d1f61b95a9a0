import Dispatch
import PcapDecode

/// A run on several threads: this one reads and decodes the network layer, a second one follows calls, and whoever has
/// nothing to do, with any further ones, analyses calls that have ended and tells of them.
///
/// Reading stays on the calling thread: that is where a signal interrupts a read that waits for a live feed.
struct PipelinedRun {
    typealias Shared = SharedWork<BatchCarrier, [Call], [AnalyzedCall]>

    enum Limit {
        /// Groups of calls on their way through the analysis, for each thread: memory does not grow when analysing is slower.
        static let groupsInFlight = 8
        static let threads = 64
    }

    private let jobs: Int
    private let options: AnalysisRunner.Options
    private let shared: Shared

    /// `onCall` is called on any of the threads, one call after the other, and no more when the run is over.
    init(
        _ options: AnalysisRunner.Options, analyze: @escaping @Sendable (Call) -> AnalyzedCall,
        onCall: @escaping (AnalyzedCall) -> Void
    ) {
        jobs = min(options.jobs, Limit.threads)
        self.options = options
        let onCall = Handed(onCall)
        shared = Shared(perform: { $0.map(analyze) }, deliver: { $0.forEach(onCall.value) })
    }

    /// `read` puts batches into what it is given.
    func run(read: (Shared) -> Void) -> FollowedCalls {
        let team = DispatchGroup()
        let queue = DispatchQueue(label: "analysis", attributes: .concurrent)
        let follower = Follower(shared: shared, options: options, limit: jobs * Limit.groupsInFlight)
        let handed = Handed(follower)
        queue.async(group: team) { handed.value.follow() }
        for _ in 2..<max(2, jobs) { queue.async(group: team) { [shared] in shared.help() } }
        read(shared)
        shared.endReading()
        shared.help()
        team.wait()
        return follower.followed
    }
}

/// What came of a run beside the calls handed out.
struct FollowedCalls {
    var warnings = WarningList()
    var calls = 0

    init() {}

    init(_ decoder: CaptureDecoder) {
        warnings = decoder.warnings
        calls = decoder.closedCalls
    }
}

/// What several threads use, never two of them at one time.
private struct Handed<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}

/// Follows calls through the batches and hands them on in the order in which they ended.
private final class Follower {
    private let shared: PipelinedRun.Shared
    private let options: CaptureDecoder.Options
    private let limit: Int
    private var group: CallGroup
    private(set) var followed = FollowedCalls()

    init(shared: PipelinedRun.Shared, options: AnalysisRunner.Options, limit: Int) {
        self.shared = shared
        self.options = options.decoder
        group = CallGroup(options)
        self.limit = limit
    }

    func follow() {
        let decoder = CaptureDecoder(options) { call in
            if let calls = self.group.add(call) { self.shared.submit(calls, limit: self.limit) }
        }
        follow(decoder)
        decoder.finish()
        submitRest()
        followed = FollowedCalls(decoder)
        shared.finish()
    }

    private func follow(_ decoder: CaptureDecoder) {
        var used: BatchCarrier?
        while true {
            let step = shared.next(after: used, mayWait: group.isEmpty)
            used = nil
            switch step {
            case .batch(let batch):
                decoder.feed(batch)
                used = batch
            case .none: submitRest()
            case .end: return
            }
        }
    }

    /// Nothing comes for now, or any more.
    private func submitRest() {
        if !group.isEmpty { shared.submit(group.take(), limit: limit) }
    }
}
