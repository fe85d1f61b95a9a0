/// A value of the command line or of a scenario that cannot be taken, and why.
public struct NetworkSpecError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Such as `jitter`; empty when the value stood alone.
    public var option: String
    public var value: String
    public var problem: String

    public init(option: String = "", value: String, problem: String) {
        self.option = option
        self.value = value
        self.problem = problem
    }

    public var description: String {
        option.isEmpty ? "'\(value)': \(problem)" : "\(option): '\(value)': \(problem)"
    }
}
