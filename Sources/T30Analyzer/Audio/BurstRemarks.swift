import FaxCore

/// What happened to the message channel of a fax in audio, for the ladder: lost packets and slips with the bits that
/// they hit, trainings that failed.
struct BurstRemarks {
    private(set) var remarks: [SessionRemark] = []

    init(_ session: FaxSession) {
        for burst in session.bursts {
            if !burst.gaps.isEmpty { noteGaps(burst, session) }
            if !burst.isTrained { noteFailure(burst) }
            for slip in burst.slips { note(slip, burst) }
        }
    }

    private mutating func noteGaps(_ burst: BurstReport, _ session: FaxSession) {
        let places = burst.gaps.prefix(Self.placesShown).map { gap in
            let bit = gap.bit.map { "at bit \($0)" } ?? "inside the training"
            return "\(gap.lost.inMilliseconds) \(bit)"
        }
        let more = burst.gaps.count - places.count
        var text = "lost in \(name(burst)): " + places.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
        text += effect(on: burst, session)
        let frames = burst.gaps.prefix(LineQuirk.frameLimit).flatMap { [$0.before, $0.after] }
        add("loss-in-burst", burst, at: burst.gaps[0].time, frames, text)
    }

    private static let placesShown = 4

    /// What came of it, as far as the burst itself and its answer show.
    private func effect(on burst: BurstReport, _ session: FaxSession) -> String {
        switch burst.content {
        case .tcf:
            let training = session.trainings.last { $0.time <= burst.training.upperBound }
            let run = training?.longestZeroRunBits.map { "; longest run of zeros \($0) of \(burst.bits) bits" } ?? ""
            return run + (training?.answer.map { "; \($0) followed" } ?? "; no answer seen")
        case .ecm:
            return burst.badFrames > 0 ? "; \(burst.goodFrames) frames whole, \(burst.badFrames) damaged" : ""
        case .page, .nothing:
            return ""
        }
    }

    private mutating func noteFailure(_ burst: BurstReport) {
        let cause =
            burst.gaps.isEmpty
            ? "no packet is missing in it"
            : "it begins after, or holds, \(burst.gaps.count == 1 ? "a gap" : "\(burst.gaps.count) gaps")"
        add(
            "training-not-received", burst, at: burst.training.upperBound, [burst.firstFrame].compactMap(\.self),
            "a \(burst.modem) \(burst.rateBps) receiver does not train on this signal; \(cause)")
    }

    private mutating func note(_ slip: BurstReport.Slip, _ burst: BurstReport) {
        let what: String
        switch (slip.evidence, slip.inserted) {
        case (.frameLength, let inserted?):
            let length = inserted < .zero ? .zero - inserted : inserted
            what = "\(inserted < .zero ? "removed" : "inserted") \(length.inMilliseconds), by the length of ECM frames"
        case (.frameLength, nil), (.symbols, _):
            what = "the symbols jumped: samples removed, inserted or shifted by a fraction"
        }
        add("slip", burst, at: slip.time, [slip.frame].compactMap(\.self), "in \(name(burst)), no packet lost: \(what)")
    }

    private func name(_ burst: BurstReport) -> String {
        switch burst.content {
        case .tcf: "TCF"
        case .ecm: "ECM page data"
        case .page: "page data"
        case .nothing: "\(burst.modem) training"
        }
    }

    private mutating func add(
        _ name: String, _ burst: BurstReport, at time: Instant, _ frames: [FrameRef], _ text: String
    ) {
        remarks.append(
            SessionRemark(name: name, time: time, frames: frames, direction: burst.party, text: text))
    }
}

extension Duration {
    fileprivate var inMilliseconds: String { "\(Int((inSeconds * 1_000).rounded())) ms" }
}
