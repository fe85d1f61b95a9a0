/// Takes the fields of one mapping by name. What nobody took in the end is unknown.
package struct FieldReader {
    package let value: YAMLValue
    private let fields: [YAMLValue.Field]
    private var known: [String] = []

    /// - Parameter what: the thing that is described, for messages.
    package init(_ value: YAMLValue, _ what: String) throws(PlacedError) {
        self.value = value
        switch value.content {
        case .fields(let fields): self.fields = fields
        case .nothing: fields = []
        case .text, .list: throw value.error("\(what) is a mapping of fields")
        }
    }

    package mutating func take(_ name: String) -> YAMLValue? {
        known.append(name)
        guard let value = fields.first(where: { $0.name == name })?.value else { return nil }
        if case .nothing = value.content { return nil }
        return value
    }

    /// Where a field stands, which nobody takes; `nil`: it is not there.
    package func place(of name: String) -> (line: Int, column: Int)? {
        fields.first { $0.name == name }.map { (line: $0.line, column: $0.column) }
    }

    /// All fields, for mappings whose names are the writer's own.
    package mutating func takeAll() -> [YAMLValue.Field] {
        known += fields.map(\.name)
        return fields
    }

    package func finish() throws(PlacedError) {
        for field in fields where !known.contains(field.name) {
            let names = known.joined(separator: ", ")
            let meant = NearestWord.of(field.name, among: known).map { ", meant is perhaps '\($0)'" } ?? ""
            throw PlacedError(
                line: field.line, column: field.column,
                problem: "unknown field '\(field.name)'\(meant); known are: \(names)")
        }
    }

    // MARK: - Values

    package mutating func text(_ name: String) throws(PlacedError) -> String? { try take(name)?.text() }

    package mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(PlacedError) -> Int? {
        try take(name)?.integer(in: range)
    }

    package mutating func flag(_ name: String) throws(PlacedError) -> Bool? {
        guard let value = take(name) else { return nil }
        switch try value.text() {
        case "true": return true
        case "false": return false
        default: throw value.error("'\(name)' is true or false")
        }
    }

    /// One text or a list of texts.
    package mutating func texts(_ name: String) throws(PlacedError) -> [YAMLValue] {
        guard let value = take(name) else { return [] }
        switch value.content {
        case .list(let items): return items
        case .text, .fields, .nothing: return [value]
        }
    }
}

extension YAMLValue {
    /// Of a field, for its place; the whole where there is none.
    package func value(of name: String) -> YAMLValue {
        guard case .fields(let fields) = content else { return self }
        return fields.first { $0.name == name }?.value ?? self
    }

    package func text() throws(PlacedError) -> String {
        switch content {
        case .text(let text): return text
        case .list, .fields, .nothing: throw error("a plain value is wanted here")
        }
    }

    package func integer(in range: ClosedRange<Int>) throws(PlacedError) -> Int {
        guard let number = Int(try text()), range.contains(number) else {
            throw error("wants a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    package func list() throws(PlacedError) -> [YAMLValue] {
        switch content {
        case .list(let items): return items
        case .nothing: return []
        case .text, .fields: throw error("a list is wanted here")
        }
    }
}
