import CSpanDSP

/// Makes the line signals of data modems that are no fax, for checks that they are not taken for one.
public enum DataModemMaker {
    /// Random bits for a sender; what a receiver gives is thrown away.
    private final class Bits {
        var state: UInt64

        init(seed: UInt64) { state = seed | 1 }

        func next() -> Int32 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int32(truncatingIfNeeded: state >> 63)
        }
    }

    /// A V.22bis call between two modems of libspandsp: handshake, then random data, each side as it sends.
    ///
    /// - Parameter rateBps: 1200 or 2400.
    /// - Returns: `nil` when libspandsp gives no state.
    public static func v22bis(
        rateBps: Int, seconds: Double, dBm0: Float, seed: UInt64
    ) -> (caller: [Int16], answerer: [Int16])? {
        let callerBits = Bits(seed: seed)
        let answererBits = Bits(seed: seed &+ 1)
        return withExtendedLifetime((callerBits, answererBits)) {
            guard let caller = modem(rateBps, isCaller: true, callerBits) else { return nil }
            defer { v22bis_free(caller) }
            guard let answerer = modem(rateBps, isCaller: false, answererBits) else { return nil }
            defer { v22bis_free(answerer) }
            v22bis_tx_power(caller, dBm0)
            v22bis_tx_power(answerer, dBm0)
            return talk(caller, answerer, sampleCount: Int(seconds * 8_000))
        }
    }

    private static func modem(_ rateBps: Int, isCaller: Bool, _ bits: Bits) -> OpaquePointer? {
        let get: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
            guard let context else { return 0 }
            return Unmanaged<Bits>.fromOpaque(context).takeUnretainedValue().next()
        }
        let put: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void = { _, _ in }
        return v22bis_init(
            nil, Int32(rateBps), Int32(V22BIS_GUARD_TONE_1800HZ), isCaller ? 1 : 0, get,
            Unmanaged.passUnretained(bits).toOpaque(), put, nil)
    }

    private static func talk(
        _ caller: OpaquePointer, _ answerer: OpaquePointer, sampleCount: Int
    ) -> (caller: [Int16], answerer: [Int16]) {
        var fromCaller: [Int16] = []
        var fromAnswerer: [Int16] = []
        var one = [Int16](repeating: 0, count: 160)
        var other = one
        while fromCaller.count < sampleCount {
            // A modem that has nothing to send leaves the rest of its block silent.
            let oneCount = one.withUnsafeMutableBufferPointer { v22bis_tx(caller, $0.baseAddress, Int32($0.count)) }
            let otherCount = other.withUnsafeMutableBufferPointer {
                v22bis_tx(answerer, $0.baseAddress, Int32($0.count))
            }
            for index in max(Int(oneCount), 0)..<one.count { one[index] = 0 }
            for index in max(Int(otherCount), 0)..<other.count { other[index] = 0 }
            other.withUnsafeBufferPointer { _ = v22bis_rx(caller, $0.baseAddress, Int32($0.count)) }
            one.withUnsafeBufferPointer { _ = v22bis_rx(answerer, $0.baseAddress, Int32($0.count)) }
            fromCaller += one
            fromAnswerer += other
        }
        return (fromCaller, fromAnswerer)
    }
}
