import FaxCore
import FaxWire

/// RFC 4733 events of one stream: updates, repeated end packets and the segments of a long event are taken together.
struct TelephoneEventCollector: Sendable {
    private struct Event: Sendable {
        var record: TelephoneEventRecord
        /// Of the segment that goes on, and ticks of the segments before it.
        var timestamp: UInt32
        var ticksBefore = 0
        var ticks: Int
        var hasEnded: Bool
    }

    /// Events kept of one stream.
    static let limit = 10_000

    private var events: [Event] = []

    mutating func add(_ header: RTPHeader, _ payload: RawSpan, time: Instant, frame: FrameRef) {
        guard let event = TelephoneEvent(payload) else { return }
        let ticks = Int(event.durationTicks)
        if let index = events.indices.last, events[index].record.code == event.code {
            let known = events[index]
            if known.timestamp == header.timestamp {
                events[index].ticks = max(known.ticks, ticks)
                events[index].hasEnded = known.hasEnded || event.isEnd
                return
            }
            // §2.5.1.3: a long event goes on in a segment that begins where the one before ended.
            if !known.hasEnded, header.timestamp == known.timestamp &+ UInt32(truncatingIfNeeded: known.ticks) {
                events[index].ticksBefore += known.ticks
                events[index].timestamp = header.timestamp
                events[index].ticks = ticks
                events[index].hasEnded = event.isEnd
                return
            }
            // A packet of before that comes late.
            if Int32(bitPattern: header.timestamp &- known.timestamp) < 0 { return }
        }
        guard events.count < Self.limit else { return }
        let record = TelephoneEventRecord(
            time: time, frame: frame, code: event.code, name: event.name, duration: .zero,
            volumeDBm0: -Int(event.volume))
        events.append(Event(record: record, timestamp: header.timestamp, ticks: ticks, hasEnded: event.isEnd))
    }

    func records(clockRate: Int) -> [TelephoneEventRecord] {
        events.map { event in
            var record = event.record
            record.duration = .nanoseconds(
                Int64(event.ticksBefore + event.ticks) * 1_000_000_000 / Int64(max(1, clockRate)))
            return record
        }
    }
}
