import Simulator

extension RegressionReport {
    /// Of all gates the worst; `nil` without gates, and of a part.
    public var verdict: Verdict? { isPart ? nil : Self.worst(gates.map(\.verdict)) }

    static func worst(_ verdicts: [Verdict]) -> Verdict? {
        Verdict.allCases.first { verdicts.contains($0) }
    }

    /// `Failed: 2 of 12 judgements failed`. A gate judges each of its cells.
    var headline: String {
        if isPart { return "Not complete: gates are not judged" }
        guard let verdict else { return "Measured: no gates are set" }
        let count = Figures.count(gates.count, "judgement")
        let own = gates.count { $0.verdict == verdict }
        switch verdict {
        case .failed: return "Failed: \(own) of \(count) failed"
        case .unjudged: return "Not judged: \(own) of \(count) had nothing to hold against"
        case .undecided: return "Nothing failed: \(own) of \(count) would need more calls"
        case .passed: return gates.count == 1 ? "Passed: the one judgement passed" : "Passed: all \(count) passed"
        }
    }

    /// All calls of all cells.
    var calls: Proportion? { Self.sum(cells.map(\.calls)) }

    /// `nil`: more calls than can be.
    static func sum(_ parts: [Proportion]) -> Proportion? {
        let (successes, tries) = parts.reduce((0, 0)) { ($0.0 + $1.successes, $0.1 + $1.tries) }
        return Proportion(successes: successes, tries: tries)
    }

    /// `3 cells, 600 calls, 591 delivered (98.5 %)`
    var totals: String {
        let parts = [Figures.count(cells.count, "cell")]
        guard let calls, calls.tries > 0 else { return parts[0] + ", no calls" }
        let delivered = "\(calls.successes) delivered (\(Figures.rate(calls)))"
        return parts[0] + ", \(Figures.count(calls.tries, "call")), \(delivered)"
    }

    /// The worst first; in each the order of the run.
    var gatesByWeight: [GateLine] { Verdict.allCases.flatMap { verdict in gates.filter { $0.verdict == verdict } } }

    /// Places of cells with failed calls, the lowest success rate first.
    var worstCells: [Int] {
        cells.indices.filter { cells[$0].calls.successes < cells[$0].calls.tries }
            .sorted { left, right in
                let (first, second) = (cells[left].calls.share ?? 1, cells[right].calls.share ?? 1)
                return first == second ? left < right : first < second
            }
    }

    /// Names in the order in which they come first.
    static func distinct(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}

/// T.38 and pass-through where both met the same document and the same impairment. Paths of one carriage are added up.
struct CarriageComparison {
    struct Row {
        var document: String
        var impairment: String
        var t38: Proportion
        var passThrough: Proportion

        /// Of the success rates, T.38 less pass-through.
        var difference: Double? {
            guard let relay = t38.share, let audio = passThrough.share else { return nil }
            return relay - audio
        }
    }

    /// In the order of the run.
    let rows: [Row]

    init(_ cells: [RegressionReport.Cell]) {
        struct Key: Hashable {
            var document: String
            var impairment: String
        }
        var order: [Key] = []
        var groups: [Key: [RegressionReport.Cell]] = [:]
        for cell in cells {
            let key = Key(document: cell.document, impairment: cell.impairment)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(cell)
        }
        rows = order.compactMap { key in
            let own = groups[key] ?? []
            func calls(_ carriage: RegressionReport.Carriage) -> Proportion? {
                RegressionReport.sum(own.filter { $0.carriage == carriage }.map(\.calls))
            }
            guard let relay = calls(.t38), let audio = calls(.passThrough), relay.tries > 0, audio.tries > 0 else {
                return nil
            }
            return Row(document: key.document, impairment: key.impairment, t38: relay, passThrough: audio)
        }
    }

    /// All rows together; `nil` without any.
    var total: (t38: Proportion, passThrough: Proportion)? {
        guard !rows.isEmpty, let relay = RegressionReport.sum(rows.map(\.t38)),
            let audio = RegressionReport.sum(rows.map(\.passThrough))
        else { return nil }
        return (relay, audio)
    }
}
