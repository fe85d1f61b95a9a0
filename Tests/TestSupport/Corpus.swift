import Foundation

/// The `corpus/` folder of the checkout that the tests were built from.
public enum Corpus {
    public static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "corpus", directoryHint: .isDirectory)

    public static func file(_ path: String) -> URL { folder.appending(path: path) }

    /// The octets of a corpus file; the error names the file.
    public static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: file(path))) }
}
