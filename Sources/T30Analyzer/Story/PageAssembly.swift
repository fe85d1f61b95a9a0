import FaxCore
import FaxDSP
import FaxWire

/// The data of one page as it comes in: ECM frames by number, or one run of coded octets.
struct PageAssembly {
    /// A partial page of ECM: up to 256 frames (T.30 A.4).
    struct Block {
        var frames: [Int: [UInt8]] = [:]
        /// Highest frame number seen or announced, plus one.
        var count = 0
        /// A PPS for it was seen: what comes now was asked for again.
        var isRepeating = false
        var octets = 0
    }

    private(set) var settings: ImageSettings?
    private var blocks: [Block] = []
    private var burst: [UInt8] = []
    private var burstSettings: ImageSettings?
    private(set) var retransmitted = 0
    private(set) var gaps = 0
    /// Octets of one page kept.
    static let octetLimit = 32 << 20

    mutating func take(_ frame: LineFrame, number: Int, _ settings: ImageSettings?) {
        self.settings = self.settings ?? settings
        if blocks.isEmpty { blocks.append(Block()) }
        let last = blocks.count - 1
        blocks[last].count = max(blocks[last].count, number + 1)
        if blocks[last].isRepeating { retransmitted += 1 }
        guard frame.crcOK != false, !frame.hasGap, blocks[last].octets < Self.octetLimit else { return }
        let data = Array(frame.octets.dropFirst(4))
        blocks[last].octets += data.count
        blocks[last].frames[number] = data
    }

    /// PPS: `frames` of the partial page have been sent.
    mutating func endBlock(frames: Int?) {
        if blocks.isEmpty { blocks.append(Block()) }
        let last = blocks.count - 1
        if let frames { blocks[last].count = max(blocks[last].count, frames) }
        blocks[last].isRepeating = true
    }

    /// The partial page was taken: the next one begins.
    mutating func beginBlock() { blocks.append(Block()) }

    mutating func take(_ burst: LineBurst, _ settings: ImageSettings?) {
        self.settings = self.settings ?? settings
        gaps += burst.gaps.count
        let room = max(0, Self.octetLimit - self.burst.count)
        self.burst += burst.octets.prefix(room)
    }

    var hasData: Bool { !burst.isEmpty || blocks.contains { $0.count > 0 } }
    var isECM: Bool { !blocks.isEmpty }
    var ecmFrames: Int { blocks.reduce(0) { $0 + $1.count } }
    var ecmMissing: Int { blocks.reduce(0) { $0 + $1.count - $1.frames.count } }
    var currentBlockFrames: Int { blocks.last?.count ?? 0 }

    /// Coded octets in order; of ECM pages only the frames that came whole.
    var octets: [UInt8] {
        guard isECM else { return burst }
        return blocks.flatMap { block in
            (0..<block.count).flatMap { block.frames[$0] ?? [] }
        }
    }

    /// Rows, bad rows and picture, as far as the data can be decoded.
    func decode(into page: inout FaxPage) {
        guard let settings, hasData else { return }
        let octets = octets
        guard let compression = settings.decoderCompression else {
            page.rawData = octets
            return
        }
        guard
            let decoded = PageDecoder.decode(
                octets, compression: compression,
                bitOrder: isECM ? .leastSignificantFirst : .mostSignificantFirst, widthPx: settings.widthPx,
                dpiX: settings.resolution.x, dpiY: settings.resolution.y)
        else { return }
        page.rows = decoded.rows
        page.badRows = decoded.badRows
        page.image = decoded.bitmap
    }
}
