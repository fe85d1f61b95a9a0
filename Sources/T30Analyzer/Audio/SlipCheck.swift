import FaxCore
import FaxDSP

/// Finds samples that were removed or inserted before the capture, in one burst (jitter buffers do it by whole packets,
/// converters between clocks by single samples).
struct SlipCheck {
    private let burst: HeardBurst
    private let timeline: AudioTimeline

    /// Windows before a step, in it, and after it.
    private static let quietWindows = 8
    private static let stepWindows = 2
    private static let loudWindows = 3
    /// A step in the error of the symbols: so many times what it was, and at least this.
    private static let stepFactor = 2.5
    private static let stepLeast = 0.06
    /// Around a gap everything is explained by it: 60 ms.
    private static let reach = 480

    init(_ burst: HeardBurst, _ timeline: AudioTimeline) {
        self.burst = burst
        self.timeline = timeline
    }

    /// In order of time.
    func slips() -> [BurstReport.Slip] {
        let found = burst.goodImageFrames > 0 ? framesOfOtherLength() : []
        return Array((found + steps(besides: found)).sorted { $0.time < $1.time }.prefix(BurstReport.slipLimit))
    }

    // MARK: - Length of frames

    /// All FCD frames of a burst but the last hold the same number of octets, so they take about the same time, up to
    /// the zeros inserted into them. Where some are spoiled, the time between the good ones around them tells how much
    /// too short or too long they are.
    private func framesOfOtherLength() -> [BurstReport.Slip] {
        let good = burst.frames.filter { $0.crcOK && $0.isImageFrame && $0.octets.count > Self.leastOctets }
        let pairs = Array(zip(good, good.dropFirst()))
        return pairs.indices.compactMap { index in
            let (before, after) = pairs[index]
            guard let missing = Self.missing(before, after), (1...Self.mostMissing).contains(missing),
                let usual = usualStep(pairs, around: index), isWhole(before.firstSample..<after.firstSample)
            else { return nil }
            let count = Double(missing + 1)
            let inserted = Double(after.firstSample - before.firstSample) - count * usual.step
            guard abs(inserted) > max(Self.leastSamples, count * usual.spread), abs(inserted) < Self.mostSamples else {
                return nil
            }
            return slip(at: before.lastSample, .microseconds(Int64(inserted * 125)), .frameLength)
        }
    }

    /// From one good frame to the next, in samples, and how much that differs among the neighbours: pictures change what
    /// is inserted slowly.
    private func usualStep(
        _ pairs: [(HDLCFrame, HDLCFrame)], around index: Int
    ) -> (step: Double, spread: Double)? {
        let near = max(0, index - Self.neighbours)..<min(pairs.count, index + Self.neighbours + 1)
        let steps = near.compactMap { place in
            Self.missing(pairs[place].0, pairs[place].1) == 0
                ? Double(pairs[place].1.firstSample - pairs[place].0.firstSample) : nil
        }.sorted()
        guard steps.count >= Self.leastSteps else { return nil }
        let step = steps[steps.count / 2]
        return (step, steps.map { abs($0 - step) }.max() ?? 0)
    }

    private static let neighbours = 5
    /// Image frames of other than the full length are the last of a page.
    private static let leastOctets = 60
    private static let leastSteps = 4
    private static let mostMissing = 4
    /// 2 ms; less may be chance.
    private static let leastSamples = 16.0
    /// 200 ms; more is loss.
    private static let mostSamples = 1_600.0

    /// How many frames are missing between two, by their numbers; `nil`: they do not follow each other.
    private static func missing(_ first: HDLCFrame, _ second: HDLCFrame) -> Int? {
        guard let from = first.imageFrameNumber, let to = second.imageFrameNumber, to > from else { return nil }
        return Int(to) - Int(from) - 1
    }

    // MARK: - Symbols

    private func steps(besides known: [BurstReport.Slip]) -> [BurstReport.Slip] {
        let windows = burst.windows.filter { $0.symbolCount > 0 }
        var found: [BurstReport.Slip] = []
        var index = Self.quietWindows + Self.stepWindows
        while index + Self.loudWindows <= windows.count, found.count < BurstReport.slipLimit {
            let step = index - Self.stepWindows
            let before = windows[step - Self.quietWindows..<step].compactMap(\.errorVectorRatio).max() ?? 1
            let after = windows[index..<index + Self.loudWindows].compactMap(\.errorVectorRatio).min() ?? 0
            guard after > max(before * Self.stepFactor, Self.stepLeast) else {
                index += 1
                continue
            }
            let sample = windows[step].sample
            let isNew = isWhole(sample - Self.reach..<windows[index].sample + Self.reach)
            if isNew, isSteady(around: sample), !isReadWhole(sample..<windows[index].sample) {
                found.append(slip(at: sample, nil, .symbols))
            }
            // The receiver settles before the next one can be seen.
            index += Self.quietWindows + Self.loudWindows
        }
        return found
    }

    /// ECM frames that follow each other and came whole hold every bit from before the place to behind it: whatever made
    /// the symbols worse, no sample is missing and none is too many.
    private func isReadWhole(_ range: Range<Int>) -> Bool {
        let around = burst.frames.filter {
            $0.isImageFrame && $0.lastSample >= range.lowerBound && $0.firstSample <= range.upperBound
        }
        guard let first = around.first, let last = around.last, first.firstSample <= range.lowerBound,
            last.lastSample >= range.upperBound, around.allSatisfy(\.crcOK)
        else { return false }
        return zip(around, around.dropFirst()).allSatisfy { Self.missing($0, $1) == 0 }
    }

    /// The symbols got worse and the signal did not end or grow: no drop, no burst of noise.
    private func isSteady(around sample: Int) -> Bool {
        let samples = timeline.samples.span
        let before = Envelope.levelDBm0(samples, max(0, sample - Self.reach)..<max(0, sample))
        let after = Envelope.levelDBm0(samples, min(sample + 160, samples.count)..<min(sample + 640, samples.count))
        return abs(before - after) < 1.5 && sample + 1_600 < burst.data.upperBound
    }

    // MARK: - Places

    private func isWhole(_ range: Range<Int>) -> Bool {
        timeline.gaps(in: max(0, range.lowerBound)..<max(0, range.upperBound)).isEmpty
    }

    private func slip(
        at sample: Int, _ inserted: Duration?, _ evidence: BurstReport.Slip.Evidence
    ) -> BurstReport.Slip {
        BurstReport.Slip(
            time: timeline.time(ofSample: sample) ?? .zero, frame: timeline.placement(atOrBefore: sample)?.frame,
            inserted: inserted, evidence: evidence)
    }
}

extension HDLCFrame {
    /// Of an FCD (T.30 A.3.1).
    fileprivate var imageFrameNumber: UInt8? { isImageFrame && octets.count > 3 ? octets[3] : nil }
}
