import FaxCore

/// The sender's clock against the capture's, from arrival times and timestamps. Jitter only ever delays, so of each
/// stretch of time the least delayed packet is kept, and a line is laid through those.
struct ClockSkew: Sendable {
    struct Estimate: Sendable, Hashable {
        /// Positive: the sender's clock runs fast.
        var partsPerMillion: Double
        /// Of the 95 % interval.
        var halfWidth: Double
    }

    private struct Block: Sendable {
        /// Nanoseconds from the first packet to the arrival of the least delayed one, and its delay.
        var time: Int64
        var delay: Double
        /// Counted from 0.
        var stretch: Int
    }

    /// Blocks are joined in pairs when there are this many; their length doubles then.
    private static let blockLimit = 256
    private static let longestBlock: Int64 = 1 << 50
    private static let fewestBlocks = 10
    private static let shortest = 10e9
    /// A sender that was silent longer than this may go on by another reckoning: lines on both sides have one slope, and
    /// each its own height.
    private static let longestPause: Int64 = 5_000_000_000

    private let nanosecondsPerTick: Double
    private var blocks: [Block] = []
    private var blockLength: Int64 = 500_000_000
    private var current: Block?
    private var stretch = 0
    private var last: Int64 = 0
    private var blockEnd: Int64 = 0
    private var firstTime = Instant.zero
    private var firstTimestamp = 0
    private var isStarted = false

    init(clockRate: Int) {
        nanosecondsPerTick = 1e9 / Double(clockRate)
    }

    @inline(__always)
    mutating func add(time: Instant, timestamp: Int) {
        if !isStarted {
            isStarted = true
            firstTime = time
            firstTimestamp = timestamp
            blockEnd = blockLength
        }
        let elapsed = time.nanoseconds &- firstTime.nanoseconds
        // Below 2^53 ns, a hundred days, a Double is exact.
        let delay = Double(elapsed) - Double(timestamp &- firstTimestamp) * nanosecondsPerTick
        if elapsed >= blockEnd {
            closeBlock(elapsed)
            if elapsed &- last > Self.longestPause { stretch += 1 }
        }
        last = elapsed
        if let block = current, block.delay <= delay { return }
        current = Block(time: elapsed, delay: delay, stretch: stretch)
    }

    private mutating func closeBlock(_ elapsed: Int64) {
        if let current { blocks.append(current) }
        current = nil
        if blocks.count >= Self.blockLimit { joinPairs() }
        blockEnd = elapsed &- elapsed % blockLength &+ blockLength
    }

    private mutating func joinPairs() {
        blocks = stride(from: 0, to: blocks.count - 1, by: 2).map { index in
            blocks[index].delay <= blocks[index + 1].delay ? blocks[index] : blocks[index + 1]
        }
        if blockLength < Self.longestBlock { blockLength *= 2 }
    }

    /// Least squares through the blocks; `nil` when the stream is too short to tell.
    var estimate: Estimate? {
        let stretches = stretches
        let count = stretches.reduce(0) { $0 + $1.count }
        let length = stretches.reduce(0) { $0 + $1.length }
        guard count >= Self.fewestBlocks, length >= Self.shortest else { return nil }
        let spread = stretches.reduce(0) { $0 + $1.spread }
        guard spread > 0 else { return nil }
        let slope = stretches.reduce(0) { $0 + $1.together } / spread
        let residuals = stretches.flatMap { $0.residuals(slope) }
        let freedom = Double(count - 1 - stretches.count)
        let variance = residuals.reduce(0) { $0 + $1 * $1 } / freedom * Self.correlationFactor(residuals)
        let halfWidth = 2 * (variance / spread).squareRoot()
        return Estimate(partsPerMillion: -slope * 1e6, halfWidth: halfWidth * 1e6)
    }

    /// Blocks without a long pause between them, about their means; a single one tells nothing.
    private var stretches: [Stretch] {
        var found: [Stretch] = []
        var start = 0
        for end in 1..<max(1, blocks.count + 1)
        where end == blocks.count || (end < blocks.count && blocks[end].stretch != blocks[start].stretch) {
            if end - start > 1 { found.append(Stretch(blocks[start..<end])) }
            start = end
        }
        return found
    }

    private struct Stretch {
        private let points: [(time: Double, delay: Double)]
        let length: Double
        let spread: Double
        let together: Double
        var count: Int { points.count }

        init(_ blocks: ArraySlice<Block>) {
            let count = Double(blocks.count)
            let time = blocks.reduce(0) { $0 + Double($1.time) } / count
            let delay = blocks.reduce(0) { $0 + $1.delay } / count
            points = blocks.map { (Double($0.time) - time, $0.delay - delay) }
            length = (points.last?.time ?? 0) - (points.first?.time ?? 0)
            spread = points.reduce(0) { $0 + $1.time * $1.time }
            together = points.reduce(0) { $0 + $1.time * $1.delay }
        }

        func residuals(_ slope: Double) -> [Double] { points.map { $0.delay - slope * $0.time } }
    }

    /// Neighbouring residuals that hang together (a route that changed) make the line less sure than their size tells.
    private static func correlationFactor(_ residuals: [Double]) -> Double {
        let power = residuals.reduce(0) { $0 + $1 * $1 }
        guard power > 0 else { return 1 }
        let neighbours = zip(residuals, residuals.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
        let correlation = min(max(neighbours / power, 0), 0.95)
        return (1 + correlation) / (1 - correlation)
    }
}
