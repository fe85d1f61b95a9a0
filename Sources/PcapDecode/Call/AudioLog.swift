import FaxCore

/// The payloads of one audio stream in order of arrival, for the audio analyser.
public struct AudioLog: Sendable {
    public struct Packet: Sendable, Hashable {
        public var sequence: UInt16
        public var timestamp: UInt32
        public var payloadType: UInt8
        public var marker: Bool
        public var frame: FrameRef
        public var time: Instant
        public var offset: Int
        public var length: Int

        public init(
            sequence: UInt16, timestamp: UInt32, payloadType: UInt8, marker: Bool, frame: FrameRef, time: Instant,
            offset: Int, length: Int
        ) {
            self.sequence = sequence
            self.timestamp = timestamp
            self.payloadType = payloadType
            self.marker = marker
            self.frame = frame
            self.time = time
            self.offset = offset
            self.length = length
        }
    }

    /// A copy of an earlier packet's payload that came with a later one (RFC 2198).
    public struct Redundant: Sendable, Hashable {
        /// The packet it came with, as an index of ``AudioLog/packets``.
        public var carrier: Int
        /// How many packets before that one.
        public var distance: Int
        /// Ticks before that packet's timestamp.
        public var timestampOffset: Int
        public var payloadType: UInt8
        public var offset: Int
        public var length: Int
    }

    public private(set) var packets: [Packet] = []
    /// In order of their carriers.
    public private(set) var redundant: [Redundant] = []
    public private(set) var octets: [UInt8] = []
    /// Payload type → encoding, as far as known.
    public var formats: [UInt8: String] = [:]

    public init() {}

    public mutating func append(_ packet: Packet, payload: RawSpan) {
        var packet = packet
        packet.offset = octets.count
        packet.length = payload.byteCount
        payload.withUnsafeBytes { octets.append(contentsOf: $0) }
        packets.append(packet)
    }

    /// Adds a redundant block of the packet that was appended last.
    public mutating func appendRedundant(
        distance: Int, timestampOffset: Int, payloadType: UInt8, payload: RawSpan
    ) {
        guard !packets.isEmpty else { return }
        redundant.append(
            Redundant(
                carrier: packets.count - 1, distance: distance, timestampOffset: timestampOffset,
                payloadType: payloadType, offset: octets.count, length: payload.byteCount))
        payload.withUnsafeBytes { octets.append(contentsOf: $0) }
    }

    /// Puts other octets in the place of a payload's, as many; `range` is in ``octets``.
    public mutating func replace(_ range: Range<Int>, with new: [UInt8]) {
        guard range.count == new.count, range.clamped(to: 0..<octets.count) == range else { return }
        octets.replaceSubrange(range, with: new)
    }

    /// The blocks that came with a packet, as indices of ``redundant``.
    public func redundant(of carrier: Int) -> Range<Int> {
        let start = firstRedundant { $0 >= carrier }
        return start..<firstRedundant { $0 > carrier }
    }

    private func firstRedundant(_ holds: (Int) -> Bool) -> Int {
        var (low, high) = (0, redundant.count)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(redundant[middle].carrier) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
