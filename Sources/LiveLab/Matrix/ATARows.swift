import ATADrivers
import ATALive
import Dispatch
import FaxStation
import Foundation
import Synchronization

/// Emulated ATAs between a fax machine and our endpoint, set through their own web interface: a cell of a suite over devices each.
enum ATARows {
    static var all: [InteropRow] {
        ["spa2102", "spa112"].flatMap { model in
            [true, false].flatMap { hasT38 in DeviceSuite.Direction.allCases.map { row(model, hasT38, $0) } }
        }
    }

    private static func row(_ model: String, _ hasT38: Bool, _ direction: DeviceSuite.Direction) -> InteropRow {
        let carriage = hasT38 ? "t38" : "g711"
        return InteropRow(
            "ata-\(model)-\(carriage)-\(direction.rawValue)s", peer: "\(model.uppercased()) (emulated)",
            role: direction == .send ? .answers : .calls, carriage: carriage,
            "the device is told \(hasT38 ? "to use T.38" : "not to use T.38"), registers, and the machine behind it "
                + "\(direction.rawValue)s a page"
        ) { bench in
            try attempt(suite(model, hasT38, direction), carriage, in: bench.folder)
        }
    }

    private static func suite(_ model: String, _ hasT38: Bool, _ direction: DeviceSuite.Direction) -> String {
        """
        name: row
        devices: {unit: {emulated: \(model)}}
        documents: {page: {pages: 1, rows: 400}}
        directions: \(direction.rawValue)
        settings: {t38.enable: \(hasT38 ? "yes" : "no")}
        fixed: {fax.passthrough.method: reinvite, audio.packet-time: 0.020, jitter.level: extremely-high}
        """
    }

    private static func attempt(_ text: String, _ carriage: String, in folder: URL) throws -> InteropAttempt {
        let run = try wait(for: DeviceRegress(try DeviceSuiteReader().read(text), folder: folder.path))
        var problems = run.problems
        if !run.isWhole { problems.append("the call was not made") }
        for outcome in run.outcomes {
            if outcome.kind != .passed { problems.append(DeviceReport.why(outcome)) }
            if let media = outcome.carriedBy, (media == .t38) != (carriage == "t38") {
                problems.append("carried by \(media.rawValue)")
            }
        }
        let record = try? FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted().first {
            $0.hasSuffix(".pcapng")
        }
        return InteropAttempt(
            succeeded: problems.isEmpty ? run.outcomes.count : 0, problems: problems,
            record: record.map { folder.appending(path: $0) })
    }

    /// On a thread that may wait.
    private static func wait(for regress: DeviceRegress) throws -> DeviceRun {
        let box = Box()
        let done = DispatchSemaphore(value: 0)
        Task {
            let run = await regress.run()
            box.run.withLock { $0 = run }
            done.signal()
        }
        done.wait()
        guard let run = box.run.withLock({ $0 }) else { throw NoEnd() }
        return run
    }

    private final class Box: Sendable { let run = Mutex<DeviceRun?>(nil) }

    private struct NoEnd: Error, CustomStringConvertible { var description: String { "the run did not end" } }
}
