import FaxCore
import FaxDSP
import FaxWire

/// The data of one page as it comes in: ECM frames by number, or one run of coded octets.
///
/// ECM frames are collected in a round until a PPS tells to which partial page of which page they belong: the capture
/// need not hold the answer that let the sender go on.
struct PageAssembly {
    /// Frames that came whole, and the highest number seen or announced, plus one.
    struct Block {
        var frames = NumberedFrames()
        var count = 0
        /// The counts of its PPS; `nil`: none came yet.
        var counts: PartialPageCounts?
        /// A PPR asked for some of it again.
        var isRequested = false

        fileprivate mutating func merge(_ other: Block) {
            count = max(count, other.count)
            frames.merge(other.frames)
        }
    }

    private(set) var settings: ImageSettings?
    private var blocks: [Block] = []
    private var round = Block()
    private var burst: [UInt8] = []
    private(set) var retransmitted = 0
    /// Where packets of non-ECM data are missing, in its octets, and how far each may reach.
    private var gaps: [Range<Int>] = []
    private var marks: [LineBurst.Mark] = []
    /// The last burst came to its own end.
    private(set) var isEnded = false
    private var keptOctets = 0
    /// The capture cut packets of the page: what the receiver got is not known.
    private(set) var isCut = false
    /// Octets of one page kept.
    static let octetLimit = 32 << 20

    mutating func take(_ frame: LineFrame, number: Int, _ settings: ImageSettings?) {
        self.settings = self.settings ?? settings
        if blocks.last?.isRequested == true { retransmitted += 1 }
        if frame.isCut {
            isCut = true
            round.count = max(round.count, number + 1)
        }
        // The number of a damaged frame may be damaged too.
        guard frame.crcOK != false, !frame.hasGap, keptOctets < Self.octetLimit else { return }
        round.count = max(round.count, number + 1)
        let data = frame.octets.dropFirst(4)
        keptOctets += data.count
        round.frames.set(data, at: number)
    }

    /// A frame of this number was sent with other data: this one is of another partial page.
    func contradicts(_ frame: LineFrame, number: Int) -> Bool {
        guard frame.crcOK != false, !frame.hasGap, let known = blocks.last?.frames[number] else { return false }
        return known != frame.octets.dropFirst(4)
    }

    /// The sender repeats or goes on with this page, as far as the page counter of its PPS tells.
    func belongsHere(_ counts: PartialPageCounts?) -> Bool {
        guard let counts, let last = blocks.last?.counts else { return true }
        return counts.page == last.page
    }

    /// PPS: the round is a partial page, or the part of one that was sent again.
    mutating func endRound(_ counts: PartialPageCounts?) {
        if let last = blocks.indices.last, counts == nil || blocks[last].counts?.block == counts?.block {
            blocks[last].merge(round)
        } else if round.count > 0 || counts != nil {
            blocks.append(round)
        }
        round = Block()
        guard let last = blocks.indices.last, let counts else { return }
        blocks[last].counts = counts
        blocks[last].count = max(blocks[last].count, counts.frames)
    }

    /// PPR: what comes next was asked for again.
    mutating func noteRequest() {
        if let last = blocks.indices.last { blocks[last].isRequested = true }
    }

    /// The partial page was taken: nothing of it comes again.
    mutating func closeBlock() {
        if let last = blocks.indices.last { blocks[last].isRequested = false }
    }

    /// Frames that turn out to belong to the next page.
    mutating func removeRound() -> PageAssembly {
        var next = PageAssembly()
        next.settings = settings
        next.round = round
        round = Block()
        return next
    }

    /// The data ends here: frames without PPS go with the partial page that was asked for again, else on their own.
    mutating func finish() {
        guard round.count > 0 else { return }
        if let last = blocks.indices.last, blocks[last].isRequested {
            blocks[last].merge(round)
        } else {
            blocks.append(round)
        }
        round = Block()
    }

    mutating func take(_ burst: LineBurst, _ settings: ImageSettings?) {
        self.settings = self.settings ?? settings
        noteGaps(of: burst)
        isEnded = burst.ended
        if burst.isCut { isCut = true }
        let room = max(0, Self.octetLimit - self.burst.count)
        self.burst += burst.octets.prefix(room)
    }

    private mutating func noteGaps(of burst: LineBurst) {
        let start = self.burst.count
        let room = max(0, LineBurst.gapLimit - gaps.count)
        gaps += burst.gaps.prefix(room).map { start + $0..<start + $0 + burst.gapReach + 1 }
        guard marks.count < Self.markLimit else { return }
        marks += burst.marks.map { LineBurst.Mark(offset: start + $0.offset, frame: $0.frame, time: $0.time) }
    }

    /// Packets of one page kept: 32 megabytes in packets of 36 octets.
    private static let markLimit = 1 << 20

    /// How many frames the partial page has that was announced last; `nil`: none was.
    var framesOfBlock: Int? { blocks.last?.counts?.frames }

    var hasData: Bool { !burst.isEmpty || isECM }
    var isECM: Bool { round.count > 0 || blocks.contains { $0.count > 0 } }
    var ecmFrames: Int { blocks.reduce(0) { $0 + $1.count } }
    var ecmMissing: Int { blocks.reduce(0) { $0 + $1.count - $1.frames.count } }

    /// Coded octets in order; of ECM pages only the frames that came whole.
    var octets: [UInt8] {
        guard isECM else { return burst }
        return blocks.flatMap { block in
            (0..<block.count).flatMap { block.frames[$0] ?? [] }
        }
    }

    /// The count of ``octets``.
    var octetCount: Int {
        guard isECM else { return burst.count }
        return blocks.reduce(0) { count, block in count + block.frames.octetCount }
    }

    /// As far as a decoder can follow: T.6 has no end of line to begin again at (T.6 2.2), so the first hole ends it.
    private var decodableOctets: [UInt8] {
        guard isECM, ecmMissing > 0, settings?.compression == "MMR" else { return octets }
        var octets: [UInt8] = []
        for block in blocks {
            for number in 0..<block.count {
                guard let data = block.frames[number] else { return octets }
                octets += data
            }
        }
        return octets
    }

    /// Rows, bad rows and picture, as far as the data can be decoded.
    func decode(into page: inout FaxPage) {
        guard let settings, hasData, !isCut else { return }
        guard let compression = settings.decoderCompression else {
            page.rawData = octets
            return
        }
        guard
            let decoded = PageDecoder.decode(
                decodableOctets, compression: compression,
                bitOrder: isECM ? .leastSignificantFirst : .mostSignificantFirst, widthPx: settings.widthPx,
                dpiX: settings.resolution.x, dpiY: settings.resolution.y)
        else { return }
        // Nothing left of the page in the capture is not a page of no rows.
        guard decoded.rows > 0 else { return }
        page.rows = decoded.rows
        if !isECM { describe(decoded, in: &page) }
        // Missing frames spoil the row in which they begin, whatever the decoder made of the rest.
        page.badRows = ecmMissing > 0 && isECM ? max(1, decoded.badRows) : decoded.badRows
        page.image = decoded.bitmap
    }

    /// What the coded data of a page without ECM tells: how it ended, and where its bad rows stand.
    private func describe(_ decoded: DecodedPage, in page: inout FaxPage) {
        page.hasEnd = decoded.endedBy == .rtc || decoded.emptyLinesAtEnd > 0
        page.bitsAfterEnd = decoded.bitsAfterEnd
        page.longestLineBits = decoded.longestLineBits
        page.isDataEnded = isEnded
        page.badRuns = decoded.badRuns.map { run in
            let octets = run.bits.lowerBound / 8..<(run.bits.upperBound + 7) / 8
            return BadRowRun(
                firstRow: run.firstRow, rows: run.rows, firstFrame: mark(atOrBefore: octets.lowerBound)?.frame,
                lastFrame: mark(atOrBefore: max(octets.lowerBound, octets.upperBound - 1))?.frame,
                isAtLoss: gaps.contains { $0.lowerBound <= octets.upperBound && $0.upperBound > octets.lowerBound })
        }
    }

    private func mark(atOrBefore offset: Int) -> LineBurst.Mark? {
        var (low, high) = (0, marks.count)
        while low < high {
            let middle = low + (high - low) / 2
            if marks[middle].offset <= offset { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? marks[low - 1] : nil
    }
}
