import FaxWire

/// Coding and decoding in the middle of a path, as a fault: what a codec that is not transparent leaves of samples. One
/// owner of the states of both halves.
public struct Transcoder: ~Copyable {
    private var encoder: AudioEncoder
    private var decoder: AudioDecoder

    /// `nil` when libspandsp gives no state.
    public init?(_ codec: AudioCodec) {
        guard let encoder = AudioEncoder(codec), let decoder = AudioDecoder(codec) else { return nil }
        self.encoder = encoder
        self.decoder = decoder
    }

    /// Puts what comes out of the codec in the place of the samples. Steps are whole frames of the codec (GSM: 160
    /// samples); what is left over stays as it was.
    public mutating func apply(_ samples: inout [Int16]) {
        let octets = encoder.encode(samples[...])
        let decoded = decoder.decode(octets[...])
        let count = min(decoded.count, samples.count)
        samples.replaceSubrange(0..<count, with: decoded.prefix(count))
    }
}
