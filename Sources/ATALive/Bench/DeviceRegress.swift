import ATADrivers
import FaxCore
import Foundation
import Regression

/// Runs a suite over its devices: devices beside each other, the cells of a device one after the other. Whatever happens, each
/// device is left with the settings that it had.
public struct DeviceRegress: Sendable {
    public let suite: DeviceSuite
    /// For records, backups and what comes; it has to be there.
    public var folder: String
    /// Devices at one time.
    public var jobs = 4
    /// `true` ends it after the call that runs; devices get their settings back.
    public var shouldStop: @Sendable () -> Bool = { false }
    /// Told of every cell, from any thread.
    public var onOutcome: @Sendable (DeviceOutcome) -> Void = { _ in }

    public init(_ suite: DeviceSuite, folder: String) {
        self.suite = suite
        self.folder = folder
    }

    public func run() async -> DeviceRun {
        let cells = suite.cells
        var run = DeviceRun(suite: suite.name)
        let results = await withTaskGroup(of: (outcomes: [DeviceOutcome], problems: [String]).self) { group in
            var waiting = Array(suite.devices.enumerated())[...]
            for (place, device) in waiting.prefix(max(1, jobs)) {
                group.addTask { await self.run(device, place, cells.filter { $0.device == device.name }) }
            }
            waiting = waiting.dropFirst(max(1, jobs))
            var results: [(outcomes: [DeviceOutcome], problems: [String])] = []
            for await result in group {
                results.append(result)
                guard let (place, device) = waiting.popFirst() else { continue }
                group.addTask { await self.run(device, place, cells.filter { $0.device == device.name }) }
            }
            return results
        }
        var found: [DeviceSuite.Cell: DeviceOutcome] = [:]
        for outcome in results.flatMap(\.outcomes) { found[outcome.cell] = outcome }
        run.outcomes = cells.compactMap { found[$0] }
        run.problems = results.flatMap(\.problems).sorted()
        run.isWhole = run.outcomes.count == cells.count
        run.unexpected = run.outcomes.filter { ($0.kind != .passed) != suite.isExpectedToFail($0.cell) }.map(\.cell)
        return run
    }

    private func run(
        _ device: DeviceSuite.Device, _ place: Int, _ cells: [DeviceSuite.Cell]
    ) async -> (outcomes: [DeviceOutcome], problems: [String]) {
        guard !cells.isEmpty, !shouldStop() else { return ([], []) }
        let bench: DeviceBench
        do {
            let own = "\(folder)/\(device.name)"
            try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
            bench = try await DeviceBench(device, seed: suite.seed &+ UInt64(place), folder: own)
        } catch {
            return ([], ["\(device.name): \(error)"])
        }
        var outcomes: [DeviceOutcome] = []
        for (number, cell) in cells.enumerated() where !shouldStop() {
            guard let outcome = await run(cell, number, bench) else { break }
            outcomes.append(outcome)
            onOutcome(outcome)
        }
        let problem = await bench.leave()
        return (outcomes, problem.map { [$0] } ?? [])
    }

    /// `nil`: stopped in the middle.
    private func run(_ cell: DeviceSuite.Cell, _ number: Int, _ bench: DeviceBench) async -> DeviceOutcome? {
        guard let document = suite.documents.first(where: { $0.name == cell.document }),
            let impairment = suite.impairments.first(where: { $0.name == cell.impairment })
        else { return nil }
        var last: DeviceOutcome?
        for attempt in 1...suite.tries {
            let call = DeviceCall(
                bench: bench, cell: cell, document: document, impairment: impairment, timeout: suite.timeout,
                seed: suite.seed &+ UInt64(attempt), label: "\(number + 1)-\(attempt)", shouldStop: shouldStop)
            var outcome = await call.run(suite.fixed + cell.settings)
            if shouldStop() { return nil }
            outcome.tries = attempt
            last = outcome
            if outcome.kind == .passed || suite.isExpectedToFail(cell) { break }
        }
        return last
    }
}

/// What came of a suite.
public struct DeviceRun: Sendable {
    public var suite: String
    /// In the order of the suite's cells.
    public var outcomes: [DeviceOutcome] = []
    /// Devices that could not be reached, or not be given their settings back.
    public var problems: [String] = []
    /// Every cell was run.
    public var isWhole = false
    /// Cells that failed and should not have, or did not fail and should have.
    public var unexpected: [DeviceSuite.Cell] = []

    init(suite: String) { self.suite = suite }
}
