import CSpanDSP
import FaxWire

/// Decodes the payloads of one stream in the order in which they were sent: ADPCM and GSM go on from packet to packet.
/// One owner of one libspandsp state.
public struct AudioDecoder: ~Copyable {
    public let codec: AudioCodec
    /// `nil` where samples do not depend on what came before.
    private let state: OpaquePointer?

    /// `nil` when libspandsp gives no state.
    public init?(_ codec: AudioCodec) {
        self.codec = codec
        switch codec {
        case .g711, .linear16:
            state = nil
            return
        case .gsm: state = gsm0610_init(nil, Int32(GSM0610_PACKING_VOIP))
        case .g722: state = g722_decode_init(nil, 64_000, Int32(G722_SAMPLE_RATE_8000))
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
        case .g722: _ = g722_decode_free(state)
        case .g726: _ = g726_free(state)
        }
    }

    /// The samples of a payload: always ``AudioCodec/sampleCount(octets:)`` of them.
    public mutating func decode(_ octets: ArraySlice<UInt8>) -> [Int16] {
        let count = codec.sampleCount(octets: octets.count)
        guard count > 0 else { return [] }
        switch codec {
        case .g711(let law): return law.samples(octets)
        case .linear16:
            return (0..<count).map { index in
                let high = octets[octets.startIndex + 2 * index]
                return Int16(bitPattern: UInt16(high) << 8 | UInt16(octets[octets.startIndex + 2 * index + 1]))
            }
        case .gsm, .g722, .g726: return decodeWithState(octets, count)
        }
    }

    /// libspandsp writes what the octets hold, at most one code word more than they should.
    private func decodeWithState(_ octets: ArraySlice<UInt8>, _ count: Int) -> [Int16] {
        // GSM: whole frames only, so that nothing is read behind the last octet.
        let used = codec == .gsm ? count / AudioCodec.gsmSamples * AudioCodec.gsmOctets : octets.count
        var samples = [Int16](unsafeUninitializedCapacity: count + AudioCodec.gsmSamples) { samples, written in
            octets.withUnsafeBufferPointer { octets in
                let length = Int32(used)
                switch codec {
                case .gsm: written = Int(gsm0610_decode(state, samples.baseAddress, octets.baseAddress, length))
                case .g722: written = Int(g722_decode(state, samples.baseAddress, octets.baseAddress, length))
                case .g726: written = Int(g726_decode(state, samples.baseAddress, octets.baseAddress, length))
                case .g711, .linear16: written = 0
                }
            }
            written = max(0, min(written, samples.count))
        }
        if samples.count > count { samples.removeLast(samples.count - count) }
        samples.append(contentsOf: repeatElement(0, count: count - samples.count))
        return samples
    }
}
