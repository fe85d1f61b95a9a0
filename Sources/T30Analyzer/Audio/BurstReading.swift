import FaxCore
import FaxDSP
import FaxWire

extension BurstReport {
    /// 100 ms.
    private static let reachBeforeFailure = 800

    init(_ burst: HeardBurst, _ content: Content, party: Party?, stream: Int, _ timeline: AudioTimeline) {
        let place = timeline.span(burst.samples)
        let training = timeline.span(burst.training)
        self.init(
            party: party, stream: stream, modem: burst.modulation.modem.rawValue, rateBps: burst.modulation.rateBps,
            hasShortTraining: burst.modulation.hasShortTraining, isTrained: burst.isTrained, content: content,
            training: training.start...max(training.start, training.end), firstFrame: place.firstFrame,
            lastFrame: place.lastFrame, levelDBm0: burst.isTrained ? burst.levelDBm0 : nil)
        // Without a training, what went before may be the reason: the carrier was lost with it.
        let start = burst.samples.lowerBound - (burst.isTrained ? 0 : Self.reachBeforeFailure)
        gaps = timeline.gaps(in: max(0, start)..<burst.samples.upperBound).prefix(Self.gapLimit).map { gap in
            let isInData = burst.isTrained && gap.samples.lowerBound >= burst.data.lowerBound
            return Gap(
                time: gap.time, lost: AudioTimeline.duration(gap.missingSamples), lostPackets: gap.lostPackets,
                bit: isInData ? burst.octet(ofSample: gap.samples.lowerBound) * 8 : nil, before: gap.before,
                after: gap.after)
        }
        guard burst.isTrained else { return }
        let data = timeline.span(burst.data)
        self.data = data.start...max(data.start, data.end)
        carrierErrorHz = burst.quality.carrierHz.map { Double($0) - burst.modulation.carrierHz }
        errorVectorRatio = burst.quality.errorVectorRatio
        bits = burst.bitCount
        goodFrames = content == .ecm ? burst.frames.count { $0.crcOK && $0.octets.count > 4 } : 0
        badFrames = content == .ecm ? burst.frames.count { !$0.crcOK && $0.isImageFrame && $0.octets.count > 4 } : 0
        points = burst.points
        slips = SlipCheck(burst, timeline).slips()
        jumps = JumpCheck(burst, timeline).jumps()
        clippedShare = WaveformCheck.clippedShare(burst, timeline)
        repeats = WaveformCheck.repeats(burst, timeline)
    }
}

extension HighSpeedModulation {
    var hasShortTraining: Bool {
        switch self {
        case .v17(_, let training): training == .short
        case .v27ter, .v29: false
        }
    }

    /// Nominal (V.17 2.1, V.27ter 2.2, V.29 2).
    var carrierHz: Double {
        switch self {
        case .v17, .v27ter: 1_800
        case .v29: 1_700
        }
    }
}
