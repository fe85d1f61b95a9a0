import ATADrivers
import ATALive
import FaxCore
import FaxEndpoint
import Foundation
import TestSupport
import Testing

@Suite("ATA drivers against emulated units", .live)
struct DriverTests {
    @Test("A unit is known, its settings are read, changed and brought back", arguments: EmulatedModel.allCases)
    func changes(model: EmulatedModel) async throws {
        let unit = try await Units.start(model)
        let device = try await Units.device(unit)
        let identity = try await device.driver.identify()
        #expect(identity.model == (model == .spa2102 ? "SPA2102" : "SPA112"))
        #expect(identity.macAddress == unit.macAddress || model == .spa112)
        #expect(device.driver.family == (model == .spa2102 ? .spaPages : .spaXML))

        let backup = try await ATABackup.take(of: device.driver)
        let before = try device.view(backup.configuration, line: 1)
        #expect(before[.t38] == .known("no"))
        #expect(before[.passthroughMethod] == .known("nse"))
        #expect(try device.view(backup.configuration, line: 2)[.t38] == .known("no"))

        let wanted: [(setting: ATASetting, value: String)] = [
            (.t38, "yes"), (.t38Redundancy, "3"), (.packetTime, "0.020"),
        ]
        let entries = try device.entries(wanted, line: 1, of: backup.configuration)
        #expect(entries.count == 3)
        try await device.write(entries, old: backup.configuration)
        let changed = try await device.driver.readConfiguration()
        let now = try device.view(changed, line: 1)
        #expect(now[.t38] == .known("yes") && now[.t38Redundancy] == .known("3"))
        #expect(try device.view(changed, line: 2)[.t38] == .known("no"))
        #expect(try device.entries(wanted, line: 1, of: changed).isEmpty)

        let path = try Units.folder() + "/backup.json"
        try backup.write(to: path)
        #expect(throws: ATABackup.Failure.self) { try backup.write(to: path) }
        let stored = try ATABackup(try FileOctets.read(path, limit: ATABackup.sizeLimit))
        #expect(stored.configuration.entries.map(\.name) == backup.configuration.entries.map(\.name))
        #expect(stored.configuration.entries.map(\.value) == backup.configuration.entries.map(\.value))
        #expect(stored.objection(to: identity) == nil)
        let names = try await device.restore(stored.configuration)
        #expect(names.count == 3)
        #expect(try await device.driver.readConfiguration() == backup.configuration)
        #expect(try await device.restore(stored.configuration).isEmpty)
        await unit.close()
    }

    @Test("A restart is seen through", arguments: EmulatedModel.allCases)
    func reboot(model: EmulatedModel) async throws {
        let unit = try await Units.start(model)
        let device = try await Units.device(unit)
        try await device.reboot()
        _ = try await device.driver.identify()
        await unit.close()
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var name: String
        var model: EmulatedModel
        var fault: String
        var password: String?
        var failure: @Sendable (ATAFailure) -> Bool
        var testDescription: String { name }
    }

    static let refusals: [Refusal] = [
        Refusal(name: "no password for a digest", model: .spa2102, fault: "password=right", password: nil) {
            $0 == .passwordWanted(realm: "spa admin")
        },
        Refusal(name: "wrong password, digest", model: .spa2102, fault: "password=right", password: "wrong") {
            $0 == .wrongPassword(user: "admin")
        },
        Refusal(name: "wrong password, address", model: .spa112, fault: "password=right", password: "wrong") {
            $0 == .wrongPassword(user: "admin")
        },
        Refusal(name: "a page that is cut off", model: .spa2102, fault: "cut-page", password: nil) {
            if case .unreachable = $0 { true } else { false }
        },
    ]

    @Test("What a device refuses is told as what it is", arguments: refusals)
    func refuses(row: Refusal) async throws {
        var faults = EmulatedFaults()
        try faults.add(row.fault)
        let unit = try await Units.start(row.model, faults: faults)
        do {
            let device = try await Units.device(unit, password: row.password)
            _ = try await device.driver.readConfiguration()
            Issue.record("it was not refused")
        } catch let error as ATAFailure {
            #expect(row.failure(error), "\(error)")
        }
        await unit.close()
    }

    @Test("The right password opens it", arguments: EmulatedModel.allCases)
    func login(model: EmulatedModel) async throws {
        var faults = EmulatedFaults()
        try faults.add("password=right")
        let unit = try await Units.start(model, faults: faults)
        let device = try await Units.device(unit, password: "right")
        #expect(try await device.driver.readConfiguration().entries.count > 50)
        try await device.reboot()
        await unit.close()
    }

    @Test("What does not stick is taken back", arguments: ["ignores=t38.enable", "half-form"])
    func takesBack(fault: String) async throws {
        var faults = EmulatedFaults()
        try faults.add(fault)
        let unit = try await Units.start(.spa2102, faults: faults)
        let device = try await Units.device(unit)
        let old = try await device.driver.readConfiguration()
        let entries = try device.entries([(.t38Redundancy, "3"), (.t38, "yes")], line: 1, of: old)
        do {
            try await device.write(entries, old: old)
            Issue.record("it was taken for written")
        } catch {
            // Of two, half of them is one; a write of one alone is taken by none.
            switch error {
            case .undone(.didNotStick(["FAX_Enable_T38_1_"]), .inForce): #expect(fault == "ignores=t38.enable")
            case .undone(.didNotStick(["FAX_Enable_T38_1_"]), .notWrittenBack): #expect(fault == "half-form")
            default: Issue.record("\(error)")
            }
        }
        if fault != "half-form" { #expect(try await device.driver.readConfiguration() == old) }
        await unit.close()
    }

    @Test("A device with its receiver off the hook is not written to")
    func busy() async throws {
        var faults = EmulatedFaults()
        try faults.add("off-hook")
        let unit = try await Units.start(.spa2102, faults: faults)
        let device = try await Units.device(unit)
        let old = try await device.driver.readConfiguration()
        await #expect(throws: ATAFailure.busy("the receiver of line 1 is off its hook")) {
            try await device.write([ATAConfiguration.Entry("FAX_Enable_T38_1_", "Yes")], old: old)
        }
        #expect(try await device.driver.readConfiguration() == old)
        await unit.close()
    }

    @Test("A value that the page has not is not sent")
    func unsuitable() async throws {
        let unit = try await Units.start(.spa2102)
        let device = try await Units.device(unit)
        let old = try await device.driver.readConfiguration()
        await #expect(throws: ATAFailure.self) {
            try await device.write([ATAConfiguration.Entry("FAX_Passthru_Method_1_", "Magic")], old: old)
        }
        #expect(try await device.driver.readConfiguration() == old)
        await unit.close()
    }

    @Test("A device that does not come back is told")
    func staysAway() async throws {
        var faults = EmulatedFaults()
        try faults.add("no-return")
        let unit = try await Units.start(.spa112, faults: faults)
        var device = try await Units.device(unit)
        device.patience.comesBack = .seconds(2)
        let waiting = device
        await #expect(throws: ATAFailure.didNotComeBack(seconds: 2)) { try await waiting.reboot() }
        await unit.close()
    }

    @Test("A device fetches the profile that is served to it, and logs it", arguments: EmulatedModel.allCases)
    func resync(model: EmulatedModel) async throws {
        let syslog = try await SyslogReceiver(listen: Endpoint(Units.local, 0))
        let unit = try await Units.start(model, preset: [(.syslogServer, "\(syslog.address)")])
        let server = try await ProvisioningServer(listen: Endpoint(Units.local, 0))
        var device = try await Units.device(unit)
        device = ATADevice(ResyncDriver(device.driver, server))
        let old = try await device.driver.readConfiguration()
        try await device.write(try device.entries([(.t38, "yes")], line: 1, of: old), old: old)
        let fetch = try #require(server.fetches.first)
        #expect(fetch.userAgent.flatMap { ATAIdentity(userAgent: $0) }?.family == device.driver.family)
        var events: [SyslogLine.Event] = []
        for _ in 0..<100 where events.count < 2 {
            events += syslog.take().compactMap(\.line.event)
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(events == [.resyncRequested, .resyncDone])
        await server.close()
        await syslog.close()
        await unit.close()
    }
}
