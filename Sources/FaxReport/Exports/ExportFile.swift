/// A file that an export writes; `-` is standard output.
public struct ExportFile: Sendable {
    public let path: String
    public let overwrites: Bool

    /// - Throws: when it exists and must not be overwritten, so that nobody waits for an analysis in vain.
    public init(path: String, overwrites: Bool) throws(OutputFolder.Failure) {
        self.path = path
        self.overwrites = overwrites
        if path != "-", !overwrites { try NewFile.expectFree(path) }
    }

    /// Octets that are no text.
    public func put(_ octets: [UInt8]) throws(OutputFolder.Failure) {
        do {
            try NewFile.write(octets, to: path, overwrites: overwrites)
        } catch {
            throw OutputFolder.Failure(description: error.description)
        }
    }

    package func put(_ text: String, standardOutput: (String) -> Void) throws(OutputFolder.Failure) {
        if path == "-" { return standardOutput(text) }
        do {
            try NewFile.write(Array(text.utf8), to: path, overwrites: overwrites)
        } catch {
            throw OutputFolder.Failure(description: error.description)
        }
    }
}
