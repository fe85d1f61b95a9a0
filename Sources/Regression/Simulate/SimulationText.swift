import FaxCore
import FaxReport
import Simulator

/// Results of trials for people.
struct SimulationText {
    let document: SimulationDocument

    init(_ document: SimulationDocument) { self.document = document }

    var text: String {
        let records = document.records
        guard !records.isEmpty else { return "No trial was run.\n" }
        var text = "\(document.scenario.transport.name), \(document.network)\n"
        if records.count > 1 {
            text += "\(document.successes) of \(records.count) calls delivered" + interval + "\n"
            text += lines.joined(separator: "\n") + "\n"
        } else if let record = records.first {
            text += "\(record.isSuccess ? "Delivered" : "Not delivered"): \(record.sentence)\n"
        }
        return text
    }

    private var interval: String {
        guard let interval = document.interval else { return "" }
        return " (\(Self.percent(Double(document.successes) / Double(document.records.count))), 95 % interval "
            + "\(Self.percent(interval.lowerBound)) to \(Self.percent(interval.upperBound)))"
    }

    /// Why calls failed, the commonest first.
    private var lines: [String] {
        var lines: [String] = []
        let failed = document.records.filter { !$0.isSuccess }
        let causes = Tally(
            failed.compactMap { $0.diagnosis?.rootCause ?? ($0.diagnosis == nil ? nil : "no root cause") })
        for (cause, count) in causes.sorted.prefix(8) { lines.append("  \(count) × \(cause)") }
        if let first = failed.first { lines.append("  the first that failed: --seed \(first.seed)") }
        let retries = document.records.reduce(0) { $0 + $1.caller.ecmRetries }
        if retries > 0 { lines.append("  \(retries) ECM frames asked for again in all") }
        return lines
    }

    static func percent(_ share: Double) -> String { "\((share * 1_000).rounded() / 10) %" }
}

/// Counts things, and gives them by count and name.
struct Tally {
    private var counts: [String: Int] = [:]

    init(_ names: [String]) { for name in names { counts[name, default: 0] += 1 } }

    var sorted: [(name: String, count: Int)] {
        counts.map { ($0.key, $0.value) }.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }
}

extension CallScenario.Transport {
    /// For people.
    var name: String {
        switch self {
        case .t38: "T.38 between terminals"
        case .g711: "G.711 pass-through"
        case .gateway: "T.38 between gateways"
        case .gatewayTerminal: "T.38 between a gateway and a terminal"
        }
    }
}

extension SimulationDocument {
    /// What the network does, both ways.
    var network: String {
        scenario.forth == scenario.back
            ? "network: \(scenario.forth.text)" : "to the answerer: \(scenario.forth.text); back: \(scenario.back.text)"
    }
}

extension TrialRecord {
    /// What the stations know.
    var sentence: String {
        var parts = ["\(pagesReceived) of \(pagesSent) pages", "\((duration.inSeconds * 10).rounded() / 10) s"]
        if caller.rateBps > 0 { parts.append("\(caller.rateBps) bit/s") }
        if caller.ecmRetries > 0 { parts.append("\(caller.ecmRetries) ECM frames again") }
        if caller.failedTrainings > 0 { parts.append("\(caller.failedTrainings) trainings failed") }
        if pagesEqual == false { parts.append("pixels differ") }
        for (name, station) in [("caller", caller), ("answerer", answerer)] where station.completion != 0 {
            parts.append("\(name): \(station.completionText ?? "T.30 did not end")")
        }
        if let cause = diagnosis?.rootCause { parts.append("root cause \(cause)") }
        return parts.joined(separator: ", ")
    }
}
