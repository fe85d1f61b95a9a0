import Foundation
import Testing

@testable import FaxEndpoint

/// Lock files of serial devices, as other programs know them.
@Suite struct PortLockTests {
    private static func within(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    @Test func aDeviceIsLockedAndReleased() throws {
        try Self.within { folder in
            let file = "\(folder)/LCK..ttyNone0"
            do {
                let lock = try PortLock("/dev/ttyNone0", folders: [folder])
                try withExtendedLifetime(lock) {
                    let text = try String(contentsOfFile: file, encoding: .utf8)
                    #expect(text.count == 11 && text.hasSuffix("\(getpid())\n"))
                    #expect(throws: SerialPort.Failure.self) { try PortLock("/dev/ttyNone0", folders: [folder]) }
                    #expect(FileManager.default.fileExists(atPath: file))
                }
            }
            #expect(!FileManager.default.fileExists(atPath: file))
        }
    }

    /// A process number that nobody has, an empty file, and what is no number.
    @Test(arguments: ["  99999999\n", "", "who knows\n"]) func aLockWithoutOwnerIsTaken(text: String) throws {
        try Self.within { folder in
            let file = "\(folder)/LCK..pts_7"
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            let lock = try PortLock("/dev/pts/7", folders: [folder])
            let owner = try String(contentsOfFile: file, encoding: .utf8)
            withExtendedLifetime(lock) { #expect(owner.contains("\(getpid())")) }
        }
    }

    @Test func aLinkIsLockedWithItsDevice() throws {
        try Self.within { folder in
            let link = "\(folder)/modem"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
            let lock = try PortLock(link, folders: [folder])
            withExtendedLifetime(lock) {
                for name in ["LCK..modem", "LCK..null"] {
                    #expect(FileManager.default.fileExists(atPath: "\(folder)/\(name)"), "\(name)")
                }
            }
        }
    }
}
