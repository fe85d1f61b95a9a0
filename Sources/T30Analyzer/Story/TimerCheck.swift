import FaxCore
import FaxWire

/// Holds the frames of a session against the timers of T.30 (5.4.3.1). Times are those of the capture point: the network
/// adds its delay, so that only clear breaches count.
struct TimerCheck {
    /// T1 is 35 ± 5 s, T2 6 ± 1 s, T4 3 s ± 15 %, T5 60 ± 5 s.
    static let t1Least = Duration.seconds(30)
    static let t2Least = Duration.seconds(5)
    static let t4Least = Duration.milliseconds(2550)
    /// 3.45 s, and what a relay and the answer's start may add.
    static let t4Most = Duration.milliseconds(4500)
    static let t5Most = Duration.seconds(65)

    private let commands: [T30Message]
    private(set) var remarks: [SessionRemark] = []

    init(_ session: FaxSession) {
        commands = session.commands
        checkIdentification()
        checkRepeats()
        checkSilence()
        checkReadiness()
    }

    /// T1: DIS after DIS, and the caller never answers.
    private mutating func checkIdentification() {
        let answers: Set<String> = ["DCS", "DTC", "NSS", "NSC"]
        let all = commands.prefix { !answers.contains($0.name) }.filter { $0.name == "DIS" }
        guard let first = all.first, let last = all.last, last.end - first.time >= Self.t1Least else { return }
        let end = commands.contains { answers.contains($0.name) } ? "before an answer" : "never answered"
        add("t1-expired", last, "\(all.count) DIS in \(seconds(last.end - first.time)), \(end); T1 is 35 s")
    }

    /// T4: a command without answer is repeated after 3 s.
    private mutating func checkRepeats() {
        for (last, next) in zip(commands, commands.dropFirst())
        where last.name == next.name && last.direction == next.direction && last.endsTurn && last.name != "DCN" {
            // The preamble of the repeat begins a second before its frame.
            let pause = next.time - last.end - .seconds(1)
            if last.name == "DCS" { continue }
            if pause < Self.t4Least {
                add("t4-short", next, "\(next.name) repeated \(seconds(pause)) after its end; T4 is 3 s ± 15 %")
            } else if pause > Self.t4Most {
                add("t4-long", next, "\(next.name) repeated \(seconds(pause)) after its end; T4 is 3 s ± 15 %")
            }
        }
    }

    /// T2: the receiver heard nothing after its answer and gave up.
    private mutating func checkSilence() {
        let answers: Set<String> = ["CFR", "FTT", "MCF", "RTP", "RTN", "PPR", "CTR", "ERR"]
        for (last, next) in zip(commands, commands.dropFirst())
        where next.name == "DCN" && last.direction == next.direction && answers.contains(last.name) {
            guard next.time - last.end >= Self.t2Least else { continue }
            add("t2-expired", next, "DCN \(seconds(next.time - last.end)) after its own \(last.name); T2 is 6 s")
        }
    }

    /// T5: how long a receiver may answer RNR (T.30 A.5.4).
    private mutating func checkReadiness() {
        var since: T30Message?
        for message in commands {
            if message.name == "RNR" {
                let first = since ?? message
                since = first
                if message.end - first.time > Self.t5Most {
                    add("t5-expired", message, "RNR for \(seconds(message.end - first.time)); T5 is 60 s")
                    return
                }
            } else if message.name != "RR" {
                since = nil
            }
        }
    }

    private mutating func add(_ name: String, _ message: T30Message, _ text: String) {
        remarks.append(
            SessionRemark(
                name: name, time: message.end, frames: [message.lastFrame].compactMap { $0 },
                direction: message.direction, text: text))
    }

    private func seconds(_ duration: Duration) -> String {
        let tenths = (duration.inSeconds * 10).rounded() / 10
        return "\(tenths) s"
    }
}
