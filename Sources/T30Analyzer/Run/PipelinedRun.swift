import Dispatch
import PcapDecode

/// A run on several threads: this one reads and decodes the network layer, a second one follows calls and hands results
/// out, and whoever has nothing to do, with any further ones, analyses calls that have ended.
///
/// Reading stays on the calling thread: that is where a signal interrupts a read that waits for a live feed.
struct PipelinedRun {
    typealias Shared = SharedWork<PacketBatch, [Call], [AnalyzedCall]>

    enum Limit {
        /// Groups of calls on their way through the analysis, for each thread: memory does not grow when analysing is slower.
        static let groupsInFlight = 8
        static let threads = 64
    }

    private let jobs: Int
    private let options: AnalysisRunner.Options
    private let shared: Shared

    init(_ options: AnalysisRunner.Options, analyze: @escaping @Sendable (Call) -> AnalyzedCall) {
        jobs = min(options.jobs, Limit.threads)
        self.options = options
        shared = Shared { $0.map(analyze) }
    }

    /// `read` puts batches into what it is given. `onCall` is called on another thread, one call after the other, and no
    /// more when this returns.
    func run(read: (Shared) -> Void, onCall: @escaping (AnalyzedCall) -> Void) -> FollowedCalls {
        let team = DispatchGroup()
        let queue = DispatchQueue(label: "analysis", attributes: .concurrent)
        let follower = Follower(shared: shared, options: options, limit: jobs * Limit.groupsInFlight, onCall: onCall)
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

/// What one thread makes and another one uses, and the first again when the second has ended: never two at a time.
private struct Handed<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}

/// Follows calls through the batches and hands their analyses out in the order in which they ended.
private final class Follower {
    private let shared: PipelinedRun.Shared
    private let options: CaptureDecoder.Options
    private let limit: Int
    private let onCall: (AnalyzedCall) -> Void
    private var group: CallGroup
    private var submitted = 0
    private var delivered = 0
    private(set) var followed = FollowedCalls()

    init(
        shared: PipelinedRun.Shared, options: AnalysisRunner.Options, limit: Int,
        onCall: @escaping (AnalyzedCall) -> Void
    ) {
        self.shared = shared
        self.options = options.decoder
        group = CallGroup(options)
        self.limit = limit
        self.onCall = onCall
    }

    func follow() {
        let decoder = CaptureDecoder(options) { call in
            if let calls = self.group.add(call) { self.submit(calls) }
        }
        follow(decoder)
        decoder.finish()
        submitRest()
        while delivered < submitted { waitForOne() }
        followed = FollowedCalls(decoder)
        shared.end()
    }

    private func follow(_ decoder: CaptureDecoder) {
        var used: PacketBatch?
        while true {
            let step = shared.next(after: used, mayWait: group.isEmpty)
            used = nil
            switch step {
            case .batch(var batch):
                decoder.feed(batch)
                batch.release()
                used = batch
            case .look:
                submitRest()
                deliver()
            case .end: return
            }
        }
    }

    private func submit(_ calls: [Call]) {
        deliver()
        while submitted - delivered >= limit { waitForOne() }
        shared.submit(calls, number: submitted)
        submitted += 1
    }

    /// Nothing comes for now, or any more.
    private func submitRest() {
        if !group.isEmpty { submit(group.take()) }
    }

    private func waitForOne() {
        shared.helpOrWait(for: delivered)
        deliver()
    }

    private func deliver() {
        while delivered < submitted, let results = shared.result(delivered) {
            delivered += 1
            for result in results { onCall(result) }
        }
    }
}
