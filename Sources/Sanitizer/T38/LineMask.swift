import FaxCore
import FaxDSP
import FaxWire

/// Replaces what one side sent over T.38, in the order of its packets: idents in frames, pages in bursts and ECM frames.
struct LineMask {
    private(set) var octets: [UInt8]
    private let names: Pseudonyms
    private let frames: FrameMask
    /// Tells streams apart where their randomness comes from.
    private let stream: Int
    private var coding: PageCoding?
    /// A DCS came, and its TCF did not yet.
    private var expectsTCF = false
    private var page = ECMPageMask()
    /// The last PPS ended a page, and not only a part of one.
    private var hasPageEnd = false
    /// Ranges of the ECM frames of ``page``, behind their number, by owner.
    private var owners: [[Range<Int>]] = []
    private(set) var pages = 0
    private(set) var identFrames = 0

    init(_ octets: [UInt8], _ names: Pseudonyms, stream: Int) {
        self.octets = octets
        self.names = names
        self.stream = stream
        frames = FrameMask(names: names)
    }

    mutating func take(_ line: LineOctets) {
        switch line.kind {
        case .frame(let type, let isGood, let mayLackStart):
            let isWhole = isGood && (!mayLackStart || beginsWhole(line))
            if type.modem == .v21 { control(line, isWhole) } else { image(line, isWhole) }
        case .burst: burst(line)
        }
    }

    mutating func finish() { closePage() }

    mutating func zero(_ range: Range<Int>) {
        if names.isLearning { return }
        for index in range { octets[index] = 0 }
    }

    // MARK: Octets

    /// T.38 sends the first bit on the line as the most significant one.
    private func frameOctets(_ line: LineOctets) -> [UInt8] {
        line.ranges.flatMap { octets[$0].map(\.turned) }
    }

    /// Address and control field stand where a frame begins: nothing of it was lost before them.
    private func beginsWhole(_ line: LineOctets) -> Bool {
        let start = frameOctets(line).prefix(2)
        return start.count == 2 && start[0] == 0xFF && (start[1] == 0x03 || start[1] == 0x13)
    }

    private mutating func write(_ new: some Sequence<UInt8>, to ranges: [Range<Int>]) {
        var source = new.makeIterator()
        for index in ranges.joined() {
            guard let octet = source.next() else { return }
            octets[index] = octet
        }
    }

    // MARK: Frames

    private mutating func control(_ line: LineOctets, _ isGood: Bool) {
        let old = frameOctets(line)
        let new = frames.masked(old, isGood: isGood)
        if new != old {
            identFrames += 1
            write(new.map(\.turned), to: line.ranges)
        }
        guard isGood, old.count >= 3 else { return }
        let frame = T30Frame(lax: old)
        switch frame.signal {
        case .dcs:
            closePage()
            coding = PageCoding(DigitalCommand(information: frame.information))
            expectsTCF = true
        case .pps:
            let counts = PartialPageCounts(information: frame.information)
            if !page.belongsHere(counts) {
                let next = page.removeRound()
                let ranges = owners
                closePage()
                page = next
                owners = ranges
            }
            page.endRound(counts)
            hasPageEnd = frame.command != .null
        default: break
        }
    }

    private mutating func image(_ line: LineOctets, _ isGood: Bool) {
        let old = frameOctets(line)
        let frame = T30Frame(lax: old)
        guard frame.signal == .fcd, old.count > 4 else {
            if frame.signal != .rcp { write(frames.scrambled(old, from: 3).map(\.turned), to: line.ranges) }
            return
        }
        expectsTCF = false
        let data = Array(old[4...])
        let number = Int(old[3])
        if isGood, hasPageEnd, page.contradicts(data, number: number) { closePage() }
        page.take(ECMPageMask.Copy(owner: owners.count, data: data, isGood: isGood), number: number)
        owners.append(line.ranges.dropping(4))
    }

    private mutating func closePage() {
        defer {
            page = ECMPageMask()
            owners = []
            hasPageEnd = false
        }
        guard !page.isEmpty else { return }
        pages += 1
        if names.isLearning { return }
        for (owner, data) in page.masked(coding, names.random("page", stream << 16 | pages)) {
            write(data.map(\.turned), to: owners[owner])
        }
    }

    // MARK: Bursts

    private mutating func burst(_ line: LineOctets) {
        let old = line.ranges.flatMap { octets[$0] }
        defer { expectsTCF = false }
        let ones = old.reduce(0) { $0 + $1.nonzeroBitCount }
        // Nearly nothing but zeros: TCF, of which there is nothing to read.
        if ones * 64 <= old.count * 8 { return }
        pages += 1
        if names.isLearning { return }
        var random = names.random("burst", stream << 16 | pages)
        let isTCF = expectsTCF && (coding?.isECM == true || old.count * 8 <= 2 * (coding?.rateBps ?? 14_400))
        if !isTCF, let coding, !coding.isECM, let page = coding.page(for: old, .mostSignificantFirst, random) {
            write(page, to: line.ranges)
        } else {
            write(old.map { $0 == 0 ? 0 : UInt8.random(bitsOf: $0, using: &random) }, to: line.ranges)
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

extension [Range<Int>] {
    /// Without the first `count` places.
    func dropping(_ count: Int) -> [Range<Int>] {
        var left = count
        return compactMap { range in
            let drop = Swift.min(left, range.count)
            left -= drop
            return drop == range.count ? nil : range.lowerBound + drop..<range.upperBound
        }
    }
}
