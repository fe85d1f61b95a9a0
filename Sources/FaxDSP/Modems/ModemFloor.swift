import CSpanDSP

/// The least that reading a fax out of audio costs with libspandsp: its receivers, bare, with nothing done with what
/// they say. A yardstick for benchmarks, of no other use.
public enum ModemFloor {
    /// Counts bits, so that the calls cannot be left out.
    private final class Counter { var count = 0 }

    private static let count: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void = { context, _ in
        guard let context else { return }
        Unmanaged<Counter>.fromOpaque(context).takeUnretainedValue().count += 1
    }

    /// V.21 over all samples. Returns the bits heard; `nil` when libspandsp gives no state.
    public static func v21(_ samples: Span<Int16>) -> Int? {
        let counter = Counter()
        return withExtendedLifetime(counter) {
            let context = Unmanaged.passUnretained(counter).toOpaque()
            guard
                let state = fsk_rx_init(
                    nil, faxprobe_v21_channel_2(), Int32(FSK_FRAME_MODE_SYNC), count, context)
            else { return nil }
            defer { fsk_rx_free(state) }
            steps(samples, 0..<samples.count) { _ = fsk_rx(state, $0, $1) }
            return counter.count
        }
    }

    /// The modem of the message channel over its bursts, V.17 with the short training after the first.
    public static func highSpeed(
        _ modulation: HighSpeedModulation, _ samples: Span<Int16>, bursts: [Range<Int>]
    ) -> Int? {
        let counter = Counter()
        return withExtendedLifetime(counter) {
            let context = Unmanaged.passUnretained(counter).toOpaque()
            let rateBps = Int32(modulation.rateBps)
            switch modulation {
            case .v27ter:
                guard let state = v27ter_rx_init(nil, rateBps, count, context) else { return nil }
                defer { v27ter_rx_free(state) }
                for burst in bursts { steps(samples, burst) { _ = v27ter_rx(state, $0, $1) } }
            case .v29:
                guard let state = v29_rx_init(nil, rateBps, count, context) else { return nil }
                defer { v29_rx_free(state) }
                for burst in bursts { steps(samples, burst) { _ = v29_rx(state, $0, $1) } }
            case .v17:
                guard let state = v17_rx_init(nil, rateBps, count, context) else { return nil }
                defer { v17_rx_free(state) }
                for (index, burst) in bursts.enumerated() {
                    v17_rx_restart(state, rateBps, index > 0 ? 1 : 0)
                    steps(samples, burst) { _ = v17_rx(state, $0, $1) }
                }
            }
            return counter.count
        }
    }

    /// 20 ms at a time, as a caller of libspandsp does.
    private static func steps(
        _ samples: Span<Int16>, _ range: Range<Int>, _ receive: (UnsafePointer<Int16>?, Int32) -> Void
    ) {
        samples.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let range = range.clamped(to: 0..<buffer.count)
            for start in stride(from: range.lowerBound, to: range.upperBound, by: 160) {
                receive(base + start, Int32(min(160, range.upperBound - start)))
            }
        }
    }
}
