import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// SIP, signals, T.30 frames and pages of both parties in order of time.
struct Ladder {
    struct Step {
        var time: Instant
        var frame: FrameRef?
        var lastFrame: FrameRef?
        /// `nil`: it concerns both, or the sender is not known.
        var from: Party?
        var text: String
        /// Order among steps of one time: SIP before signals before frames.
        var rank: Int
        /// How many steps of this text stand behind it.
        var count = 1
        /// A bold word for pages and findings, dim for retransmissions.
        var tone: TerminalText.Tone?
    }

    static let stepLimit = 2_000

    private(set) var steps: [Step] = []
    /// Steps past ``stepLimit``.
    private(set) var dropped = 0

    init(_ analyzed: AnalyzedCall, isVerbose: Bool) {
        addSIP(analyzed.call)
        addEvents(analyzed.call)
        addSignals(analyzed.fax, isVerbose: isVerbose)
        addMessages(analyzed.fax, isVerbose: isVerbose)
        addPages(analyzed.fax)
        addRemarks(analyzed)
        let order = steps.indices.sorted { left, right in
            let (a, b) = (steps[left], steps[right])
            if a.time != b.time { return a.time < b.time }
            return a.rank == b.rank ? left < right : a.rank < b.rank
        }
        steps = Self.collapsed(order.map { steps[$0] })
        dropped = max(0, steps.count - Self.stepLimit)
        steps.removeLast(dropped)
    }

    private mutating func addSIP(_ call: Call) {
        for step in call.signalling.steps {
            let remarks = step.remarks.isEmpty ? "" : " [" + step.remarks.joined(separator: "; ") + "]"
            steps.append(
                Step(
                    time: step.time, frame: step.frame, from: step.from,
                    text: TerminalText.harmless(step.summary + remarks + (step.isRetransmission ? " (again)" : "")),
                    rank: 0, tone: step.isRetransmission ? .quiet : nil))
        }
        for error in call.icmpErrors {
            steps.append(
                Step(
                    time: error.time, frame: error.frame, from: nil,
                    text: "ICMP \(error.what) from \(error.from) for \(error.quotedTo)", rank: 1, tone: .doubtful))
        }
    }

    private mutating func addEvents(_ call: Call) {
        for stream in call.streams where !stream.isOtherHop {
            for event in stream.events {
                steps.append(
                    Step(
                        time: event.time, frame: event.frame, from: stream.direction,
                        text: "event \(event.name) \(Clock.seconds(event.duration, digits: 2)) s", rank: 2))
            }
        }
    }

    private mutating func addSignals(_ fax: FaxSession, isVerbose: Bool) {
        for signal in fax.signals where isVerbose || Self.isTold(signal.name) {
            let length = signal.end > signal.start ? " \(Clock.seconds(signal.end - signal.start)) s" : ""
            steps.append(
                Step(
                    time: signal.start, frame: signal.firstFrame, lastFrame: signal.lastFrame, from: signal.direction,
                    text: TerminalText.harmless(signal.name) + length + Self.measured(signal, isVerbose), rank: 3))
        }
    }

    /// Level and frequency error of what was heard, such as `, −13.2 dBm0, +1.4 Hz`.
    private static func measured(_ signal: FaxSignal, _ isVerbose: Bool) -> String {
        guard isVerbose, let measure = signal.measure else { return "" }
        let error = measure.frequencyErrorHz.map { ", \(signed($0)) Hz" } ?? ""
        return ", \(signed(measure.levelDBm0)) dBm0\(error)"
    }

    private static func signed(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths < 0 ? "−" : "+")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    /// Preambles, trainings of every frame and page data are told by what follows them.
    private static func isTold(_ name: String) -> Bool {
        !name.contains("preamble") && !name.contains("training") && !name.hasPrefix("page data")
    }

    private mutating func addMessages(_ fax: FaxSession, isVerbose: Bool) {
        var run: [T30Message] = []
        for message in fax.messages {
            if let previous = run.last, !message.isImageFrame || message.direction != previous.direction {
                steps.append(Self.imageFrames(run))
                run = []
            }
            if message.isImageFrame {
                run.append(message)
            } else {
                steps.append(Self.step(message))
            }
        }
        if !run.isEmpty { steps.append(Self.imageFrames(run)) }
    }

    private static func step(_ message: T30Message) -> Step {
        let details = MessageText.brief(message)
        let damaged = message.crcOK == false ? " (FCS wrong)" : ""
        return Step(
            time: message.time, frame: message.frame, lastFrame: message.lastFrame, from: message.direction,
            text: message.name + (details.isEmpty ? "" : "  " + details) + damaged, rank: 4,
            tone: message.crcOK == false ? .doubtful : nil)
    }

    /// `run` is not empty: a stretch of FCD and RCP frames of one party.
    private static func imageFrames(_ run: [T30Message]) -> Step {
        let numbers = run.compactMap { $0.name.hasPrefix("FCD ") ? Int($0.name.dropFirst(4)) : nil }
        let data = run.count { $0.name.hasPrefix("FCD") }
        let damaged = run.count { $0.crcOK == false }
        var text = data == 0 ? "RCP" : data == 1 ? "FCD" : "FCD ×\(data)"
        if let ranges = NumberRanges.text(numbers) { text = "FCD \(ranges)" }
        if damaged > 0 { text += " (\(damaged) with wrong FCS)" }
        return Step(
            time: run[0].time, frame: run[0].frame, lastFrame: run[run.count - 1].lastFrame ?? run[run.count - 1].frame,
            from: run[0].direction, text: text, rank: 4)
    }

    private mutating func addPages(_ fax: FaxSession) {
        for page in fax.pages {
            guard let start = page.start else { continue }
            let length = page.end.map { $0 > start ? " in \(Clock.seconds($0 - start)) s" : "" } ?? ""
            var facts: [String] = []
            if let rows = page.rows { facts.append("\(rows) rows") }
            if let bad = page.badRows, bad > 0 { facts.append("\(bad) bad") }
            if let octets = page.octets { facts.append("\(octets) octets") }
            let told = facts.isEmpty ? "" : ": " + facts.joined(separator: ", ")
            steps.append(
                Step(
                    time: start, frame: page.firstFrame, lastFrame: page.lastFrame, from: fax.sender,
                    text: "page \(page.number)\(told)\(length)", rank: 3, tone: .strong))
        }
    }

    private mutating func addRemarks(_ analyzed: AnalyzedCall) {
        for remark in analyzed.fax.remarks {
            steps.append(
                Step(
                    time: remark.time, frame: remark.frames.first, from: remark.direction,
                    text: "! " + TerminalText.harmless(remark.text), rank: 5, tone: .doubtful))
        }
    }

    /// The same step again and again from one party becomes one with a count.
    private static func collapsed(_ steps: [Step]) -> [Step] {
        var result: [Step] = []
        for step in steps {
            if let last = result.last, last.text == step.text, last.from == step.from, step.rank != 0 {
                result[result.count - 1].count += 1
                result[result.count - 1].lastFrame = step.lastFrame ?? step.frame
            } else {
                result.append(step)
            }
        }
        return result
    }
}

/// Numbers as `0–57, 60`.
enum NumberRanges {
    static let rangeLimit = 8

    /// `nil` for none; in the order given, a run of one more each time as a range.
    static func text(_ numbers: [Int]) -> String? {
        var ranges: [(Int, Int)] = []
        for number in numbers {
            if let last = ranges.last, number == last.1 + 1 || number == last.1 {
                ranges[ranges.count - 1].1 = number
            } else {
                ranges.append((number, number))
            }
        }
        if ranges.isEmpty { return nil }
        let shown = ranges.prefix(rangeLimit).map { $0.0 == $0.1 ? "\($0.0)" : "\($0.0)–\($0.1)" }
        return shown.joined(separator: ", ") + (ranges.count > rangeLimit ? " …" : "")
    }
}
