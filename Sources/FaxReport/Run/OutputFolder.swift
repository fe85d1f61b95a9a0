import Foundation

/// A folder for files that a capture gives. Names are ours alone: nothing of the capture is in them.
public struct OutputFolder: Sendable {
    /// One line that says what and where.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    private let path: String
    private let overwrites: Bool

    /// Makes the folder when it is missing.
    init(path: String, overwrites: Bool) throws(Failure) {
        self.path = path
        self.overwrites = overwrites
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Failure(description: "cannot make the folder \(path): \(NewFile.reason(of: error))")
        }
    }

    func put(_ octets: [UInt8], _ file: String) throws(Failure) {
        do {
            try NewFile.write(octets, to: path + "/" + file, overwrites: overwrites)
        } catch {
            throw Failure(description: error.description)
        }
    }

    /// `body` writes to a descriptor, and gives the reason when it could not.
    func put(_ file: String, _ body: (Int32) -> String?) throws(Failure) {
        do {
            try NewFile.write(to: path + "/" + file, overwrites: overwrites, body)
        } catch {
            throw Failure(description: error.description)
        }
    }
}
