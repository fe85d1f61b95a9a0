import PlacedText
import Simulator

/// Reads the stations of a path, in the words of the command line.
enum PathReader {
    static func path(_ name: String, _ value: YAMLValue) throws(PlacedError) -> Suite.Path {
        var fields = try FieldReader(value, "a path")
        var options = ScenarioOptions()
        var given: [(name: String, value: YAMLValue)] = []
        func take(_ name: String) -> YAMLValue? {
            let value = fields.take(name)
            if let value { given.append((name, value)) }
            return value
        }
        if let transport = take("transport") { options.transport = try Self.transport(transport) }
        if let ecm = try fields.flag("ecm") { options.hasECM = ecm }
        options.maxRate = try take("max-rate")?.integer(in: 0...1_000_000)
        options.redundancy = try take("redundancy")?.integer(in: 0...1_000)
        options.fec = try take("fec")?.text()
        options.concealment = try take("plc")?.text()
        options.jitterBuffer = try take("jitter-buffer")?.text()
        options.skew = try take("skew")?.text()
        options.codec = try take("codec")?.text()
        options.packetTimeMs = try take("ptime")?.integer(in: 0...10_000)
        for fault in try fields.texts("faults") {
            options.faults.append(try fault.text())
            // With those before it, so that one that cannot be is told where it stands.
            try check(options, [("faults", fault)], fault)
        }
        try fields.finish()
        if options.redundancy != nil, options.fec != nil {
            throw value.error("redundancy and fec exclude each other")
        }
        try check(options, given, value)
        let identity =
            given.map { "\($0.name)=\((try? $0.value.text()) ?? "")" } + ["ecm=\(options.hasECM)"]
            + options.faults.map { "fault=\($0)" }
        return Suite.Path(name: name, options: options, identity: identity.joined(separator: " "))
    }

    private static func transport(_ value: YAMLValue) throws(PlacedError) -> CallScenario.Transport {
        guard let transport = CallScenario.Transport(rawValue: try value.text()) else {
            let names = CallScenario.Transport.allCases.map(\.rawValue).joined(separator: ", ")
            throw value.error("transport is one of \(names)")
        }
        return transport
    }

    /// A failure is put where its option stands.
    private static func check(
        _ options: ScenarioOptions, _ given: [(name: String, value: YAMLValue)], _ whole: YAMLValue
    ) throws(PlacedError) {
        do {
            _ = try options.scenario(try SimulatedDocument([TextLikePage(heightPx: 40, seed: 1).bitmap()]))
        } catch let failure as ScenarioOptions.Failure {
            throw (given.first { $0.name == failure.option }?.value ?? whole).error("\(failure)")
        } catch let failure as NetworkSpecError {
            // Durations of the jitter buffer are read by the network's words.
            let place = given.first { (try? $0.value.text())?.contains(failure.value) == true }?.value ?? whole
            throw place.error("\(failure)")
        } catch {
            throw whole.error("\(error)")
        }
    }
}

/// Reads what a network does, in the words of the command line and of `docs/impairments.md`.
package enum ImpairmentReader {
    package static func impairment(_ name: String, _ value: YAMLValue) throws(PlacedError) -> Suite.Impairment {
        var fields = try FieldReader(value, "an impairment")
        var options: [NetworkSpec.Option] = []
        var direction = ScenarioOptions.Direction.both
        if let place = fields.take("direction") {
            guard let read = ScenarioOptions.Direction(rawValue: try place.text()) else {
                throw place.error("direction is both, forth or back")
            }
            direction = read
        }
        for name in NetworkOptionName.allCases {
            for value in try fields.texts(name.rawValue) {
                let option = NetworkSpec.Option(name.rawValue, try value.text())
                options.append(option)
                // Alone, so that a value that cannot be is told where it stands; these two want others beside them.
                if name != .burst, name != .lossSlot { try check([option], value) }
            }
        }
        try fields.finish()
        try check(options, value)
        let words = options.map { "\($0.name)=\($0.value)" } + [direction.rawValue]
        return Suite.Impairment(
            name: name, network: options, direction: direction, identity: words.joined(separator: " "))
    }

    private static func check(_ options: [NetworkSpec.Option], _ place: YAMLValue) throws(PlacedError) {
        do {
            _ = try NetworkSpec(options: options)
        } catch {
            throw place.error("\(error)")
        }
    }
}
