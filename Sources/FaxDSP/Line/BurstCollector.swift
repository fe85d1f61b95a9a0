/// Puts the events of a ``HighSpeedReceiver`` together to bursts.
struct BurstCollector {
    enum Step {
        case nothing
        /// The modem has trained: a burst is open.
        case opened
        case closed(HeardBurst)
        /// A carrier came and went without a training that succeeded.
        case missed(Range<Int>)
    }

    /// Symbols worse than this for ``poorSteps`` steps may be no symbols at all.
    private static let poorErrorRatio = 0.5
    private static let poorSteps = 15

    private let envelope: Envelope
    private let quietDBm0: Double
    private var open: HeardBurst?
    private var poorCount = 0
    private var carrierSample: Int?

    init(_ envelope: Envelope, quietDBm0: Double) {
        self.envelope = envelope
        self.quietDBm0 = quietDBm0
    }

    var isOpen: Bool { open != nil }
    /// What is received may not be the signal that the modem takes it for.
    var isPoor: Bool { poorCount >= Self.poorSteps }
    /// Where the carrier that is there now came up.
    var onset: Int? { carrierSample }

    /// The receiver was told to begin anew.
    mutating func restart() { carrierSample = nil }

    mutating func take(_ event: HighSpeedEvent, _ receiver: borrowing HighSpeedReceiver) -> Step {
        switch event {
        case .carrierUp(let sample):
            carrierSample = sample
        case .trained(let sample, _):
            let start = envelope.onset(before: carrierSample ?? sample, thresholdDBm0: quietDBm0)
            open = HeardBurst(
                modulation: receiver.modulation, training: start..<max(sample, start), data: sample..<sample,
                isTrained: true, levelDBm0: 0)
            poorCount = 0
            return .opened
        case .octets(let octets, let firstSample):
            guard let held = open?.octets.count else { return .nothing }
            open?.marks.append(HeardBurst.Mark(octet: held, sample: firstSample))
            open?.octets += octets
        case .hdlc(.frame(let frame)):
            open?.frames.append(frame)
        case .carrierDown(let sample, let bitCount, let lastBits, let quality):
            defer { carrierSample = nil }
            guard open != nil else { return carrierSample.map { .missed($0..<max(sample, $0)) } ?? .nothing }
            if bitCount & 7 != 0 { open?.octets.append(lastBits) }
            open?.bitCount = bitCount
            open?.quality = quality
            return close(at: sample, hasEnd: true, receiver).map { .closed($0) } ?? .nothing
        case .trainingStarted, .trainingFailed, .hdlc(.preamble), .hdlc(.abort):
            break
        }
        return .nothing
    }

    /// After each step of samples.
    mutating func note(_ window: QualityWindow) {
        guard open != nil else { return }
        open?.windows.append(window)
        let isPoor = window.errorVectorRatio.map { $0 > Self.poorErrorRatio } ?? true
        poorCount = isPoor ? poorCount + 1 : 0
    }

    /// Ends the open burst. `hasEnd`: the signal ended there, not only what we have of it.
    mutating func close(at sample: Int, hasEnd: Bool, _ receiver: borrowing HighSpeedReceiver) -> HeardBurst? {
        guard var burst = open else { return nil }
        open = nil
        poorCount = 0
        if burst.bitCount == 0 {
            burst.bitCount = burst.octets.count * 8
            burst.quality = receiver.quality
        }
        burst.points = receiver.points
        burst.hasEnd = hasEnd
        burst.data = burst.data.lowerBound..<max(sample, burst.data.lowerBound)
        burst.levelDBm0 = envelope.levelDBm0(burst.data)
        return burst
    }
}
