import Dispatch
import PcapDecode

/// A run on several threads: this one reads and decodes the network layer, a second one follows calls and hands results
/// out, and whoever has nothing to do, with any further ones, analyses calls that have ended.
///
/// Reading stays on the calling thread: that is where a signal interrupts a read that waits for a live feed.
struct PipelinedRun {
    typealias Shared = SharedWork<PacketBatch, Call, AnalyzedCall>

    enum Limit {
        /// Calls on their way through the analysis, for each thread: memory does not grow when analysing is slower.
        static let callsInFlight = 8
        static let threads = 64
    }

    let jobs: Int
    let options: CaptureDecoder.Options
    private let shared: Shared

    init(jobs: Int, options: CaptureDecoder.Options, analyze: @escaping @Sendable (Call) -> AnalyzedCall) {
        self.jobs = min(jobs, Limit.threads)
        self.options = options
        shared = Shared(perform: analyze)
    }

    /// `read` hands frames to the sender that it is given. `onCall` is called on another thread, one call after the
    /// other, and no more when this returns.
    func run(read: (BatchSender) -> Void, onCall: @escaping (AnalyzedCall) -> Void) -> FollowedCalls {
        let team = DispatchGroup()
        let queue = DispatchQueue(label: "analysis", attributes: .concurrent)
        let follower = Follower(shared: shared, options: options, limit: jobs * Limit.callsInFlight, onCall: onCall)
        let handed = Handed(follower)
        queue.async(group: team) { handed.value.follow() }
        for _ in 2..<max(2, jobs) { queue.async(group: team) { [shared] in shared.help() } }
        let sender = BatchSender(shared, options)
        read(sender)
        sender.finish()
        shared.endReading()
        shared.help()
        team.wait()
        return follower.followed
    }
}

/// The reader's end: gathers what frames carry and sends it on in batches.
final class BatchSender {
    private let shared: PipelinedRun.Shared
    private var filler: BatchFiller

    init(_ shared: PipelinedRun.Shared, _ options: CaptureDecoder.Options) {
        self.shared = shared
        filler = BatchFiller(options)
    }

    @inline(__always)
    func add(_ frame: FrameHeader, _ bytes: RawSpan) {
        filler.add(frame, bytes)
        if filler.batch.isFull { send() }
    }

    /// Frames stand in this block from now on.
    func goOn(in block: OctetBlock) {
        send()
        filler.goOn(in: block)
    }

    /// Sends what is there before a read that may take long.
    func pause() {
        send()
        shared.pauseReading()
    }

    private func send() {
        if filler.batch.isEmpty { return }
        let full = filler.exchange(for: filler.empty)
        if let used = shared.put(full) { _ = filler.exchange(for: used) }
    }

    func finish() {
        filler.finish()
        send()
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
    private var submitted = 0
    private var delivered = 0
    private(set) var followed = FollowedCalls()

    init(
        shared: PipelinedRun.Shared, options: CaptureDecoder.Options, limit: Int,
        onCall: @escaping (AnalyzedCall) -> Void
    ) {
        self.shared = shared
        self.options = options
        self.limit = limit
        self.onCall = onCall
    }

    func follow() {
        let decoder = CaptureDecoder(options) { self.submit($0) }
        follow(decoder)
        decoder.finish()
        while delivered < submitted { waitForOne() }
        followed = FollowedCalls(decoder)
        shared.end()
    }

    private func follow(_ decoder: CaptureDecoder) {
        var used: PacketBatch?
        while true {
            let step = shared.next(after: used)
            used = nil
            switch step {
            case .batch(var batch):
                decoder.feed(batch)
                batch.release()
                used = batch
            case .look: deliver()
            case .end: return
            }
        }
    }

    private func submit(_ call: Call) {
        deliver()
        while submitted - delivered >= limit { waitForOne() }
        shared.submit(call, number: submitted)
        submitted += 1
    }

    private func waitForOne() {
        shared.helpOrWait(for: delivered)
        deliver()
    }

    private func deliver() {
        while delivered < submitted, let result = shared.result(delivered) {
            delivered += 1
            onCall(result)
        }
    }
}
