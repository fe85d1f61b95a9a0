import FaxCore
import FaxWire

/// One signal as the IFP packets of a stream tell it (T.38 7.3): announced by an indicator, filled with data, ended.
public struct IFPSignal: Sendable {
    /// A packet that the times of the signal rest on.
    public struct Mark: Sendable, Hashable {
        public var time: Instant
        public var frame: FrameRef
        /// It came by itself and the one before it did too: `false` where the time is that of a later copy, or where the
        /// first of several may be missing.
        public var isExact: Bool
    }

    /// The longest time without a packet inside the data.
    public struct Pause: Sendable, Hashable {
        public var start: Instant
        public var end: Instant
        public var before: FrameRef
        public var after: FrameRef
        /// Packets that the numbering counts did not come.
        public var hasLoss: Bool

        public var length: Duration { end - start }
    }

    public enum Ending: String, Sendable {
        /// A field that ends the signal.
        case field = "sig-end"
        case noSignal = "no-signal"
        /// Another signal, which was announced or not.
        case otherSignal = "another signal"
        case streamEnd = "the end of the stream"
    }

    public var party: Party?
    /// Index in `Call.streams`.
    public var stream: Int
    /// `nil`: none came before the data.
    public var indicator: T38Indicator?
    public var announced: Mark?
    /// `nil`: no data came.
    public var type: T38DataType?
    public var firstData: Mark?
    public var lastData: Mark?
    public var longestPause: Pause?
    public var ending: Ending = .streamEnd
    public var end: Instant
    public var endFrame: FrameRef

    /// From the indicator to the first data; `nil` where either is missing, or its time is not exact.
    public var leadIn: Duration? {
        guard let announced, let firstData, announced.isExact, firstData.isExact else { return nil }
        return firstData.time - announced.time
    }

    public var start: Instant { announced?.time ?? firstData?.time ?? end }
    public var firstFrame: FrameRef { announced?.frame ?? firstData?.frame ?? endFrame }
    public var hasData: Bool { firstData != nil }
}
