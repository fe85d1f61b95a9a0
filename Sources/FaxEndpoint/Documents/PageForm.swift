import FaxDSP

/// The paper and the resolution that documents are drawn for.
public struct PageForm: Sendable, Hashable {
    public var resolution: FaxAbilities.Resolution
    public var width: FaxAbilities.Width

    public init(resolution: FaxAbilities.Resolution = .fine, width: FaxAbilities.Width = .a4) {
        self.resolution = resolution
        self.width = width
    }

    public var widthPx: Int { Self.pixels(width, dpi.x) }

    var dpi: (x: Int, y: Int) {
        switch resolution {
        case .standard: (204, 98)
        case .fine: (204, 196)
        case .superfine: (204, 391)
        case .dpi300: (300, 300)
        case .dpi400: (400, 400)
        }
    }

    /// Rows of a sheet of A4, B4 or A3.
    var rows: Int {
        let millimetres: Double =
            switch width {
            case .a4: 297
            case .b4: 364
            case .a3: 420
            }
        return Int((millimetres / 25.4 * Double(dpi.y)).rounded())
    }

    /// A page that is of a fax machine already, on paper no wider than this: 98 to 400 lines an inch.
    func takesAsIs(_ page: PageBitmap) -> Bool {
        let dpiX: Int
        switch page.dpiY {
        case 98, 100, 196, 200, 391: dpiX = 204
        case 300: dpiX = 300
        case 400: dpiX = page.dpiX > 300 ? 400 : 204
        default: return false
        }
        guard dpiX == 204 || dpi.x >= dpiX else { return false }
        let widths = FaxAbilities.Width.allCases.prefix { $0 != width } + [width]
        return widths.contains { Self.pixels($0, dpiX) == page.widthPx }
    }

    /// T.30 Table 2 and T.4 Table 2: 1728, 2048 and 2432 at 204 dots an inch, and in proportion.
    private static func pixels(_ width: FaxAbilities.Width, _ dpiX: Int) -> Int {
        let usual =
            switch width {
            case .a4: 1_728
            case .b4: 2_048
            case .a3: 2_432
            }
        return dpiX == 204 ? usual : usual * dpiX / 200
    }
}

extension FaxAbilities.Resolution {
    /// With all that a machine of that resolution takes as well.
    public var andCoarser: [FaxAbilities.Resolution] { Self.allCases.prefix { $0 != self } + [self] }
}
