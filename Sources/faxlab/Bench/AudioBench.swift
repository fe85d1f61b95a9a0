import FaxCore
import FaxDSP
import FaxWire
import Foundation
import PcapDecode
import T30Analyzer

/// What reading a fax out of audio costs: a V.17 ECM call of the corpus, from its capture to its pages, beside the bare
/// receivers of libspandsp on the same samples.
struct AudioBench {
    let capture: String
    let runs: Int

    private(set) var lines: [String] = []
    private(set) var demands: [Demand] = []

    init(capture: String, runs: Int) throws {
        self.capture = capture
        self.runs = max(1, runs)
        let call = try Self.call(in: capture)
        let directions = Self.directions(of: call)
        guard directions.count == 2, let seconds = directions.map(\.count).max().map({ Double($0) / 8_000 }) else {
            throw LabError("\(capture) holds no call with audio of both directions")
        }
        let whole = try median { try Self.analyzeFile(capture) }
        let reading = try median { _ = FaxAnalyzer().analyze(call) }
        let bursts = directions.map(Self.bursts)
        let floor = try median { try Self.runFloor(directions, bursts) }
        let silence = try Self.call(in: capture).silenced
        let quiet = try median { _ = FaxAnalyzer().analyze(silence) }
        report(seconds: seconds, whole: whole, reading: reading, floor: floor, quiet: quiet)
    }

    private mutating func report(
        seconds: Double, whole: Duration, reading: Duration, floor: Duration, quiet: Duration
    ) {
        func row(_ what: String, _ cost: Duration) -> String {
            let speed = Int(seconds / max(cost.inSeconds, 1e-9))
            let milliseconds = (cost.inSeconds * 10_000).rounded() / 10
            return
                "\(what.padded(to: 58)) \("\(milliseconds)".padded(left: 8)) ms \("\(speed)".padded(left: 6)) × real time"
        }
        lines = [
            "A V.17 ECM call over G.711, both directions, \((seconds * 10).rounded() / 10) s; CPU of one core, median of \(runs):",
            "",
            row("capture to story and pages (analyze, one job)", whole),
            row("the same without reading the file", reading),
            row("bare libspandsp: V.21 on both, V.17 during its bursts", floor),
            row("the same call with silence for audio", quiet),
        ]
        demands = [
            Demand.atLeast("audio, capture to pages, × real time", seconds / whole.inSeconds, 800),
            Demand.atMost("audio, samples to pages, against bare receivers", SpeedTable.ratio(reading, floor), 2),
            Demand.atMost("audio, silence against signals", SpeedTable.ratio(quiet, reading), 0.2),
        ]
    }

    /// CPU time, the median of runs of some tenths of a second each.
    private func median(_ work: () throws -> Void) throws -> Duration {
        try work()
        let once = try Self.cpu(work)
        let count = max(1, Int(0.2 / max(once.inSeconds, 1e-4)))
        let costs = try (0..<runs).map { _ in
            try Self.cpu { for _ in 0..<count { try work() } } / count
        }
        return costs.sorted()[costs.count / 2]
    }

    private static func cpu(_ work: () throws -> Void) rethrows -> Duration {
        let start = clock()
        try work()
        return .microseconds(Int64(Double(clock() - start) * 1e6 / Double(CLOCKS_PER_SEC)))
    }

    // MARK: - What is run

    private static func analyzeFile(_ path: String) throws {
        var options = AnalysisRunner.Options()
        options.decoder.keepsAudio = true
        _ = try AnalysisRunner(options).run(CaptureInput(path: path)) { _ in }
    }

    private static func call(in path: String) throws -> Call {
        var calls: [Call] = []
        var options = AnalysisRunner.Options()
        options.decoder.keepsAudio = true
        _ = try AnalysisRunner(options).run(CaptureInput(path: path)) { calls.append($0.call) }
        guard let call = calls.first(where: { $0.streams.count { $0.audio != nil } == 2 }) else {
            throw LabError("\(path) holds no call with audio of both directions")
        }
        return call
    }

    private static func directions(of call: Call) -> [[Int16]] {
        call.streams.compactMap { AudioTimeline($0)?.samples }
    }

    private static func runFloor(_ directions: [[Int16]], _ bursts: [[HeardBurst]]) throws {
        for (samples, bursts) in zip(directions, bursts) {
            guard ModemFloor.v21(samples.span) != nil else { throw LabError("libspandsp gives no state") }
            guard let modulation = bursts.first?.modulation else { continue }
            _ = ModemFloor.highSpeed(modulation, samples.span, bursts: bursts.map(\.samples))
        }
    }

    private static func bursts(_ samples: [Int16]) -> [HeardBurst] {
        guard var receiver = LineReceiver(envelope: Envelope(samples.span)) else { return [] }
        return receiver.read(samples.span).bursts.filter(\.isTrained)
    }
}

extension Call {
    /// The same packets with nothing but silence in them.
    fileprivate var silenced: Call {
        var call = self
        for index in call.streams.indices {
            guard let log = call.streams[index].audio else { continue }
            var silent = AudioLog()
            silent.formats = log.formats
            for packet in log.packets {
                silent.append(
                    packet, payload: [UInt8](repeating: G711.muLaw.idleOctet, count: packet.length).span.bytes)
            }
            call.streams[index].audio = silent
        }
        return call
    }
}
