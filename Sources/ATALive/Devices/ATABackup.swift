import ATADrivers
import FaxReport
import Foundation
import Glibc

/// Everything that a device showed of its settings, in a file that only its owner reads: there may be secrets in it.
public struct ATABackup: Sendable {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    public var identity: ATAIdentity
    public var family: ATAFamily
    public var configuration: ATAConfiguration

    public static let sizeLimit = 8 << 20
    private static let schema = "faxprobe.ata-backup/1"

    public init(_ identity: ATAIdentity, _ family: ATAFamily, _ configuration: ATAConfiguration) {
        self.identity = identity
        self.family = family
        self.configuration = configuration
    }

    public static func take(of driver: any ATADriver) async throws(ATAFailure) -> ATABackup {
        ATABackup(try await driver.identify(), driver.family, try await driver.readConfiguration())
    }

    // MARK: - The file

    var document: JSONValue {
        .object([
            .init("schema", .string(Self.schema)), .init("family", .string(family.rawValue)),
            .init("identity", identity.document),
            .init(
                "settings",
                .array(
                    configuration.entries.map {
                        .object([.init("name", .string($0.name)), .init("value", .string($0.value))])
                    })),
        ])
    }

    /// Never over another file.
    public func write(to path: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure(description: "cannot write the backup \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        let octets = Array((JSONWriter.text(document, style: .indented) + "\n").utf8)
        var written = 0
        while written < octets.count {
            let count = octets.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), octets.count - written)
            }
            if count > 0 {
                written += count
            } else if errno != EINTR {
                throw Failure(description: "cannot write the backup \(path): \(String(cString: strerror(errno)))")
            }
        }
        guard fsync(descriptor) == 0 else {
            throw Failure(description: "cannot write the backup \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Such as `ata-backup-SPA2102-000e08aabbcc-20260102-030405.json`.
    public func fileName(at date: Date = Date()) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "UTC")
        format.dateFormat = "yyyyMMdd-HHmmss"
        let parts = [
            "ata-backup", identity.model, identity.macAddress ?? identity.serialNumber, format.string(from: date),
        ]
        let name = parts.compactMap { $0 }.joined(separator: "-")
        return name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") } + ".json"
    }

    private struct Stored: Decodable {
        struct Identity: Decodable {
            var vendor: String
            var model: String
            var firmware: String?
            var serial_number: String?
            var mac_address: String?
        }
        struct Setting: Decodable {
            var name: String
            var value: String
        }
        var schema: String
        var family: String
        var identity: Identity
        var settings: [Setting]
    }

    public init(_ octets: [UInt8]) throws(Failure) {
        guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(octets)), stored.schema == Self.schema,
            let family = ATAFamily(rawValue: stored.family)
        else { throw Failure(description: "no backup of a device in the form \(Self.schema)") }
        var identity = ATAIdentity(vendor: stored.identity.vendor, model: stored.identity.model, source: .webPage)
        identity.firmware = stored.identity.firmware
        identity.serialNumber = stored.identity.serial_number
        identity.macAddress = stored.identity.mac_address
        self.init(
            identity, family, ATAConfiguration(stored.settings.map { ATAConfiguration.Entry($0.name, $0.value) }))
    }

    /// Why it is not for that device; `nil`: it is, or nobody can tell.
    public func objection(to other: ATAIdentity) -> String? {
        if let own = identity.macAddress, let its = other.macAddress, own != its {
            return "the backup is of the device \(own), this is \(its)"
        }
        if identity.model.lowercased() != other.model.lowercased() {
            return "the backup is of a \(identity.model), this is a \(other.model)"
        }
        return nil
    }
}
