import FaxCore

/// What the network layer found in a stretch of frames, with its octets, so that one thread can read while another
/// follows calls. Filled by ``BatchFiller``, taken by ``CaptureDecoder/feed(_:)-(PacketBatch)``: the same calls come out
/// as from frames fed one by one.
public struct PacketBatch: Sendable {
    /// Octets and frames after which a batch is full.
    public enum Limit {
        public static let octets = 1 << 18
        public static let frames = 4_096
    }

    /// One call of a ``PacketSink``.
    struct Item: Sendable {
        enum Kind: UInt8, Sendable { case udp, tcp, icmp, warning }

        var kind: Kind
        /// Frames of the batch up to the one that this came from, itself included.
        var frames: UInt32
        /// Of `udp`, `tcp` and `icmp`.
        var info: PacketInfo
        /// Place of the payload in `octets`; of `icmp` and `warning` the place in their lists.
        var place: Int
        var length: Int
    }

    /// Times of all frames, in order.
    private(set) var times: [Instant] = []
    private(set) var items: [Item] = []
    private(set) var octets: [UInt8] = []
    /// One for each `tcp`, `icmp`, `warning` among `items`, in order.
    private(set) var segments: [TCPSegmentInfo] = []
    private(set) var notices: [ICMPNotice] = []
    private(set) var failures: [(failure: DecodeFailure, frame: FrameRef)] = []

    public init() {}

    public var isEmpty: Bool { times.isEmpty && items.isEmpty }
    public var isFull: Bool { octets.count >= Limit.octets || times.count >= Limit.frames }

    /// Empties the batch and keeps its memory for the next stretch.
    public mutating func clear() {
        times.removeAll(keepingCapacity: true)
        items.removeAll(keepingCapacity: true)
        octets.removeAll(keepingCapacity: true)
        segments.removeAll(keepingCapacity: true)
        notices.removeAll(keepingCapacity: true)
        failures.removeAll(keepingCapacity: true)
    }

    mutating func begin(_ time: Instant) { times.append(time) }

    private mutating func add(_ kind: Item.Kind, _ info: PacketInfo, place: Int, length: Int) {
        items.append(
            Item(kind: kind, frames: UInt32(truncatingIfNeeded: times.count), info: info, place: place, length: length))
    }
}

extension PacketBatch: PacketSink {
    @inline(__always)
    public mutating func udp(_ info: PacketInfo, payload: RawSpan) {
        add(.udp, info, place: octets.count, length: payload.byteCount)
        payload.withUnsafeBytes { octets.append(contentsOf: $0) }
    }

    public mutating func tcp(_ info: PacketInfo, segment: TCPSegmentInfo, payload: RawSpan) {
        add(.tcp, info, place: octets.count, length: payload.byteCount)
        payload.withUnsafeBytes { octets.append(contentsOf: $0) }
        segments.append(segment)
    }

    public mutating func icmp(_ info: PacketInfo, notice: ICMPNotice) {
        add(.icmp, info, place: 0, length: 0)
        notices.append(notice)
    }

    public mutating func warning(_ failure: DecodeFailure, frame: FrameRef) {
        add(.warning, PacketInfo(), place: 0, length: 0)
        failures.append((failure, frame))
    }
}

/// Decodes the network layer of frames into batches.
public struct BatchFiller {
    private var network = NetworkDecoder()
    public private(set) var batch = PacketBatch()

    public init() {}

    /// One frame, in order of the capture.
    public mutating func add(_ frame: FrameHeader, _ bytes: RawSpan) {
        batch.begin(frame.time)
        network.decode(frame, bytes, to: &batch)
    }

    /// The capture is over: fragments that still wait come out.
    public mutating func finish() { network.finish(to: &batch) }

    /// Takes the batch away and goes on with an empty one.
    public mutating func exchange(for empty: consuming PacketBatch) -> PacketBatch {
        let full = batch
        batch = empty
        batch.clear()
        return full
    }
}
