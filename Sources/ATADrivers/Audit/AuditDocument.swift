import FaxReport

extension FaxAudit {
    /// `{"line", "goal", "good", "items": [{"setting", "name", "value", "wanted", "verdict", "severity", "why"}]}`.
    public var document: JSONValue {
        .object([
            .init("line", .integer(line)), .init("goal", .string(goal.rawValue)), .init("good", .bool(isGood)),
            .init("items", .array(items.map(\.document))),
        ])
    }
}

extension FaxAudit.Item {
    fileprivate var document: JSONValue {
        .object([
            .init("setting", .string(setting.rawValue)), .init("name", .optional(nativeName)),
            .init("value", .optional(value)), .init("wanted", .array(wanted.map { .string($0) })),
            .init("verdict", .string(verdict.rawValue)), .init("severity", .string(severity.rawValue)),
            .init("why", .string(why)),
        ])
    }
}
