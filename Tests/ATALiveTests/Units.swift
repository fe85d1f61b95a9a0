import ATADrivers
import ATALive
import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import FaxStation
import Foundation

/// Emulated units and what speaks to them, with ports of their own, and short patience.
enum Units {
    static let local = IPAddress(v4: 0x7F00_0001)

    static func start(
        _ model: EmulatedModel, faults: EmulatedFaults = EmulatedFaults(),
        preset: [(setting: ATASetting, value: String)] = [], seed: UInt64 = 1
    ) async throws -> EmulatedUnit {
        var settings = EmulatedUnit.Settings(folder: try folder())
        settings.model = model
        settings.faults = faults
        settings.preset = preset
        settings.seed = seed
        settings.bootTime = .milliseconds(500)
        return try await EmulatedUnit(settings)
    }

    static func folder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("ata-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        return path.path
    }

    static func device(_ unit: EmulatedUnit, password: String? = nil) async throws -> ATADevice {
        try await device("http://\(unit.webAddress)", password: password ?? (unit.model == .spa112 ? "admin" : nil))
    }

    static func device(_ url: String, password: String? = nil) async throws -> ATADevice {
        let credentials = DeviceCredentials(password: password)
        let http = try DeviceHTTP(url, credentials)
        var device = ATADevice(try await ATAProbe.driver(http, credentials, origin: url))
        device.patience.step = .milliseconds(100)
        device.patience.comesBack = .seconds(20)
        device.patience.registers = .seconds(30)
        device.patience.restartsUnseen = .seconds(5)
        return device
    }

    /// Somebody to register with and to fax with.
    static func center() throws -> (endpoint: LiveEndpoint, registrar: Registrar) {
        var settings = EndpointSettings(ports: [SIPPath(.udp, Endpoint(local, 0))])
        let registrar = Registrar()
        settings.registrar = registrar
        settings.media.audio.jitterBuffer = .fixed(.milliseconds(200))
        settings.answering = Answering(folder: try ReceptionFolder(path: try folder()))
        return (try LiveEndpoint(settings), registrar)
    }

    /// Waits until something is so.
    static func wait(
        _ seconds: Double = 60, until isSo: @Sendable () async throws -> Bool
    ) async throws -> Bool {
        let limit = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < limit {
            if try await isSo() { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }
}
