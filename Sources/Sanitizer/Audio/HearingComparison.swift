import FaxCore
import FaxDSP
import FaxWire
import T30Analyzer

/// What modems make of a stream that was made anew, held against what they made of the original.
struct HearingComparison {
    /// One turn or burst that is heard otherwise.
    struct Difference {
        /// Of the original's items.
        var item: Int
        /// Where the first frame ended that differs, on the original's timeline; `nil`: the signal as a whole differs.
        var sample: Int?
    }

    private(set) var differences: [Difference] = []

    /// - Parameter codings: of pages without frames, by item.
    init(_ old: [HeardItem], _ new: [HeardItem], codings: [Int: PageCoding]) {
        for (index, item) in old.enumerated() where item.isSignal {
            let others = new.filter { $0.isSignal && $0.start < item.end && item.start < $0.end }
            let before = item.story(codings[index])
            let after = others.flatMap { $0.story(codings[index]) }
            guard before.map(\.text) != after.map(\.text) else { continue }
            let same = zip(before, after).prefix { $0.text == $1.text }.count
            let sample = same < before.count ? before[same].sample : before.last?.sample
            differences.append(Difference(item: index, sample: sample))
        }
    }
}

extension HeardItem {
    /// One of the modems claims it.
    fileprivate var isSignal: Bool {
        switch content {
        case .commands, .burst: true
        case .sound: false
        }
    }

    fileprivate func story(_ coding: PageCoding?) -> [(text: String, sample: Int?)] {
        switch content {
        case .commands(let turn):
            [("commands", nil)] + turn.frames.map { ($0.story, $0.lastSample) }
        case .burst(let burst):
            [(burst.isTrained ? "trained" : "not trained", nil)] + burst.story(coding)
        case .sound: []
        }
    }
}

extension HeardBurst {
    fileprivate func story(_ coding: PageCoding?) -> [(text: String, sample: Int?)] {
        let frames = frames.filter { $0.crcOK || $0.isImageFrame }
        if !frames.isEmpty || coding?.isECM == true { return frames.map { ($0.story, $0.lastSample) } }
        guard let figures = coding?.figures(of: octets) else { return [] }
        return [(figures, nil)]
    }
}

extension HDLCFrame {
    /// Its name, for data its number, and whether it came whole.
    fileprivate var story: String {
        octets.dropFirst(2).prefix(isImageFrame ? 2 : 1).map { String($0, radix: 16) }.joined(separator: " ")
            + (crcOK ? " good" : " bad")
    }
}

extension PageCoding {
    /// Rows and bad rows of a page without frames.
    fileprivate func figures(of octets: [UInt8]) -> String? {
        guard let compression,
            let page = PageDecoder.decode(
                octets, compression: compression, bitOrder: .mostSignificantFirst, widthPx: widthPx, dpiX: 204,
                dpiY: 98)
        else { return nil }
        return "\(page.rows) rows, \(page.badRows) bad"
    }
}
