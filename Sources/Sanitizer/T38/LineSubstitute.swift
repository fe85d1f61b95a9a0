import FaxCore
import FaxDSP
import FaxWire

/// Puts other idents and pages in the place of what one side sent, part by part in order of time, whatever carried it.
struct LineSubstitute {
    enum Kind {
        /// A frame of V.21, a frame of the message channel: octets between the flags, first bit = least significant.
        case command, image
        /// Data without frames, first bit = most significant.
        case burst
    }

    /// What stands for each part taken, as many octets; complete after ``finish()``.
    private(set) var results: [[UInt8]] = []
    private(set) var pages = 0
    private(set) var identFrames = 0
    private(set) var coding: PageCoding?
    private let names: Pseudonyms
    private let frames: FrameMask
    /// Tells streams apart where their randomness comes from.
    private let stream: Int
    /// A DCS came, and its TCF did not yet.
    private var expectsTCF = false
    private var page = ECMPageMask()
    /// Makes the data of a part without frames other than at first, by its number in ``results`` and from a bit of it on.
    var salts: [Int: [Int: Int]] = [:]
    /// The last PPS ended a page, and not only a part of one.
    private var hasPageEnd = false

    init(_ names: Pseudonyms, stream: Int) {
        self.names = names
        self.stream = stream
        frames = FrameMask(names: names)
    }

    /// - Parameter isGood: its check sequence was right and nothing of it is missing.
    mutating func take(_ kind: Kind, _ octets: [UInt8], isGood: Bool) {
        results.append(octets)
        switch kind {
        case .command: command(octets, isGood)
        case .image: image(octets, isGood)
        case .burst: burst(octets)
        }
    }

    mutating func finish() { closePage() }

    private mutating func put(_ octets: [UInt8]) { results[results.count - 1] = octets }

    // MARK: Frames

    private mutating func command(_ octets: [UInt8], _ isGood: Bool) {
        let new = frames.masked(octets, isGood: isGood)
        if new != octets {
            identFrames += 1
            put(new)
        }
        guard isGood, octets.count >= 3 else { return }
        let frame = T30Frame(lax: octets)
        switch frame.signal {
        case .dcs:
            closePage()
            coding = PageCoding(DigitalCommand(information: frame.information))
            expectsTCF = true
        case .pps:
            let counts = PartialPageCounts(information: frame.information)
            if !page.belongsHere(counts) {
                let next = page.removeRound()
                closePage()
                page = next
            }
            page.endRound(counts)
            hasPageEnd = frame.command != .null
        default: break
        }
    }

    private mutating func image(_ octets: [UInt8], _ isGood: Bool) {
        let frame = T30Frame(lax: octets)
        guard frame.signal == .fcd, octets.count > 4 else {
            if frame.signal != .rcp || !isGood { put(frames.scrambled(octets, from: 3)) }
            return
        }
        expectsTCF = false
        let data = Array(octets[4...])
        let number = Int(octets[3])
        if isGood, hasPageEnd, page.contradicts(data, number: number) { closePage() }
        page.take(ECMPageMask.Copy(owner: results.count - 1, data: data, isGood: isGood), number: number)
    }

    private mutating func closePage() {
        defer {
            page = ECMPageMask()
            hasPageEnd = false
        }
        guard !page.isEmpty else { return }
        pages += 1
        if names.isLearning { return }
        for (owner, data) in page.masked(coding, names.random("page", stream << 16 | pages)) {
            results[owner].replaceSubrange(4..., with: data)
        }
    }

    // MARK: Bursts

    private mutating func burst(_ octets: [UInt8]) {
        defer { expectsTCF = false }
        let ones = octets.reduce(0) { $0 + $1.nonzeroBitCount }
        // Nearly nothing but zeros: TCF, of which there is nothing to read.
        if ones * 64 <= octets.count * 8 { return }
        pages += 1
        if names.isLearning { return }
        let salts = salts[results.count - 1] ?? [:]
        var random = names.random("burst", stream << 16 | pages)
        let isTCF = expectsTCF && (coding?.isECM == true || octets.count * 8 <= 2 * (coding?.rateBps ?? 14_400))
        if !isTCF, let coding, !coding.isECM,
            let page = coding.page(for: octets, .mostSignificantFirst, random, salts: salts)
        {
            put(page)
        } else {
            put(octets.map { $0 == 0 ? 0 : UInt8.random(bitsOf: $0, using: &random) })
        }
    }
}

extension UInt8 {
    /// The same bits in the other order.
    var turned: UInt8 {
        var value = self
        value = value >> 4 | value << 4
        value = (value & 0xCC) >> 2 | (value & 0x33) << 2
        return (value & 0xAA) >> 1 | (value & 0x55) << 1
    }

    /// As many ones as `octet` has, in other places.
    static func random(bitsOf octet: UInt8, using random: inout SeededRandom) -> UInt8 {
        (0..<8).shuffled(using: &random).prefix(octet.nonzeroBitCount).reduce(0) { $0 | 1 << UInt8($1) }
    }
}
