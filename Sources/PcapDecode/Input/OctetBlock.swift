/// A stretch of a capture's octets. Whoever still looks at some of them holds it, on whatever thread; the source that
/// fills it writes only behind what it has given out, and from the front again when nobody else holds it.
public final class OctetBlock: @unchecked Sendable {
    let start: UnsafeMutableRawPointer
    let capacity: Int

    init(capacity: Int) {
        start = .allocate(byteCount: capacity, alignment: 64)
        self.capacity = capacity
    }

    deinit { start.deallocate() }

    /// The place of octets that stand in this block; `nil`: they stand elsewhere.
    @inline(__always)
    func place(of octets: RawSpan) -> Int? {
        octets.withUnsafeBytes { octets in
            guard let first = octets.baseAddress else { return nil }
            let place = first - UnsafeRawPointer(start)
            return place >= 0 && place <= capacity - octets.count ? place : nil
        }
    }
}
