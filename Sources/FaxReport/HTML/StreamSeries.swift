import FaxCore
import FaxWire
import PcapDecode

/// How one stream came in over time, in intervals of one length: packets, losses, and how late they were.
struct StreamSeries {
    static let intervalLimit = 400
    /// Packets whose delay is measured; later ones are counted only.
    static let packetLimit = 2_000_000
    /// Lengths of intervals in milliseconds; one that is not enough is doubled.
    private static let lengths = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 120_000, 300_000]

    let start: Instant
    let interval: Duration
    var packets: [Int]
    /// Lost for good, and lost but repaired.
    var lost: [Int]
    var repaired: [Int]
    /// Milliseconds, the most in each interval; `nil`: nothing to measure. RFC 3550 A.8 jitter; delay above the stream's
    /// least, the sender's clock error taken out.
    var jitter: [Double?] = []
    var delay: [Double?] = []
    /// Milliseconds, the longest from one packet to the next.
    var gap: [Double?]

    /// `nil`: a recording, or no packet is known.
    init?(_ stream: MediaStream, formats: [NegotiatedMedia]) {
        guard stream.kind != .recording, stream.lastTime >= stream.firstTime else { return nil }
        start = stream.firstTime
        let length = Self.length(for: stream.lastTime - stream.firstTime)
        interval = .milliseconds(length)
        let count = min(
            Self.intervalLimit, Int((stream.lastTime - stream.firstTime).wholeNanoseconds / 1_000_000) / length + 1)
        packets = [Int](repeating: 0, count: count)
        lost = packets
        repaired = packets
        gap = [Double?](repeating: nil, count: count)
        let times = stream.audio?.packets.lazy.prefix(Self.packetLimit).map(\.time)
        if let times, !times.isEmpty { countPackets(times) } else { countPackets(Self.times(stream.t38)) }
        for hole in stream.statistics.gaps { add(hole) }
        if stream.kind == .rtp || stream.kind == .srtp, let audio = stream.audio { measure(audio, stream, formats) }
    }

    private static func length(for span: Duration) -> Int {
        let milliseconds = Int(span.wholeNanoseconds / 1_000_000)
        if let length = lengths.first(where: { milliseconds / $0 < intervalLimit }) { return length }
        return milliseconds / intervalLimit + 1
    }

    /// When packets of a T.38 stream came: repaired ones came with others.
    private static func times(_ log: T38Log?) -> [Instant] {
        (log?.entries ?? []).prefix(packetLimit).compactMap { entry in
            switch entry.origin {
            case .primary, .stream: entry.time
            case .secondary, .fec: nil
            }
        }
    }

    private func index(_ time: Instant) -> Int? {
        let place = Int((time - start).wholeNanoseconds / max(1, interval.wholeNanoseconds))
        return packets.indices.contains(place) ? place : nil
    }

    private mutating func countPackets(_ times: some Sequence<Instant>) {
        var previous: Instant?
        for time in times {
            defer { previous = time }
            guard let place = index(time) else { continue }
            packets[place] += 1
            guard let previous, time >= previous else { continue }
            gap[place] = max(gap[place] ?? 0, (time - previous).inMilliseconds)
        }
    }

    private mutating func add(_ hole: SequenceGap) {
        guard let place = index(hole.time.lowerBound) else { return }
        let back = min(hole.recovered, hole.count)
        repaired[place] += back
        lost[place] += hole.count - back
    }

    // MARK: - Delay

    /// A packet's arrival against its timestamp.
    private struct Transit {
        var place: Int
        var milliseconds: Double
    }

    private mutating func measure(_ audio: AudioLog, _ stream: MediaStream, _ formats: [NegotiatedMedia]) {
        jitter = [Double?](repeating: nil, count: packets.count)
        delay = jitter
        var rates: [UInt8: Double] = [:]
        for (type, encoding) in audio.formats where !Self.isMedia(encoding) { rates[type] = 0 }
        let skew = (stream.statistics.clockSkewPPM ?? 0) / 1e6
        var last: (timestamp: UInt32, time: Instant, transit: Double)?
        var run: [Transit] = []
        var smooth = 0.0
        for packet in audio.packets.prefix(Self.packetLimit) {
            let rate = rates[packet.payloadType] ?? Self.clockRate(packet.payloadType, formats)
            rates[packet.payloadType] = rate
            guard rate > 0, let place = index(packet.time) else { continue }
            var transit = 0.0
            if let last {
                let sent = Double(Int32(bitPattern: packet.timestamp &- last.timestamp)) / rate * 1_000
                let came = (packet.time - last.time).inMilliseconds
                let change = came - sent * (1 - skew)
                if abs(change) > Self.jump {
                    settle(&run)
                    smooth = 0
                } else {
                    transit = last.transit + change
                    smooth += (abs(change) - smooth) / 16
                }
            }
            jitter[place] = max(jitter[place] ?? 0, smooth)
            run.append(Transit(place: place, milliseconds: transit))
            last = (packet.timestamp, packet.time, transit)
        }
        settle(&run)
    }

    /// A change of delay in milliseconds that is a new start of timestamps.
    private static let jump = 3_000.0

    /// The delays of a run of packets with one clock, above the least of them.
    private mutating func settle(_ run: inout [Transit]) {
        let least = run.map(\.milliseconds).min() ?? 0
        for transit in run { delay[transit.place] = max(delay[transit.place] ?? 0, transit.milliseconds - least) }
        run = []
    }

    /// Timestamps of events and comfort noise tell nothing of delay.
    private static func isMedia(_ encoding: String) -> Bool {
        let name = encoding.lowercased()
        return !["telephone-event", "cn", "x-nse"].contains { name.hasPrefix($0) }
    }

    private static func clockRate(_ type: UInt8, _ formats: [NegotiatedMedia]) -> Double {
        let known = formats.lazy.compactMap { $0.codecs[type] }.first
        guard let known else { return 8_000 }
        return isMedia(known.encoding) ? Double(max(0, known.clockRate)) : 0
    }
}
