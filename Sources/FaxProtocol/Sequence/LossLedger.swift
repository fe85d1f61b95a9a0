import FaxCore

/// A run of consecutive numbers that were not seen, with the packets around it.
public struct LossRun: Sendable, Hashable {
    /// Extended number of the first one missing.
    public var firstMissing: Int
    public var count: Int
    /// How many of them were repaired.
    public var recovered = 0
    public var before: FrameRef
    public var after: FrameRef
    public var beforeTime: Instant
    public var afterTime: Instant
    /// ``firstMissing`` as it stands on the wire.
    public fileprivate(set) var wireFirstMissing: UInt16 = 0

    public init(
        firstMissing: Int, count: Int, before: FrameRef, after: FrameRef, beforeTime: Instant, afterTime: Instant
    ) {
        self.firstMissing = firstMissing
        self.count = count
        self.before = before
        self.after = after
        self.beforeTime = beforeTime
        self.afterTime = afterTime
    }

    func contains(_ sequence: Int) -> Bool { sequence >= firstMissing && sequence < firstMissing + count }
}

/// The runs of losses of a stream. A run stays open while a late packet can still fill it.
public struct LossLedger: Sendable {
    /// Runs kept as evidence; those beyond are only counted.
    public static let evidenceLimit = 10_000
    private static let openLimit = 256

    private var open: [LossRun] = []
    private var closed: [LossRun] = []
    private var closedBursts: [Int: Int] = [:]

    var hasOpen: Bool { !open.isEmpty }

    /// Run length → how many.
    public var bursts: [Int: Int] {
        var bursts = closedBursts
        for run in open { bursts[run.count, default: 0] += 1 }
        return bursts
    }

    public var longest: Int { max(closedBursts.keys.max() ?? 0, open.map(\.count).max() ?? 0) }

    /// In order of number.
    public var runs: [LossRun] {
        (closed + open.prefix(max(0, Self.evidenceLimit - closed.count))).sorted { $0.firstMissing < $1.firstMissing }
    }

    /// Whether a number is among the losses that a late packet can still fill.
    public func isOpen(_ sequence: Int) -> Bool { open.contains { $0.contains(sequence) } }

    mutating func open(_ run: LossRun, wireOffset: Int) {
        var run = run
        run.wireFirstMissing = UInt16(truncatingIfNeeded: run.firstMissing - wireOffset)
        if open.count >= Self.openLimit { close(open.removeFirst()) }
        open.append(run)
    }

    /// A late packet came after all: its run shrinks, splits or goes.
    mutating func fill(_ sequence: Int) {
        guard let index = open.lastIndex(where: { $0.contains(sequence) }) else { return }
        let run = open[index]
        var head = run
        head.count = sequence - run.firstMissing
        head.recovered = min(head.recovered, head.count)
        var tail = run
        tail.firstMissing = sequence + 1
        tail.wireFirstMissing = run.wireFirstMissing &+ UInt16(truncatingIfNeeded: head.count + 1)
        tail.count = run.count - head.count - 1
        tail.recovered = min(run.recovered - head.recovered, tail.count)
        open.replaceSubrange(index...index, with: [head, tail].filter { $0.count > 0 })
    }

    mutating func recovered(_ sequence: Int, by change: Int = 1) {
        if let index = open.lastIndex(where: { $0.contains(sequence) }) { open[index].recovered += change }
    }

    mutating func close(before sequence: Int) {
        while let run = open.first, run.firstMissing + run.count <= sequence { close(open.removeFirst()) }
    }

    mutating func closeAll() {
        for run in open { close(run) }
        open = []
    }

    private mutating func close(_ run: LossRun) {
        closedBursts[run.count, default: 0] += 1
        if closed.count < Self.evidenceLimit { closed.append(run) }
    }
}
