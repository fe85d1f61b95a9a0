import PlacedText

/// Reads selections of cells and what is changed for them.
struct ChangeReader {
    private let suite: Suite

    init(_ suite: Suite) { self.suite = suite }

    func change(_ value: YAMLValue) throws(PlacedError) -> Suite.Change {
        var fields = try FieldReader(value, "a change of cells")
        let selection = try selection(&fields)
        let trials = try fields.integer("trials", in: 1...Suite.trialLimit)
        let isSkipped = try fields.flag("skip") ?? false
        try fields.finish()
        switch (trials, isSkipped) {
        case (let trials?, false): return Suite.Change(selection: selection, kind: .trials(trials))
        case (nil, true): return Suite.Change(selection: selection, kind: .skip)
        case (nil, false), (.some, true): throw value.error("give either trials or skip: true")
        }
    }

    func selection(_ fields: inout FieldReader) throws(PlacedError) -> Suite.Selection {
        var selection = Suite.Selection()
        selection.documents = try names(fields.texts("document"), suite.documents.map(\.name), "document")
        selection.paths = try names(fields.texts("path"), suite.paths.map(\.name), "path")
        selection.impairments = try names(fields.texts("impairment"), suite.impairments.map(\.name), "impairment")
        return selection
    }

    /// A pattern that fits nothing is a mistake.
    private func names(_ values: [YAMLValue], _ known: [String], _ what: String) throws(PlacedError) -> [String] {
        var names: [String] = []
        for value in values {
            let name = try value.text()
            guard known.contains(where: { Suite.Selection.fits(name, $0) }) else {
                throw value.error("no \(what) is called '\(name)'; there are \(known.joined(separator: ", "))")
            }
            names.append(name)
        }
        return names
    }

    /// `- [t38, g711]`; without any: every path against the first one.
    func comparisons(_ value: YAMLValue?) throws(PlacedError) -> [Suite.PathPair] {
        guard let value else {
            return suite.paths.dropFirst().map { Suite.PathPair(first: suite.paths[0].name, second: $0.name) }
        }
        var pairs: [Suite.PathPair] = []
        for item in try value.list() {
            let names = try names(item.list(), suite.paths.map(\.name), "path")
            guard names.count == 2, names[0] != names[1], !names.contains(where: { $0.hasSuffix("*") }) else {
                throw item.error("a comparison is a list of two paths")
            }
            pairs.append(Suite.PathPair(first: names[0], second: names[1]))
        }
        return pairs
    }
}

/// Reads one gate.
struct GateReader {
    private let suite: Suite

    init(_ suite: Suite) { self.suite = suite }

    func gate(_ value: YAMLValue, number: Int) throws(PlacedError) -> SuiteGate {
        var fields = try FieldReader(value, "a gate")
        let name = try fields.text("name") ?? "gate \(number)"
        guard (1...100).contains(name.utf8.count) else { throw value.error("a gate's name has 1 to 100 octets") }
        guard !suite.gates.contains(where: { $0.name == name }) else {
            throw value.error("two gates are called '\(name)'")
        }
        var gate = SuiteGate(name: name, rule: try rule(&fields, value))
        gate.demand.within = try fields.duration("within")
        gate.demand.ecmRetries = try fields.integer("ecm-retries", in: 0...1_000_000)
        gate.demand.badRows = try fields.integer("bad-rows", in: 0...1_000_000)
        gate.demand.trainings = try fields.integer("trainings", in: 1...1_000)
        gate.demand.unrecovered = try fields.integer("unrecovered", in: 0...1_000_000)
        gate.selection = try ChangeReader(suite).selection(&fields)
        if let place = fields.take("undecided") {
            switch try place.text() {
            case "pass": gate.failsWhenUndecided = false
            case "fail": gate.failsWhenUndecided = true
            default: throw place.error("undecided is pass or fail")
            }
        }
        if let falseAlarm = try fields.share("false-alarm") {
            guard falseAlarm < 0.5 else { throw value.error("false-alarm lies below 50%") }
            gate.falseAlarm = falseAlarm
        }
        try fields.finish()
        return gate
    }

    private func rule(_ fields: inout FieldReader, _ value: YAMLValue) throws(PlacedError) -> SuiteGate.Rule {
        let success = try fields.share("success")
        let baseline = try fields.flag("baseline") ?? false
        let sequential = fields.take("sequential")
        switch (success, baseline, sequential) {
        case (let success?, false, nil): return .limit(success)
        case (nil, true, nil): return .baseline
        case (nil, false, let sequential?): return try self.sequential(sequential)
        default: throw value.error("a gate has one rule: success, baseline: true, or sequential")
        }
    }

    private func sequential(_ value: YAMLValue) throws(PlacedError) -> SuiteGate.Rule {
        var fields = try FieldReader(value, "a sequential test")
        let (good, bad) = (try fields.share("good"), try fields.share("bad"))
        let miss = try fields.share("miss") ?? 0.1
        try fields.finish()
        guard let good, let bad, bad < good else { throw value.error("a sequential test has bad < good") }
        guard miss < 0.5 else { throw value.error("miss lies below 50%") }
        return .sequential(good: good, bad: bad, miss: miss)
    }
}
