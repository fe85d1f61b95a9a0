import FaxCore
import FaxProtocol
import FaxWire

/// Sound over IAX2: frames come in and are played through a jitter buffer, samples go out as frames. A class, so that no
/// frame costs a copy of its buffers' book-keeping.
final class IAX2Audio {
    private struct Kept: Sendable {
        var samples: [Int16]
    }

    private let format: UInt64
    private var order = IAX2FrameOrder<Kept>(lookAhead: IAX2Audio.lookAhead)
    private(set) var buffer: JitterBuffer
    /// Frames of formats that are not played.
    private(set) var unknown = 0

    /// Frames that decide at most about one that is late: no longer than the jitter buffer can wait.
    private static let lookAhead = 2
    /// Samples of the longest frame that is played: half a second.
    private static let sampleLimit = 4_000

    init(format: UInt64, _ jitterBuffer: JitterBuffer.Settings) {
        self.format = format
        buffer = JitterBuffer(jitterBuffer)
    }

    func receive(_ voice: IAX2Voice, at now: Instant) {
        guard let samples = Self.samples(voice.octets, voice.format), !samples.isEmpty else {
            unknown += 1
            return
        }
        let time: Int
        switch voice.time {
        case .full(let milliseconds):
            order.set(milliseconds)
            time = Int(milliseconds)
        case .mini(let low): time = order.extended(low)
        }
        if let place = order.placeAtOnce(time, samples: samples.count) { return push(samples, place, now) }
        order.wait(time, samples: samples.count, Kept(samples: samples))
        for placed in order.settled() { push(placed.content.samples, placed.place, now) }
    }

    private func push(_ samples: [Int16], _ place: IAX2Clock.Place, _ now: Instant) {
        samples.withUnsafeBufferPointer {
            buffer.push($0, sequence: place.sequence, timestamp: place.timestamp, at: now)
        }
    }

    func pull(into samples: inout [Int16], at now: Instant) { buffer.pull(into: &samples, at: now) }

    func octets(_ samples: [Int16]) -> [UInt8] {
        switch format {
        case IAX2Format.muLaw: G711.muLaw.octets(samples)
        case IAX2Format.aLaw: G711.aLaw.octets(samples)
        default: samples.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        }
    }

    /// `nil`: a format that is not played.
    private static func samples(_ octets: [UInt8], _ format: UInt64) -> [Int16]? {
        switch format {
        case IAX2Format.muLaw: return G711.muLaw.samples(octets.prefix(sampleLimit))
        case IAX2Format.aLaw: return G711.aLaw.samples(octets.prefix(sampleLimit))
        case IAX2Format.linear:
            return stride(from: 0, to: min(octets.count, 2 * sampleLimit) - 1, by: 2).map {
                Int16(truncatingIfNeeded: Int(octets[$0]) << 8 | Int(octets[$0 + 1]))
            }
        default: return nil
        }
    }

    var carriage: FaxCarriage.Audio {
        var carriage = FaxCarriage.Audio()
        let statistics = buffer.statistics
        carriage.received = statistics.received
        carriage.lost = statistics.lost
        carriage.late = statistics.late
        carriage.underruns = statistics.holes
        carriage.concealed = .microseconds(125) * statistics.concealed
        carriage.slips = statistics.slips.count + statistics.slipsNotKept
        carriage.delay = buffer.depthSamples.map { .microseconds(125) * $0 }
        return carriage
    }
}
