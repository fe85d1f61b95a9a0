import FaxCore
import FaxWire

/// Puts the packets of RFC 4733 events together: updates, repeated end packets and segments of long events are one.
public struct TelephoneEventCollector: Sendable {
    /// Events kept of one stream.
    public static let eventLimit = 10_000

    public private(set) var events: [TelephoneEventRecord] = []
    private let clockRate: Int
    private var current: Current?

    private struct Current: Sendable {
        var code: UInt8
        /// Of the segment, and ticks of the segments before it.
        var timestamp: UInt32
        var before: Int
        var duration: Int
        var hasEnded: Bool
    }

    public init(clockRate: Int = 8000) {
        self.clockRate = max(1, clockRate)
    }

    /// Takes an event packet.
    public mutating func add(_ event: TelephoneEvent, timestamp: UInt32, time: Instant, frame: FrameRef) {
        if var known = current, known.code == event.code {
            if known.timestamp == timestamp {
                known.duration = max(known.duration, Int(event.durationTicks))
                known.hasEnded = known.hasEnded || event.isEnd
                return update(known)
            }
            // RFC 4733 §2.5.1.3: a long event goes on in a segment that begins where the one before ended.
            if !known.hasEnded, timestamp == known.timestamp &+ UInt32(known.duration) {
                known.before += known.duration
                known.timestamp = timestamp
                known.duration = Int(event.durationTicks)
                known.hasEnded = event.isEnd
                return update(known)
            }
            // An old packet that comes late.
            if Int32(bitPattern: timestamp &- known.timestamp) < 0 { return }
        }
        guard events.count < Self.eventLimit else { return }
        current = Current(
            code: event.code, timestamp: timestamp, before: 0, duration: Int(event.durationTicks), hasEnded: event.isEnd
        )
        events.append(
            TelephoneEventRecord(
                time: time, frame: frame, code: event.code, name: event.name,
                duration: .seconds(Double(event.durationTicks) / Double(clockRate)), volumeDBm0: -Int(event.volume)))
    }

    /// Takes an event that came again as redundancy of a later packet (RFC 2198): new only when its own was lost.
    public mutating func addAgain(_ event: TelephoneEvent, timestamp: UInt32, time: Instant, frame: FrameRef) {
        if let known = current {
            let distance = Int32(bitPattern: timestamp &- known.timestamp)
            if distance < 0 || (distance == 0 && event.code != known.code) { return }
        }
        add(event, timestamp: timestamp, time: time, frame: frame)
    }

    private mutating func update(_ known: Current) {
        current = known
        guard !events.isEmpty else { return }
        events[events.count - 1].duration = .seconds(Double(known.before + known.duration) / Double(clockRate))
    }
}
