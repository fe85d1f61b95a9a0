/// The two companding laws of G.711, octet by octet, to and from 16-bit linear samples (+3.17 dBm0 at full scale).
public enum G711: Sendable, Hashable, CaseIterable {
    case muLaw
    case aLaw

    /// The octet of silence.
    public var idleOctet: UInt8 {
        switch self {
        case .muLaw: 0xFF
        case .aLaw: 0xD5
        }
    }

    @inline(__always)
    public func sample(_ octet: UInt8) -> Int16 { decoding[Int(octet)] }

    @inline(__always)
    public func octet(_ sample: Int16) -> UInt8 { encoding[Int(UInt16(bitPattern: sample))] }

    public func samples(_ octets: some Sequence<UInt8>) -> [Int16] {
        let table = decoding
        return octets.map { table[Int($0)] }
    }

    public func octets(_ samples: some Sequence<Int16>) -> [UInt8] {
        let table = encoding
        return samples.map { table[Int(UInt16(bitPattern: $0))] }
    }

    /// As many octets as there are samples; `octets` has room for them.
    public func encode(_ samples: UnsafeBufferPointer<Int16>, into octets: UnsafeMutableBufferPointer<UInt8>) {
        precondition(octets.count >= samples.count)
        encoding.withUnsafeBufferPointer { table in
            for index in 0..<samples.count { octets[index] = table[Int(UInt16(bitPattern: samples[index]))] }
        }
    }

    /// As many samples as there are octets; `samples` has room for them.
    public func decode(_ octets: RawSpan, into samples: UnsafeMutableBufferPointer<Int16>) {
        precondition(samples.count >= octets.byteCount)
        decoding.withUnsafeBufferPointer { table in
            octets.withUnsafeBytes { octets in
                for index in 0..<octets.count { samples[index] = table[Int(octets[index])] }
            }
        }
    }

    private var decoding: [Int16] {
        switch self {
        case .muLaw: Self.muLawDecoding
        case .aLaw: Self.aLawDecoding
        }
    }

    private var encoding: [UInt8] {
        switch self {
        case .muLaw: Self.muLawEncoding
        case .aLaw: Self.aLawEncoding
        }
    }

    // MARK: Tables, 256 samples and 65,536 octets for each law

    private static let muLawDecoding = (0...255).map { expandMuLaw(UInt8($0)) }
    private static let aLawDecoding = (0...255).map { expandALaw(UInt8($0)) }
    private static let muLawEncoding = (0...65_535).map { compressMuLaw(Int16(bitPattern: UInt16($0))) }
    private static let aLawEncoding = (0...65_535).map { compressALaw(Int16(bitPattern: UInt16($0))) }

    /// Half a step of the first µ-law segment is added before the segment is found (G.711 table 2a, on 16 bits).
    private static let muLawBias = 132

    private static func expandMuLaw(_ octet: UInt8) -> Int16 {
        let code = Int(~octet)
        let magnitude = (((code & 0x0F) << 3 + muLawBias) << ((code >> 4) & 7)) - muLawBias
        return Int16(code & 0x80 == 0 ? magnitude : -magnitude)
    }

    private static func compressMuLaw(_ sample: Int16) -> UInt8 {
        let biased = min(abs(Int(sample)) + muLawBias, 0x7FFF)
        let segment = highestBit(biased) - 7
        let code = UInt8(segment << 4 | (biased >> (segment + 3)) & 0x0F)
        return ~(sample < 0 ? code | 0x80 : code)
    }

    /// A-law octets travel with every second bit inverted.
    private static let aLawInversion: UInt8 = 0x55

    private static func expandALaw(_ octet: UInt8) -> Int16 {
        let code = Int(octet ^ aLawInversion)
        let segment = (code >> 4) & 7
        let step = (code & 0x0F) << 4 + 8
        let magnitude = segment == 0 ? step : (step + 0x100) << (segment - 1)
        return Int16(code & 0x80 != 0 ? magnitude : -magnitude)
    }

    private static func compressALaw(_ sample: Int16) -> UInt8 {
        let magnitude = Int(sample < 0 ? ~sample : sample)
        let segment = max(highestBit(magnitude | 0xFF) - 7, 0)
        let code = UInt8(segment << 4 | (magnitude >> (segment == 0 ? 4 : segment + 3)) & 0x0F)
        return (sample < 0 ? code : code | 0x80) ^ aLawInversion
    }

    private static func highestBit(_ value: Int) -> Int { Int.bitWidth - 1 - value.leadingZeroBitCount }
}
