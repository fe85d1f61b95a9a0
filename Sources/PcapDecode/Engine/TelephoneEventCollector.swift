import FaxCore
import FaxWire

/// RFC 4733 events of one stream, the packets of one event taken together (§2.5.1.3: same timestamp).
struct TelephoneEventCollector {
    private struct Open {
        var timestamp: UInt32
        var record: TelephoneEventRecord
        var ticks: Int
    }

    /// Events kept of one stream.
    static let limit = 10_000

    private var done: [Open] = []
    private var open: Open?

    mutating func add(_ header: RTPHeader, _ payload: RawSpan, time: Instant, frame: FrameRef) {
        guard let event = TelephoneEvent(payload) else { return }
        if var current = open, current.timestamp == header.timestamp, current.record.code == event.code {
            current.ticks = max(current.ticks, Int(event.durationTicks))
            open = current
            return
        }
        close()
        let record = TelephoneEventRecord(
            time: time, frame: frame, code: event.code, name: event.name, duration: .zero,
            volumeDBm0: -Int(event.volume))
        open = Open(timestamp: header.timestamp, record: record, ticks: Int(event.durationTicks))
    }

    private mutating func close() {
        guard let open else { return }
        if done.count < Self.limit { done.append(open) }
        self.open = nil
    }

    func records(clockRate: Int) -> [TelephoneEventRecord] {
        (done + (open.map { [$0] } ?? [])).map { event in
            var record = event.record
            record.duration = .nanoseconds(Int64(event.ticks) * 1_000_000_000 / Int64(max(1, clockRate)))
            return record
        }
    }
}
