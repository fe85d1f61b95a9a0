/// Something in a text that cannot be, and where it stands.
public struct PlacedError: Error, Sendable, Hashable, CustomStringConvertible {
    /// From 1; columns count Unicode scalars.
    public var line: Int
    public var column: Int
    public var problem: String

    public init(line: Int, column: Int, problem: String) {
        self.line = line
        self.column = column
        self.problem = problem
    }

    /// `12:5: unknown field 'trails'`
    public var description: String { "\(line):\(column): \(problem)" }
}
