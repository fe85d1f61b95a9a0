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
    }

    /// Blocks are joined in pairs when there are this many; their length doubles then.
    private static let blockLimit = 256
    private static let longestBlock: Int64 = 1 << 50
    private static let fewestBlocks = 10
    private static let shortest: Int64 = 10_000_000_000

    private let nanosecondsPerTick: Double
    private var blocks: [Block] = []
    private var blockLength: Int64 = 500_000_000
    private var current: Block?
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
        if elapsed >= blockEnd { closeBlock(elapsed) }
        if let block = current, block.delay <= delay { return }
        current = Block(time: elapsed, delay: delay)
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
        guard blocks.count >= Self.fewestBlocks, let first = blocks.first, let last = blocks.last,
            last.time - first.time >= Self.shortest
        else { return nil }
        let count = Double(blocks.count)
        let times = blocks.map { Double($0.time) }
        let delays = blocks.map(\.delay)
        let meanTime = times.reduce(0, +) / count
        let meanDelay = delays.reduce(0, +) / count
        var spread = 0.0
        var together = 0.0
        for index in blocks.indices {
            let time = times[index] - meanTime
            spread += time * time
            together += time * (delays[index] - meanDelay)
        }
        guard spread > 0 else { return nil }
        let slope = together / spread
        let residuals = blocks.indices.map { delays[$0] - meanDelay - slope * (times[$0] - meanTime) }
        let variance = residuals.reduce(0) { $0 + $1 * $1 } / (count - 2) * Self.correlationFactor(residuals)
        let halfWidth = 2 * (variance / spread).squareRoot()
        return Estimate(partsPerMillion: -slope * 1e6, halfWidth: halfWidth * 1e6)
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
