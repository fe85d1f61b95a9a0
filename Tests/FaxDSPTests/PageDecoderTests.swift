import FaxDSP
import Testing

/// Pages written out bit by bit. W and B are runs as T.4 Tables 2 and 3 code them.
@Suite struct PageDecoderTests {
    static let eol = "000000000001"
    /// 1728 white: make-up 1728, terminating 0.
    static let whiteRow = "010011011" + "00110101"
    /// 8 white (10011), 16 black (0000010111), 1704 white (1664 = 011000, 40 = 00101001).
    static let markedRow = "10011" + "0000010111" + "011000" + "00101001"

    static func octets(_ bits: String) -> [UInt8] {
        let values = bits.utf8.map { $0 & 1 }
        return stride(from: 0, to: values.count, by: 8).map { start in
            (0..<8).reduce(0) { octet, bit in octet << 1 | (start + bit < values.count ? values[start + bit] : 0) }
        }
    }

    static func decode(
        _ bits: String, _ compression: PageDecoder.Compression, widthPx: Int = 1728
    ) -> DecodedPage? {
        PageDecoder.decode(
            octets(bits), compression: compression, bitOrder: .mostSignificantFirst, widthPx: widthPx, dpiX: 204,
            dpiY: 98)
    }

    @Test func oneDimensionalPageWithRTC() throws {
        let bits = Self.eol + Self.whiteRow + Self.eol + Self.markedRow + String(repeating: Self.eol, count: 6)
        let page = try #require(Self.decode(bits, .mh))
        #expect(page.rows == 2)
        #expect(page.badRows == 0)
        #expect(page.endedBy == .rtc)
        #expect(page.bitmap.octets.count == 2 * 216)
        #expect(Array(page.bitmap.octets[216..<220]) == [0x00, 0xFF, 0xFF, 0x00])
        #expect(page.bitmap.octets[..<216].allSatisfy { $0 == 0 })
    }

    @Test func aBadRowRepeatsTheRowAbove() throws {
        let broken = "10011" + "0000010111" + "10011"
        let bits = [Self.markedRow, broken, broken, Self.whiteRow].map { Self.eol + $0 }.joined() + Self.eol
        let page = try #require(Self.decode(bits + "0000", .mh))
        #expect(page.rows == 4)
        #expect(page.badRows == 2)
        #expect(page.badRowNumbers == [1, 2])
        #expect(page.longestBadRun == 2)
        #expect(page.endedBy == .dataEnd)
        #expect(page.bitmap.octets[217] == 0xFF && page.bitmap.octets[2 * 216 + 1] == 0xFF)
        #expect(page.bitmap.octets[3 * 216 + 1] == 0)
    }

    @Test func anEndOfLineInsideACodeWordIsFound() throws {
        // 0101 and the first zeros of the EOL read as the seven bits of 24 white: the EOL must survive that.
        let bits = Self.eol + "0101" + Self.eol + Self.markedRow + Self.eol + "0000"
        let page = try #require(Self.decode(bits, .mh))
        #expect(page.badRows == 1)
        #expect(page.rows == 1)
        #expect(page.bitmap.octets.suffix(216).prefix(3) == [0x00, 0xFF, 0xFF])
    }

    @Test func twoDimensionalRowsFollowTheTagBit() throws {
        let vertical = "1" + "1" + "1"
        let bits =
            Self.eol + "1" + Self.markedRow + Self.eol + "0" + vertical + Self.eol + "0" + vertical
            + String(repeating: Self.eol + "1", count: 6)
        let page = try #require(Self.decode(bits, .mr))
        #expect(page.rows == 3)
        #expect(page.badRows == 0)
        #expect(page.endedBy == .rtc)
        let first = Array(page.bitmap.octets[..<216])
        #expect(Array(page.bitmap.octets[216..<432]) == first)
        #expect(Array(page.bitmap.octets[432...]) == first)
    }

    @Test func t6RowsEndByTheirLength() throws {
        // Horizontal 8 white 16 black, then V0 to the edge; a row one pixel to the right; EOFB.
        let first = "001" + "10011" + "0000010111" + "1"
        let second = "011" + "011" + "1"
        let page = try #require(Self.decode(first + second + Self.eol + Self.eol, .mmr))
        #expect(page.rows == 2)
        #expect(page.endedBy == .eofb)
        #expect(Array(page.bitmap.octets[..<4]) == [0x00, 0xFF, 0xFF, 0x00])
        #expect(Array(page.bitmap.octets[216..<220]) == [0x00, 0x7F, 0xFF, 0x80])
    }

    @Test func bothBitOrdersGiveTheSamePage() throws {
        let bits = Self.eol + Self.markedRow + String(repeating: Self.eol, count: 6)
        let reversed = Self.octets(bits).map { octet in
            (0..<8).reduce(UInt8(0)) { $0 << 1 | octet >> UInt8($1) & 1 }
        }
        let page = PageDecoder.decode(
            reversed, compression: .mh, bitOrder: .leastSignificantFirst, widthPx: 1728, dpiX: 204, dpiY: 98)
        #expect(try #require(page).bitmap == (try #require(Self.decode(bits, .mh))).bitmap)
    }

    @Test(arguments: [-1, 0, PageDecoder.widthLimit + 1, Int.max])
    func aWidthThatCannotBeIsRefused(width: Int) {
        #expect(Self.decode(Self.eol, .mh, widthPx: width) == nil)
    }

    @Test(arguments: PageDecoder.Compression.allCases)
    func rowsAreLimited(compression: PageDecoder.Compression) throws {
        let row = ["MH": Self.eol + "1000" + "010", "MR": Self.eol + "0" + "1", "MMR": "1"][compression.rawValue]
        let bits = String(repeating: try #require(row), count: PageDecoder.rowLimit + 100)
        let page = try #require(Self.decode(bits, compression, widthPx: 4))
        #expect(page.rows == PageDecoder.rowLimit)
        #expect(page.endedBy == .limit)
    }
}
