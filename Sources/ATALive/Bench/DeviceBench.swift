import ATADrivers
import FaxCore
import FaxEndpoint
import FaxProtocol
import Foundation
import Simulator

/// One device under test, from its first setting to its last: its own settings are read when it comes, and are in force again
/// when it goes.
final class DeviceBench: Sendable {
    let name: String
    let line: Int
    let ata: ATADevice
    let unit: EmulatedUnit?
    let real: DeviceSuite.Device.Real?
    /// Everything as it was.
    let before: ATABackup
    /// Where the device registers and calls, and where we call it: a bad network stands there in each cell.
    let ports: Ports
    let registrar = Registrar()
    let folder: String

    struct Ports: Sendable {
        /// Ours, behind the network of calls that come.
        var center: Endpoint
        /// What the device takes for its proxy.
        var proxy: Endpoint
        /// What we take for the device.
        var device: Endpoint

        init(at address: IPAddress) throws {
            // All three at once, so that they are three.
            let sockets = try (0..<3).map { _ in try BoundSocket(Endpoint(address, 0)) }
            for socket in sockets { close(socket.descriptor) }
            (center, proxy, device) = (sockets[0].endpoint, sockets[1].endpoint, sockets[2].endpoint)
        }
    }

    /// User part of an emulated device's line.
    static let number = "5551"
    private static let loopback = IPAddress(v4: 0x7F00_0001)

    /// - Parameter folder: for what comes and for records; it has to be there.
    init(_ device: DeviceSuite.Device, seed: UInt64, folder: String) async throws {
        name = device.name
        line = device.line
        self.folder = folder
        switch device.kind {
        case .emulated(let model, let faults):
            ports = try Ports(at: Self.loopback)
            var settings = EmulatedUnit.Settings(folder: folder + "/machine")
            settings.model = model
            settings.faults = faults
            settings.seed = seed
            settings.preset = [(.proxy, "\(ports.proxy)"), (.user, Self.number)]
            let unit = try await EmulatedUnit(settings)
            self.unit = unit
            real = nil
            let password = faults.password ?? (model == .spa112 ? "admin" : nil)
            ata = try await Self.open(
                "http://\(unit.webAddress)", DeviceCredentials(password: password), nil, step: .milliseconds(250))
        case .real(let device):
            ports = try Ports(at: device.listen)
            unit = nil
            real = device
            let password = try device.passwordFile.map { path in
                String(decoding: try FileOctets.read(path, limit: 4_096), as: UTF8.self)
                    .split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            }
            ata = try await Self.open(
                device.url, DeviceCredentials(user: device.login, password: password), device.family, step: .seconds(2))
        }
        before = try await ATABackup.take(of: ata.driver)
        try before.write(to: folder + "/" + before.fileName())
    }

    private static func open(
        _ url: String, _ credentials: DeviceCredentials, _ family: ATAFamily?, step: Duration
    ) async throws -> ATADevice {
        let http = try DeviceHTTP(url, credentials)
        let origin = url.contains("://") ? url : "http://" + url
        var ata = ATADevice(try await ATAProbe.driver(http, credentials, origin: origin, family: family))
        ata.patience.step = step
        return ata
    }

    var number: String { real?.number ?? Self.number }

    /// What every cell needs beside its own settings.
    private var ownSettings: [(setting: ATASetting, value: String)] {
        unit == nil ? [(.proxy, "\(ports.proxy)"), (.registers, "yes"), (.user, number)] : []
    }

    /// Puts settings in force. Those that the device has already are not written.
    /// - Returns: whether anything was written; its line starts anew then.
    func apply(_ settings: [DeviceSuite.Value]) async throws(ATAFailure) -> Bool {
        let now = try await ata.driver.readConfiguration()
        let wanted = ownSettings + settings.map { ($0.setting, $0.value) }
        let entries = try ata.entries(wanted, line: line, of: now)
        try await ata.write(entries, old: now)
        return !entries.isEmpty
    }

    /// Gives the device its old settings.
    /// - Returns: why that failed; `nil`: they are in force.
    func leave() async -> String? {
        var problem: String?
        do {
            _ = try await ata.restore(before.configuration)
        } catch {
            problem =
                "\(name): the old settings could not be brought back: \(error). "
                + "They are in \(folder)/\(before.fileName())"
        }
        await unit?.close()
        return problem
    }
}
