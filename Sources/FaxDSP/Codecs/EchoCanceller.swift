import CSpanDSP

/// libspandsp's echo canceller for voice (G.168), as a fault: with its non-linear processor it cuts what it takes for the
/// rest of an echo, which hurts when both sides of a fax are heard at once. One owner of one state.
public struct EchoCanceller: ~Copyable {
    public struct Options: Sendable, Hashable {
        /// Learns the echo path.
        public var adapts = true
        /// Cuts what is left after subtraction (NLP).
        public var hasNonlinearProcessor = true
        /// Puts comfort noise where it cuts.
        public var hasComfortNoise = false

        public init() {}

        var mode: Int32 {
            var mode = 0
            if adapts { mode |= ECHO_CAN_USE_ADAPTION }
            if hasNonlinearProcessor { mode |= ECHO_CAN_USE_NLP }
            if hasComfortNoise { mode |= ECHO_CAN_USE_CNG }
            return Int32(mode)
        }
    }

    /// 16 ms to 128 ms.
    public static let tailSampleRange = 128...1_024

    private let state: OpaquePointer

    /// - Parameter tailSamples: the longest echo that it knows; brought into ``tailSampleRange``.
    /// - Returns: `nil` when libspandsp gives no state.
    public init?(tailSamples: Int = 256, _ options: Options = Options()) {
        let tail = min(max(tailSamples, Self.tailSampleRange.lowerBound), Self.tailSampleRange.upperBound)
        guard let created = echo_can_init(Int32(tail), options.mode) else { return nil }
        state = created
    }

    deinit { echo_can_free(state) }

    /// Takes the echo of `sent` out of `received`: what went to the line and what came from it in the same step.
    public mutating func apply(_ received: inout [Int16], sent: [Int16]) {
        for index in 0..<min(received.count, sent.count) {
            received[index] = echo_can_update(state, sent[index], received[index])
        }
    }
}
