import FaxReport

/// What became of one call of a run.
protocol RunResult: Sendable {
    var isSuccess: Bool { get }
    /// Why it is no success, in words; `nil`: it is one.
    var reason: String? { get }
    /// Where a reception lies.
    var files: [String] { get }
    /// The members of the analysis document's `fax`.
    var document: JSONValue { get }
    /// Of a gateway: what each side was like.
    var legs: JSONValue? { get }
}

extension FaxResult: RunResult {
    var legs: JSONValue? { nil }
}

extension GatewayResult: RunResult {
    var files: [String] { [] }
}
