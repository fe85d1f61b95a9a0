import CSpanDSP
import FaxDSP

/// Makes audio for the tests: bits through a transmitting modem of libspandsp.
enum ModemTransmitter {
    /// libspandsp gave no state.
    struct NoState: Error {}

    private final class Bits {
        var bits: [Bool]
        var position = 0

        init(_ bits: [Bool]) { self.bits = bits }
    }

    private static let getBit: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
        guard let context else { return Int32(SIG_STATUS_END_OF_DATA) }
        let source = Unmanaged<Bits>.fromOpaque(context).takeUnretainedValue()
        guard source.position < source.bits.count else { return Int32(SIG_STATUS_END_OF_DATA) }
        source.position += 1
        return source.bits[source.position - 1] ? 1 : 0
    }

    private static func collect(_ more: (UnsafeMutablePointer<Int16>?, Int32) -> Int32) -> [Int16] {
        var audio: [Int16] = []
        var block = [Int16](repeating: 0, count: 160)
        while true {
            let count = Int(block.withUnsafeMutableBufferPointer { more($0.baseAddress, Int32($0.count)) })
            audio += block.prefix(max(count, 0))
            if count < block.count { return audio }
        }
    }

    static func v21(_ bits: [Bool], dBm0: Float = -13) -> [Int16] {
        let source = Bits(bits)
        return withExtendedLifetime(source) {
            guard
                let state = fsk_tx_init(
                    nil, faxprobe_v21_channel_2(), getBit, Unmanaged.passUnretained(source).toOpaque())
            else { return [] }
            defer { fsk_tx_free(state) }
            fsk_tx_power(state, dBm0)
            return collect { fsk_tx(state, $0, $1) }
        }
    }

    /// One burst after another of the same modem, `gapSeconds` of silence between; V.17 trains short after the first.
    static func bursts(
        _ modulation: HighSpeedModulation, _ bursts: [[Bool]], gapSeconds: Double = 0.2, dBm0: Float = -13
    ) -> [Int16] {
        let source = Bits(bursts.first ?? [])
        return withExtendedLifetime(source) {
            let context = Unmanaged.passUnretained(source).toOpaque()
            let rateBps = Int32(modulation.rateBps)
            let state: OpaquePointer?
            switch modulation {
            case .v27ter: state = v27ter_tx_init(nil, rateBps, 0, getBit, context)
            case .v29: state = v29_tx_init(nil, rateBps, 0, getBit, context)
            case .v17: state = v17_tx_init(nil, rateBps, 0, getBit, context)
            }
            guard let state else { return [] }
            var audio: [Int16] = []
            for (index, bits) in bursts.enumerated() {
                source.bits = bits
                source.position = 0
                switch modulation {
                case .v27ter:
                    v27ter_tx_restart(state, rateBps, 0)
                    v27ter_tx_power(state, dBm0)
                    audio += collect { v27ter_tx(state, $0, $1) }
                case .v29:
                    v29_tx_restart(state, rateBps, 0)
                    v29_tx_power(state, dBm0)
                    audio += collect { v29_tx(state, $0, $1) }
                case .v17:
                    v17_tx_restart(state, rateBps, 0, index > 0 ? 1 : 0)
                    v17_tx_power(state, dBm0)
                    audio += collect { v17_tx(state, $0, $1) }
                }
                audio += silence(gapSeconds)
            }
            switch modulation {
            case .v27ter: v27ter_tx_free(state)
            case .v29: v29_tx_free(state)
            case .v17: v17_tx_free(state)
            }
            return audio
        }
    }

    /// One of libspandsp's `MODEM_CONNECT_TONES_*`, as long as its sender sends it and no longer than asked.
    static func tone(_ kind: Int, seconds: Double) -> [Int16] {
        guard let state = modem_connect_tones_tx_init(nil, Int32(kind)) else { return [] }
        defer { modem_connect_tones_tx_free(state) }
        var audio = [Int16](repeating: 0, count: Int(seconds * 8000))
        let count = audio.withUnsafeMutableBufferPointer {
            modem_connect_tones_tx(state, $0.baseAddress, Int32($0.count))
        }
        return Array(audio.prefix(max(Int(count), 0)))
    }

    /// The bits of a preamble, the frames with one flag between them, and two flags, by libspandsp's own HDLC sender.
    static func hdlc(_ frames: [[UInt8]], preambleFlags: Int = 37) -> [Bool] {
        final class Queue {
            var frames: [[UInt8]]
            var isDone = false
            var state: OpaquePointer?

            init(_ frames: [[UInt8]]) { self.frames = frames }
        }
        let queue = Queue(frames)
        let underflow: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
            guard let context else { return }
            let queue = Unmanaged<Queue>.fromOpaque(context).takeUnretainedValue()
            guard let next = queue.frames.first else {
                queue.isDone = true
                return
            }
            queue.frames.removeFirst()
            hdlc_tx_frame(queue.state, next, next.count)
            if queue.frames.isEmpty { hdlc_tx_flags(queue.state, 2) }
        }
        return withExtendedLifetime(queue) {
            queue.state = hdlc_tx_init(nil, 0, 1, 0, underflow, Unmanaged.passUnretained(queue).toOpaque())
            defer { hdlc_tx_free(queue.state) }
            hdlc_tx_flags(queue.state, Int32(preambleFlags))
            var bits: [Bool] = []
            // The sender goes on with flags when nothing is left: enough of them to close the last frame.
            var flagBits = 24
            while flagBits > 0 && bits.count < 100_000 {
                if queue.isDone { flagBits -= 1 }
                let bit = hdlc_tx_get_bit(queue.state)
                if bit < 0 { break }
                bits.append(bit != 0)
            }
            return bits
        }
    }

    static func silence(_ seconds: Double) -> [Int16] { [Int16](repeating: 0, count: Int(seconds * 8000)) }

    /// White noise of the given peak from a fixed seed.
    static func noise(_ seconds: Double, peak: Int16, seed: UInt64 = 1) -> [Int16] {
        var value = seed
        return (0..<Int(seconds * 8000)).map { _ in
            value = value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let unit = Double(Int32(truncatingIfNeeded: value >> 32)) / Double(Int32.max)
            return Int16(max(-1, min(1, unit)) * Double(peak))
        }
    }
}
