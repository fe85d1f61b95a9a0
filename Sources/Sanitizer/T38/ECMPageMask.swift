import FaxCore
import FaxDSP
import FaxWire

/// The frames of one ECM page as they came, by partial page and number, until another page can be put in their place.
struct ECMPageMask {
    /// One frame as it came once: the coded data behind its number.
    struct Copy {
        /// Index of the frame at its owner.
        var owner: Int
        var data: [UInt8]
        var isGood: Bool
    }

    private struct Block {
        var copies: [Int: [Copy]] = [:]
        var count = 0
        var counts: PartialPageCounts?

        /// What came whole last counts.
        func good(_ number: Int) -> [UInt8]? { copies[number]?.last(where: \.isGood)?.data }
    }

    private var blocks: [Block] = []
    private var round = Block()

    var isEmpty: Bool { blocks.isEmpty && round.copies.isEmpty }

    mutating func take(_ copy: Copy, number: Int) {
        round.copies[number, default: []].append(copy)
        if copy.isGood { round.count = max(round.count, number + 1) }
    }

    /// A frame of this number came whole before, with other data.
    func contradicts(_ data: [UInt8], number: Int) -> Bool {
        guard let known = blocks.last?.good(number) else { return false }
        return known != data
    }

    func belongsHere(_ counts: PartialPageCounts?) -> Bool {
        guard let counts, let last = blocks.last?.counts else { return true }
        return counts.page == last.page
    }

    /// PPS: what came since the last one is a partial page, or a part of one that was sent again.
    mutating func endRound(_ counts: PartialPageCounts?) {
        if let last = blocks.indices.last, counts == nil || blocks[last].counts?.block == counts?.block {
            blocks[last].count = max(blocks[last].count, round.count)
            blocks[last].copies.merge(round.copies) { $0 + $1 }
        } else {
            blocks.append(round)
        }
        round = Block()
        guard let last = blocks.indices.last, let counts else { return }
        blocks[last].counts = counts
        blocks[last].count = max(blocks[last].count, counts.frames)
    }

    /// Takes out the frames that no PPS has followed: they belong to the next page.
    mutating func removeRound() -> ECMPageMask {
        var next = ECMPageMask()
        next.round = round
        round = Block()
        return next
    }

    /// New data for every copy, by its owner.
    mutating func masked(_ coding: PageCoding?, _ random: SeededRandom) -> [(owner: Int, data: [UInt8])] {
        if !round.copies.isEmpty { blocks.append(round) }
        var random = random
        var places: [(block: Int, number: Int, count: Int)] = []
        var octets: [UInt8] = []
        collect: for (index, block) in blocks.enumerated() {
            for number in 0..<block.count {
                guard let data = block.good(number) else {
                    // T.6 has nothing to begin again at behind a hole (T.6 2.2).
                    if coding?.compression == .mmr { break collect }
                    continue
                }
                places.append((index, number, data.count))
                octets += data
            }
        }
        let page = coding?.page(for: octets, .leastSignificantFirst, random) ?? PageCoding.noise(octets, &random)
        var result: [(owner: Int, data: [UInt8])] = []
        var start = 0
        for (index, number, count) in places {
            result += write(Array(page[start..<start + count]), index, number, &random)
            start += count
        }
        for index in blocks.indices {
            for number in blocks[index].copies.keys.sorted() {
                result += write(nil, index, number, &random)
            }
        }
        return result
    }

    /// Copies of a frame that got its new data; with `nil` those that are left over.
    private mutating func write(
        _ new: [UInt8]?, _ block: Int, _ number: Int, _ random: inout SeededRandom
    ) -> [(owner: Int, data: [UInt8])] {
        let good = blocks[block].good(number)
        let new = new ?? good.map { PageCoding.noise($0, &random) }
        let copies = blocks[block].copies.removeValue(forKey: number) ?? []
        return copies.map { copy in
            guard let new, let good else { return (copy.owner, PageCoding.noise(copy.data, &random)) }
            return (copy.owner, Self.damaged(new, as: copy.data, was: good) ?? PageCoding.noise(copy.data, &random))
        }
    }

    /// The same bits wrong as in the copy, where these are few: many would tell what both were.
    private static func damaged(_ new: [UInt8], as copy: [UInt8], was good: [UInt8]) -> [UInt8]? {
        guard copy.count == good.count, new.count == good.count else { return nil }
        let errors = zip(copy, good).map { $0 ^ $1 }
        guard errors.reduce(0, { $0 + $1.nonzeroBitCount }) * 16 <= errors.count * 8 else { return nil }
        return zip(new, errors).map { $0 ^ $1 }
    }
}

/// How the page data of a call are coded, as its DCS says.
struct PageCoding {
    /// `nil`: a coding whose pages are not read here (JBIG …).
    var compression: PageDecoder.Compression?
    var widthPx: Int
    var isECM: Bool
    var rateBps: Int?

    init(_ command: DigitalCommand) {
        compression = PageDecoder.Compression(rawValue: command.compression.rawValue)
        widthPx = command.widthPx
        isECM = command.ecm
        rateBps = command.modulation?.rateBps
    }

    /// Another page of as many octets; `nil` where pages of this coding are not read.
    /// - Parameter salts: see ``PageSubstitute``.
    func page(
        for octets: [UInt8], _ order: PageDecoder.BitOrder, _ random: SeededRandom, salts: [Int: Int] = [:]
    ) -> [UInt8]? {
        compression.map {
            PageSubstitute.octets(
                for: octets, compression: $0, bitOrder: order, widthPx: widthPx, random: random, salts: salts)
        }
    }

    /// Octets at random; zeros stay, as they mostly fill.
    static func noise(_ octets: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        octets.map { $0 == 0 ? 0 : UInt8.random(in: 1...255, using: &random) }
    }
}
