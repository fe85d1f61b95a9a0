import CSpanDSP
import FaxWire

/// Encodes samples of 8 kHz in the order in which they are sent: the counterpart of ``AudioDecoder``. One owner of one
/// libspandsp state.
public struct AudioEncoder: ~Copyable {
    public let codec: AudioCodec
    /// `nil` where octets do not depend on what came before.
    private let state: OpaquePointer?

    /// `nil` when libspandsp gives no state.
    public init?(_ codec: AudioCodec) {
        self.codec = codec
        switch codec {
        case .g711, .linear16:
            state = nil
            return
        case .gsm: state = gsm0610_init(nil, Int32(GSM0610_PACKING_VOIP))
        case .g722: state = g722_encode_init(nil, 64_000, Int32(G722_SAMPLE_RATE_8000))
        case .g726(let bits, let order):
            let packing = order == .leastSignificantFirst ? G726_PACKING_RIGHT : G726_PACKING_LEFT
            state = g726_init(nil, Int32(8_000 * bits), Int32(G726_ENCODING_LINEAR), Int32(packing))
        }
        if state == nil { return nil }
    }

    deinit {
        guard let state else { return }
        switch codec {
        case .g711, .linear16: break
        case .gsm: _ = gsm0610_free(state)
        case .g722: _ = g722_encode_free(state)
        case .g726: _ = g726_free(state)
        }
    }

    /// The octets of a payload. GSM takes whole frames of 160 samples only: what is left over is not coded.
    public mutating func encode(_ samples: ArraySlice<Int16>) -> [UInt8] {
        switch codec {
        case .g711(let law): law.octets(Array(samples))
        case .linear16: samples.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        case .gsm, .g722, .g726: encodeWithState(samples)
        }
    }

    private func encodeWithState(_ samples: ArraySlice<Int16>) -> [UInt8] {
        let used = codec == .gsm ? samples.count / AudioCodec.gsmSamples * AudioCodec.gsmSamples : samples.count
        // No codec here makes more than an octet of a sample.
        return [UInt8](unsafeUninitializedCapacity: used + AudioCodec.gsmOctets) { octets, written in
            samples.withUnsafeBufferPointer { samples in
                let length = Int32(used)
                switch codec {
                case .gsm: written = Int(gsm0610_encode(state, octets.baseAddress, samples.baseAddress, length))
                case .g722: written = Int(g722_encode(state, octets.baseAddress, samples.baseAddress, length))
                case .g726: written = Int(g726_encode(state, octets.baseAddress, samples.baseAddress, length))
                case .g711, .linear16: written = 0
                }
            }
            written = max(0, min(written, octets.count))
        }
    }
}
