import CPrefetch

/// Memory that a later packet needs is brought into the cache while earlier ones are taken: flows lie far apart, and
/// waiting for each would cost a third of following them.
enum Near {
    /// Octets of a line of the cache.
    private static let line = 64

    @inline(__always)
    static func bring(_ place: UnsafeRawPointer, lines: Int = 1) {
        for index in 0..<lines { faxprobe_bring_near(place + index &* line) }
    }

    /// What stands behind the first line of `count` octets.
    @inline(__always)
    static func bringRest(_ place: UnsafeRawPointer, count: Int) {
        var offset = line
        while offset < count {
            faxprobe_bring_near(place + offset)
            offset &+= line
        }
    }

    /// To be written soon; another thread may have read it last.
    @inline(__always)
    static func bringToWrite(_ place: UnsafeRawPointer) { faxprobe_bring_near_to_write(place) }
}
