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
        /// Where the first frame ended, or the first bad rows began, that differ; on the original's timeline. `nil`: the
        /// signal as a whole differs.
        var sample: Int?
        /// Other frames came whole than in the original: that may turn a verdict, where another damaged one seldom does.
        var isOfWholeFrames: Bool
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
            let places = [before, after].compactMap { same < $0.count ? $0[same].sample : nil }
            let sample = places.min() ?? before.prefix(same).last?.sample
            let whole = [before, after].map { $0.map(\.text).filter { $0.hasSuffix("good") } }
            differences.append(Difference(item: index, sample: sample, isOfWholeFrames: whole[0] != whole[1]))
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
        guard let page = coding?.page(in: octets) else { return [] }
        let damage = page.badRuns.map { run in
            ("\(run.rows) bad rows from \(run.firstRow)", sample(ofOctet: run.bits.lowerBound / 8))
        }
        return damage + [("\(page.rows) rows, \(page.badRows) bad", nil)]
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
    /// A page without frames as a receiver reads it.
    fileprivate func page(in octets: [UInt8]) -> DecodedPage? {
        compression.flatMap {
            PageDecoder.decode(
                octets, compression: $0, bitOrder: .mostSignificantFirst, widthPx: widthPx, dpiX: 204, dpiY: 98)
        }
    }
}
