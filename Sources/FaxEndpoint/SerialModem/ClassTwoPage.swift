import FaxDSP

/// Pages between us and a modem that does T.30 itself: coded, first bit on the line = least significant.
enum ClassTwoPage {
    /// - Returns: the coded page with its end; `nil`: it cannot be coded.
    static func octets(_ page: PageBitmap, as parameters: ClassTwoParameters) -> [UInt8]? {
        let coding: TIFFDocument.Coding =
            switch parameters.compression {
            case .mh: .mh
            case .mr: .mr
            case .mmr: .mmr
            }
        guard let file = try? TIFFDocument.write([fit(page, parameters)], coding: coding),
            let coded = try? TIFFDocument.codedPages(file).first
        else { return nil }
        return coded.map(reversed) + end(parameters.compression, .leastSignificantFirst)
    }

    /// As the receiver takes it.
    static func fit(_ page: PageBitmap, _ parameters: ClassTwoParameters) -> PageBitmap {
        let widthPx = parameters.widthPx ?? ClassTwoParameters.widths[0]
        let isNear = page.dpiX == 0 || page.dpiX <= 204
        if page.widthPx == widthPx, isNear, wanted(page) == parameters.resolution { return page }
        let resolutions: [FaxAbilities.Resolution] = [.standard, .fine, .superfine]
        let widths: [FaxAbilities.Width] = [.a4, .b4, .a3]
        return PageFit.scale(
            page,
            to: PageForm(
                resolution: resolutions[min(max(parameters.resolution, 0), 2)],
                width: widths[min(max(parameters.width, 0), 2)]))
    }

    private static func wanted(_ page: PageBitmap) -> Int { page.dpiY > 250 ? 2 : page.dpiY > 150 ? 1 : 0 }

    /// A page that came. Modems do not agree on the bit order of what they give: the one that finds the end of the page, and then
    /// the one that makes more rows, is right.
    /// - Parameter rows: that the modem counted; `nil`: it does not say.
    static func decode(_ octets: [UInt8], as parameters: ClassTwoParameters, rows: Int? = nil) -> DecodedPage? {
        guard let widthPx = parameters.widthPx, let dpiY = parameters.dpiY else { return nil }
        let orders: [PageDecoder.BitOrder] = [.leastSignificantFirst, .mostSignificantFirst]
        let pages = orders.compactMap { order in
            PageDecoder.decode(
                octets + end(parameters.compression, order), compression: parameters.compression, bitOrder: order,
                widthPx: widthPx, dpiX: 204, dpiY: dpiY)
        }
        return pages.reduce(nil) { best, page in
            guard let best else { return page }
            return isBetter(page, than: best, rows) ? page : best
        }
    }

    private static func isBetter(_ page: DecodedPage, than other: DecodedPage, _ rows: Int?) -> Bool {
        let ends = [page, other].map { $0.endedBy == .eofb || $0.endedBy == .rtc }
        if ends[0] != ends[1] { return ends[0] }
        let areCounted = [page, other].map { $0.rows == rows }
        if areCounted[0] != areCounted[1] { return areCounted[0] }
        return page.rows - 2 * page.badRows > other.rows - 2 * other.badRows
    }

    /// RTC: what the TIFF library codes has none, and modems may keep that of a page for themselves. T.6 has an end of its own.
    private static func end(_ compression: PageDecoder.Compression, _ order: PageDecoder.BitOrder) -> [UInt8] {
        guard compression != .mmr else { return [] }
        // With MR each end of line has a tag.
        let bits = String(repeating: compression == .mr ? "0000000000011" : "000000000001", count: 6)
        let places = Array(("0000" + bits).utf8)
        return stride(from: 0, to: places.count, by: 8).map { start in
            let octet = places[start..<min(start + 8, places.count)].enumerated()
                .reduce(UInt8(0)) { $0 | ($1.element & 1) << UInt8(7 - $1.offset) }
            return order == .mostSignificantFirst ? octet : reversed(octet)
        }
    }

    static func reversed(_ octet: UInt8) -> UInt8 {
        var (octet, result) = (octet, UInt8(0))
        for _ in 0..<8 {
            result = result << 1 | octet & 1
            octet >>= 1
        }
        return result
    }
}
