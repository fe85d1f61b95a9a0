/// One document on one path over one impairment.
public struct SuiteCell: Sendable, Hashable {
    /// Names in the suite.
    public var document: String
    public var path: String
    public var impairment: String
    /// At most; a sequential gate may end the cell earlier.
    public var trials: Int
    /// Everything that its calls depend on, apart from the program: cells of the same digest can be compared.
    public var digest: String

    public init(document: String, path: String, impairment: String, trials: Int, digest: String) {
        self.document = document
        self.path = path
        self.impairment = impairment
        self.trials = trials
        self.digest = digest
    }

    /// `document/path/impairment`, unique in its suite.
    public var name: String { "\(document)/\(path)/\(impairment)" }
}

extension Suite.Selection {
    public func contains(_ cell: SuiteCell) -> Bool {
        Self.fits(documents, cell.document) && Self.fits(paths, cell.path) && Self.fits(impairments, cell.impairment)
    }

    private static func fits(_ patterns: [String], _ name: String) -> Bool {
        patterns.isEmpty || patterns.contains { fits($0, name) }
    }

    /// `loss-*` is every name that begins so.
    static func fits(_ pattern: String, _ name: String) -> Bool {
        pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : pattern == name
    }
}
