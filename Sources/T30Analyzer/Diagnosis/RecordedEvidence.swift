import FaxCore

/// Evidence in recordings, which have no frames: the session's events are given numbers as if they were frames, the rules
/// name them, and the numbers become spans of time again.
struct RecordedEvidence {
    /// The session with a number in every place where a frame would stand.
    private(set) var session: FaxSession
    private var moments: [ClosedRange<Instant>] = []

    /// No capture has so many files: the numbers are never taken for frames.
    private static let file = UInt32.max

    init(_ session: FaxSession) {
        self.session = session
        for index in session.messages.indices {
            let message = session.messages[index]
            let number = number(message.time, message.end)
            self.session.messages[index].frame = number
            self.session.messages[index].lastFrame = number
        }
        for index in session.trainings.indices { numberTraining(index) }
        for index in session.pages.indices {
            guard let start = session.pages[index].start else { continue }
            let number = number(start, session.pages[index].end ?? start)
            self.session.pages[index].firstFrame = number
            self.session.pages[index].lastFrame = number
        }
        for index in session.signals.indices {
            let number = number(session.signals[index].start, session.signals[index].end)
            self.session.signals[index].firstFrame = number
            self.session.signals[index].lastFrame = number
        }
        for index in session.bursts.indices { numberBurst(index) }
        for index in session.remarks.indices {
            let time = session.remarks[index].time
            self.session.remarks[index].frames = [number(time, time)]
        }
    }

    private mutating func numberTraining(_ index: Int) {
        let training = session.trainings[index]
        session.trainings[index].frame = number(training.time, training.time)
        let answer = session.messages.first { $0.time > training.time && $0.name == training.answer }
        session.trainings[index].answerFrame = answer?.frame
    }

    private mutating func numberBurst(_ index: Int) {
        let burst = session.bursts[index]
        let number = number(burst.training.lowerBound, burst.data?.upperBound ?? burst.training.upperBound)
        session.bursts[index].firstFrame = number
        session.bursts[index].lastFrame = number
        for place in burst.slips.indices {
            let time = burst.slips[place].time
            session.bursts[index].slips[place].frame = self.number(time, time)
        }
    }

    private mutating func number(_ start: Instant, _ end: Instant) -> FrameRef {
        moments.append(start...max(start, end))
        return FrameRef(file: Self.file, number: UInt32(clamping: moments.count))
    }

    /// Numbers back to times, in order of time, each once.
    func timed(_ findings: [Finding]) -> [Finding] {
        findings.map { finding in
            var finding = finding
            var times = finding.times
            for frame in finding.frames where frame.file == Self.file && frame.number > 0 {
                let moment = moments[Int(frame.number) - 1]
                if !times.contains(moment) { times.append(moment) }
            }
            finding.times = times.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
            finding.frames = []
            return finding
        }
    }
}
