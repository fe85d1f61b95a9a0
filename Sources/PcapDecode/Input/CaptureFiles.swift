import FaxCore
import Foundation

/// The files behind the paths of a command line: folders give the captures in them, in the order of their names.
public struct CaptureFiles: Sendable {
    public enum Limit {
        /// Files taken from one folder and those below it.
        public static let perFolder = 100_000
    }

    /// Paths to open, in order; each opens as a capture if it came from a folder.
    public private(set) var paths: [String] = []
    /// Files in folders that are no captures, and folders that cannot be read, each with its reason.
    public private(set) var warnings: [CaptureWarning] = []

    /// - Parameter paths: files, folders and `-`. Files named directly are kept unseen: opening them tells what is wrong.
    /// - Throws: ``CaptureError`` for a folder that does not exist or holds no capture.
    public init(_ paths: [String]) throws(CaptureError) {
        for path in paths {
            var isFolder: ObjCBool = false
            if path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
                try add(folder: path)
            } else {
                self.paths.append(path)
            }
        }
    }

    private mutating func add(folder: String) throws(CaptureError) {
        guard FileManager.default.isReadableFile(atPath: folder),
            let names = FileManager.default.enumerator(atPath: folder)
        else { throw .noPermission(path: folder) }
        var found: [String] = []
        while found.count < Limit.perFolder, let name = names.nextObject() as? String {
            var isFolder: ObjCBool = false
            let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
            let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            if exists, !isFolder.boolValue { found.append(path) }
        }
        let before = paths.count
        for path in found.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            do throws(CaptureError) {
                _ = try CaptureReader(path: path)
                paths.append(path)
            } catch {
                warnings.append(CaptureWarning(frame: nil, layer: .file, offset: 0, reason: error.description))
            }
        }
        if paths.count == before { throw .noCaptures(path: folder) }
    }
}
