import ATADrivers
import ATALive
import FaxCore
import FaxEndpoint
import FaxReport
import FaxStation
import Foundation
import PlacedText
import Synchronization
import TestSupport
import Testing

@Suite("Suites over devices", .live)
struct DeviceSuiteTests {
    /// Two cells: with T.38, which the device agrees to and never sends, and without.
    private static let twoCells = """
        name: two
        timeout: 35
        tries: 4
        devices: {silent: {emulated: spa2102, faults: t38-silent}}
        documents: {page: {pages: 1, rows: 200}}
        directions: receive
        settings: {t38.enable: [yes, no]}
        fixed: {fax.passthrough.method: reinvite, audio.packet-time: 0.020, jitter.level: extremely-high}
        expect-failure: [{settings: {t38.enable: yes}}]
        """

    @Test("The fault that a device was given is found in its setting, and the device has its old settings again")
    func findsTheFault() async throws {
        let suite = try DeviceSuiteReader().read(Self.twoCells)
        let folder = try Units.folder()
        let run = await DeviceRegress(suite, folder: folder).run()
        #expect(run.problems == [])
        #expect(run.isWhole && run.outcomes.count == 2)
        let report = DeviceReport(run)
        #expect(run.unexpected.isEmpty, "\(report.text)")
        let effects = try #require(report.effects.first)
        #expect(effects.factors.first?.name == "t38.enable" && effects.factors.first?.effect == 1)
        #expect(effects.best?.settings.map(\.value) == ["no"])
        #expect(report.status == 0)
        let failed = try #require(run.outcomes.first)
        #expect(failed.kind == .failed && failed.carriedBy == .t38 && failed.verdict != nil)
        try FileManager.default.removeItem(atPath: folder)
    }

    /// One cell each.
    private static let faults = """
        name: faults
        timeout: 45
        tries: 3
        devices:
          quiet: {emulated: spa112, faults: level=-35}
          slow: {emulated: spa112, faults: [slow-web=0.2, t38-no-copies]}
          empty: {emulated: spa2102, faults: t38-empty-copies}
        documents: {page: {pages: 1, rows: 100}}
        directions: send
        settings: {t38.enable: [yes, no]}
        skip:
          - {device: quiet, settings: {t38.enable: yes}}
          - {device: slow, settings: {t38.enable: no}}
          - {device: empty, settings: {t38.enable: no}}
        fixed: {fax.passthrough.method: reinvite, audio.packet-time: 0.020, jitter.level: extremely-high}
        expect-failure: [{device: quiet}]
        """

    @Test("A weak line is the cause of a failed fax; a slow web and missing copies hurt none on a clean network")
    func faultsAreTold() async throws {
        let folder = try Units.folder()
        let run = await DeviceRegress(try DeviceSuiteReader().read(Self.faults), folder: folder).run()
        #expect(run.problems == [] && run.unexpected.isEmpty, "\(DeviceReport(run).text)")
        let quiet = try #require(run.outcomes.first { $0.cell.device == "quiet" })
        #expect(quiet.carriedBy == .audio && quiet.cause == "gain-too-low", "\(quiet.verdict ?? "")")
        let streams = try ["slow", "empty"].map { try Self.streamNotes(of: $0, in: folder) }
        #expect(streams[0].contains("no repair") && streams[1].contains("secondary-zero-length"), "\(streams)")
        try FileManager.default.removeItem(atPath: folder)
    }

    /// What `analyze` says of the record of a device's last call.
    private static func streamNotes(of device: String, in folder: String) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(device)").sorted()
        let record = try #require(names.last { $0.hasSuffix(".pcapng") })
        let lines = Mutex("")
        let analysis = AnalyzeRun(write: { text in lines.withLock { $0 += text } }, complain: { _ in })
        _ = analysis.run(["\(folder)/\(device)/\(record)"])
        return lines.withLock { $0 }
    }

    @Test("A device that is stopped in the middle has its old settings again")
    func stops() async throws {
        let unit = try await Units.start(.spa112, preset: [(.user, "77")])
        let password = try Units.folder() + "/password"
        try FileOctets.write(Array("admin".utf8), to: password)
        let text = """
            name: stopped
            devices:
              real: {url: "http://\(unit.webAddress)", password-file: \(password), number: "5551", listen: 127.0.0.1}
            directions: receive
            settings: {t38.enable: [yes, no]}
            """
        let before = try await Units.device(unit).driver.readConfiguration()
        let begin = ContinuousClock.now
        var regress = DeviceRegress(try DeviceSuiteReader().read(text), folder: try Units.folder())
        // Long enough for the device to be set, not for a call.
        regress.shouldStop = { ContinuousClock.now > begin + .seconds(6) }
        let run = await regress.run()
        #expect(run.problems == [] && !run.isWhole)
        #expect(DeviceReport(run).status == 3)
        #expect(try await Units.device(unit).driver.readConfiguration() == before)
        await unit.close()
    }

    @Test("Cells are every value with every network both ways, less what is left out")
    func cells() throws {
        let suite = try DeviceSuiteReader().read(
            """
            name: many
            devices: {a: {emulated: spa2102}, b: {emulated: spa112, faults: [slow-web=1, level=-3]}}
            settings: {t38.enable: [yes, no], t38.redundancy: [0, 3]}
            impairments: {clean: {}, loss: {loss: 1%}}
            skip: [{device: b, impairment: loss}, {settings: {t38.enable: no, t38.redundancy: 3}}]
            """)
        // a: 3 settings × 2 networks × 2 ways, b: 3 × 1 × 2.
        #expect(suite.cells.count == 18)
        #expect(suite.cells.first?.name == "a/t38.enable=yes/t38.redundancy=0/page/clean/send")
        #expect(DeviceSuiteReader.isForDevices("devices: {a: {emulated: spa2102}}"))
        #expect(!DeviceSuiteReader.isForDevices("paths: {a: {}}") && !DeviceSuiteReader.isForDevices("]["))
    }

    static let errors: [(yaml: String, line: Int, says: String)] = [
        ("name: x\ndevices: {a: {emulated: spa9999}}", 2, "spa2102 or spa112"),
        ("name: x\ndevices: {a: {emulated: spa112, faults: magic}}", 2, "no fault 'magic'"),
        ("name: x\ndevices: {a: {}}", 2, "emulated or url"),
        ("name: x\ndevices: {a: {emulated: spa112}}\nsettings: {t38.enabel: yes}", 3, "is 't38.enable' meant?"),
        ("name: x\ndevices: {a: {emulated: spa112}}\nsettings: {t38.enable: maybe}", 3, "yes or no"),
        ("name: x\ndevices: {a: {emulated: spa112}}\nskip: [{device: b}]", 3, "no device 'b'"),
        ("name: x\ndevices: {a: {emulated: spa112}}\nskip: [{device: a}]", 1, "no cell is left"),
        ("name: x\ndevices: {a: {emulated: spa112}}\ndirections: up", 3, "send or receive"),
        ("name: x\ndevices: {a: {emulated: spa112}}\ntrials: 3", 3, "unknown field 'trials'"),
    ]

    @Test("What a suite has wrong is told with its place", arguments: errors)
    func wrong(row: (yaml: String, line: Int, says: String)) {
        do {
            _ = try DeviceSuiteReader().read(row.yaml)
            Issue.record("it was taken")
        } catch {
            #expect(error.line == row.line && error.problem.contains(row.says), "\(error)")
        }
    }
}
