import CTIFF

/// Pages as a multi-page TIFF (TIFF 6.0; TIFF-F, RFC 2306, for the tags of facsimile).
public enum TIFFDocument {
    public enum Coding: Sendable, CaseIterable {
        /// T.4 one-dimensional and two-dimensional, T.6.
        case mh, mr, mmr
        /// Equal octets in a row are counted (TIFF 6.0, section 9): read many times faster than the others, and longer.
        case packBits
    }

    public enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        case notATIFF
        /// Page (from 1) that is no 1-bit image of a size we take.
        case notBilevel(page: Int)
        case unreadable(page: Int, row: Int)
        case unwritable(page: Int)

        public var description: String {
            switch self {
            case .notATIFF: "not a TIFF"
            case .notBilevel(let page): "page \(page) is not a black and white image of a size that facsimile knows"
            case .unreadable(let page, let row): "row \(row) of page \(page) cannot be decoded"
            case .unwritable(let page): "page \(page) cannot be coded"
            }
        }
    }

    public static let pageLimit = 10_000

    /// The document as octets, each page one strip.
    public static func write(_ pages: [PageBitmap], coding: Coding = .mmr) throws(Failure) -> [UInt8] {
        guard let tiff = TIFFHandle.forWriting() else { throw .unwritable(page: 1) }
        for (index, page) in pages.enumerated() {
            guard page.heightPx > 0, setFields(tiff, page, coding, index, pages.count), tiff.writePage(page.octets)
            else { throw .unwritable(page: index + 1) }
        }
        guard let octets = tiff.writtenOctets() else { throw .unwritable(page: pages.count) }
        return octets
    }

    private static func setFields(
        _ tiff: borrowing TIFFHandle, _ page: PageBitmap, _ coding: Coding, _ index: Int, _ count: Int
    ) -> Bool {
        let compression: Int32
        switch coding {
        case .mh, .mr: compression = COMPRESSION_CCITTFAX3
        case .mmr: compression = COMPRESSION_CCITTFAX4
        case .packBits: compression = COMPRESSION_PACKBITS
        }
        var isSet = tiff.set(TIFFTAG_COMPRESSION, compression)
        if coding == .mr { isSet = isSet && tiff.set(TIFFTAG_GROUP3OPTIONS, GROUP3OPT_2DENCODING) }
        return isSet
            && tiff.set(TIFFTAG_SUBFILETYPE, FILETYPE_PAGE)
            && tiff.set(TIFFTAG_IMAGEWIDTH, UInt32(clamping: page.widthPx))
            && tiff.set(TIFFTAG_IMAGELENGTH, UInt32(clamping: page.heightPx))
            && tiff.set(TIFFTAG_BITSPERSAMPLE, 1) && tiff.set(TIFFTAG_SAMPLESPERPIXEL, 1)
            && tiff.set(TIFFTAG_ROWSPERSTRIP, UInt32(clamping: page.heightPx))
            && tiff.set(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE)
            && tiff.set(TIFFTAG_FILLORDER, FILLORDER_MSB2LSB)
            && tiff.set(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG)
            && tiff.set(TIFFTAG_XRESOLUTION, Double(page.dpiX)) && tiff.set(TIFFTAG_YRESOLUTION, Double(page.dpiY))
            && tiff.set(TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH)
            && tiff.set(TIFFTAG_PAGENUMBER, Int32(index), Int32(count))
            && tiff.set(TIFFTAG_SOFTWARE, text: "faxprobe")
    }

    /// Every page of a black and white TIFF, whatever its compression and polarity.
    public static func read(_ octets: [UInt8]) throws(Failure) -> [PageBitmap] {
        guard let tiff = TIFFHandle(reading: octets) else { throw .notATIFF }
        var pages: [PageBitmap] = []
        repeat {
            pages.append(try readPage(tiff, number: pages.count + 1))
        } while pages.count < pageLimit && tiff.nextPage()
        return pages
    }

    /// How many pages a TIFF has, without a look at their rows.
    public static func pageCount(_ octets: [UInt8]) throws(Failure) -> Int {
        guard let tiff = TIFFHandle(reading: octets) else { throw .notATIFF }
        var count = 1
        while count < pageLimit, tiff.nextPage() { count += 1 }
        return count
    }

    private static func readPage(_ tiff: borrowing TIFFHandle, number: Int) throws(Failure) -> PageBitmap {
        guard let width = tiff.uint32(TIFFTAG_IMAGEWIDTH), let height = tiff.uint32(TIFFTAG_IMAGELENGTH),
            tiff.uint16(TIFFTAG_BITSPERSAMPLE) == 1, tiff.uint16(TIFFTAG_SAMPLESPERPIXEL) == 1,
            (1...PageDecoder.widthLimit).contains(Int(width)), (1...PageDecoder.rowLimit).contains(Int(height))
        else { throw .notBilevel(page: number) }
        let scale = tiff.uint16(TIFFTAG_RESOLUTIONUNIT) == UInt16(RESUNIT_CENTIMETER) ? Float(2.54) : 1
        var page = PageBitmap(
            widthPx: Int(width), heightPx: Int(height), dpiX: dpi(tiff.float(TIFFTAG_XRESOLUTION), scale),
            dpiY: dpi(tiff.float(TIFFTAG_YRESOLUTION), scale), octets: [])
        let isBlackOne = tiff.uint16(TIFFTAG_PHOTOMETRIC) != UInt16(PHOTOMETRIC_MINISBLACK)
        let lastMask = UInt8(0xFF) << UInt8(page.octetsPerRow * 8 - page.widthPx)
        page.octets.reserveCapacity(page.octetsPerRow * page.heightPx)
        for index in 0..<page.heightPx {
            guard var row = tiff.row(index), row.count == page.octetsPerRow, let last = row.indices.last else {
                throw .unreadable(page: number, row: index)
            }
            if !isBlackOne { row = row.map { ~$0 } }
            row[last] &= lastMask
            page.octets += row
        }
        return page
    }

    /// 0 when the file does not say.
    private static func dpi(_ value: Float?, _ scale: Float) -> Int {
        guard let value, value.isFinite, value > 0, value < 1e6 else { return 0 }
        return Int((value * scale).rounded())
    }

    /// The coded data of each page as it stands in the file.
    public static func codedPages(_ octets: [UInt8]) throws(Failure) -> [[UInt8]] {
        guard let tiff = TIFFHandle(reading: octets) else { throw .notATIFF }
        var pages: [[UInt8]] = []
        repeat { pages.append(tiff.rawStrips()) } while pages.count < pageLimit && tiff.nextPage()
        return pages
    }
}
