import Foundation

/// A file in the system's temporary folder, removed with its owner.
final class TemporaryFile {
    let path: String

    init(_ bytes: [UInt8], name: String = "capture") throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)-\(name)")
        try Data(bytes).write(to: url)
        path = url.path(percentEncoded: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
