import FaxReport

/// How many jobs came to what.
struct JobTally: Sendable, Hashable {
    var total = 0
    var confirmed = 0
    /// Among them: by an earlier run.
    var confirmedBefore = 0
    var failed = 0
    /// The end of a call is not known.
    var unknown = 0

    /// Neither confirmed nor given up.
    var open: Int { total - confirmed - failed - unknown }
    var areConfirmed: Bool { confirmed == total }

    var document: JSONValue {
        .object([
            .init("total", .integer(total)), .init("confirmed", .integer(confirmed)),
            .init("confirmed_before", .integer(confirmedBefore)), .init("failed", .integer(failed)),
            .init("unknown", .integer(unknown)), .init("open", .integer(open)),
        ])
    }

    var text: String {
        var parts = ["\(confirmed) confirmed" + (confirmedBefore > 0 ? " (\(confirmedBefore) of them before)" : "")]
        if failed > 0 { parts.append("\(failed) failed") }
        if unknown > 0 { parts.append("\(unknown) unknown") }
        if open > 0 { parts.append("\(open) not done") }
        return "\(total) \(total == 1 ? "fax" : "faxes"): " + parts.joined(separator: ", ")
    }
}
