/// A decoded page: rows of 1-bit pixels packed MSB first, black = 1, each row padded to whole octets.
public struct PageBitmap: Sendable, Hashable {
    public var widthPx: Int
    public var heightPx: Int
    /// Dots per inch, across and down.
    public var dpiX: Int
    public var dpiY: Int
    /// `heightPx * octetsPerRow` octets.
    public var octets: [UInt8]

    public var octetsPerRow: Int { (widthPx + 7) / 8 }

    public init(widthPx: Int, heightPx: Int, dpiX: Int, dpiY: Int, octets: [UInt8]) {
        self.widthPx = widthPx
        self.heightPx = heightPx
        self.dpiX = dpiX
        self.dpiY = dpiY
        self.octets = octets
    }
}
