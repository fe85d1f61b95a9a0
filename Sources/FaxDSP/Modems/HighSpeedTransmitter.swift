import CSpanDSP

/// Makes the signal of the message channel for given bits: training, data, and the end of the signal.
public enum HighSpeedTransmitter {
    /// Bits on their way into libspandsp, which asks for one at a time.
    private final class Source {
        let bits: [UInt8]
        var next = 0

        init(_ bits: [UInt8]) { self.bits = bits }

        func take() -> Int32 {
            guard next < bits.count else { return Int32(SIG_STATUS_END_OF_DATA) }
            next += 1
            return Int32(bits[next - 1])
        }
    }

    /// Small, because libspandsp fills the step in which a signal ends.
    private static let step = 16

    /// - Parameter bits: one an element, 0 or 1.
    /// - Returns: 16-bit samples at 8,000 a second and about −13 dBm0; `nil` when libspandsp gives no state.
    public static func samples(_ modulation: HighSpeedModulation, bits: [UInt8]) -> [Int16]? {
        let source = Source(bits)
        return withExtendedLifetime(source) {
            let context = Unmanaged.passUnretained(source).toOpaque()
            let get: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
                guard let context else { return Int32(SIG_STATUS_END_OF_DATA) }
                return Unmanaged<Source>.fromOpaque(context).takeUnretainedValue().take()
            }
            let rateBps = Int32(modulation.rateBps)
            switch modulation {
            case .v27ter:
                guard let state = v27ter_tx_init(nil, rateBps, 0, get, context) else { return nil }
                defer { v27ter_tx_free(state) }
                return collect { v27ter_tx(state, $0, $1) }
            case .v29:
                guard let state = v29_tx_init(nil, rateBps, 0, get, context) else { return nil }
                defer { v29_tx_free(state) }
                return collect { v29_tx(state, $0, $1) }
            case .v17(_, let training):
                guard let state = v17_tx_init(nil, rateBps, 0, get, context) else { return nil }
                defer { v17_tx_free(state) }
                if training == .short { v17_tx_restart(state, rateBps, 0, 1) }
                return collect { v17_tx(state, $0, $1) }
            }
        }
    }

    /// Until the modem has nothing left to send.
    private static func collect(_ make: (UnsafeMutablePointer<Int16>?, Int32) -> Int32) -> [Int16] {
        var samples: [Int16] = []
        var block = [Int16](repeating: 0, count: step)
        while true {
            let count = block.withUnsafeMutableBufferPointer { Int(make($0.baseAddress, Int32($0.count))) }
            samples += block.prefix(max(0, min(count, step)))
            if count < step { return samples }
        }
    }
}
