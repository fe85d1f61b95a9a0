import FaxCore
import Simulator

/// Takes the fields of one mapping by name. What nobody took in the end is unknown.
struct FieldReader {
    let value: YAMLValue
    private let fields: [YAMLValue.Field]
    private var known: [String] = []

    /// - Parameter what: the thing that is described, for messages.
    init(_ value: YAMLValue, _ what: String) throws(SuiteError) {
        self.value = value
        switch value.content {
        case .fields(let fields): self.fields = fields
        case .nothing: fields = []
        case .text, .list: throw value.error("\(what) is a mapping of fields")
        }
    }

    mutating func take(_ name: String) -> YAMLValue? {
        known.append(name)
        guard let value = fields.first(where: { $0.name == name })?.value else { return nil }
        if case .nothing = value.content { return nil }
        return value
    }

    /// All fields, for mappings whose names are the writer's own.
    mutating func takeAll() -> [YAMLValue.Field] {
        known += fields.map(\.name)
        return fields
    }

    func finish() throws(SuiteError) {
        for field in fields where !known.contains(field.name) {
            let names = known.joined(separator: ", ")
            throw SuiteError(
                line: field.line, column: field.column, problem: "unknown field '\(field.name)'; known are: \(names)")
        }
    }

    // MARK: - Values

    mutating func text(_ name: String) throws(SuiteError) -> String? { try take(name)?.text() }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(SuiteError) -> Int? {
        try take(name)?.integer(in: range)
    }

    mutating func flag(_ name: String) throws(SuiteError) -> Bool? {
        guard let value = take(name) else { return nil }
        switch try value.text() {
        case "true": return true
        case "false": return false
        default: throw value.error("'\(name)' is true or false")
        }
    }

    /// `95%`, as a share of 1, both ends left out.
    mutating func share(_ name: String) throws(SuiteError) -> Double? {
        guard let value = take(name) else { return nil }
        let text = try value.text()
        do {
            let share = try Percentage(text).fraction
            guard share > 0, share < 1 else { throw value.error("'\(name)' lies between 0% and 100%") }
            return share
        } catch let error as NetworkSpecError {
            throw value.error("\(name): \(error)")
        } catch let error as SuiteError {
            throw error
        } catch {
            throw value.error("\(error)")
        }
    }

    mutating func duration(_ name: String) throws(SuiteError) -> Duration? {
        guard let value = take(name) else { return nil }
        let text = try value.text()
        do {
            return try Quantity.duration(text)
        } catch {
            throw value.error("\(name): \(error)")
        }
    }

    /// One text or a list of texts.
    mutating func texts(_ name: String) throws(SuiteError) -> [YAMLValue] {
        guard let value = take(name) else { return [] }
        switch value.content {
        case .list(let items): return items
        case .text, .fields, .nothing: return [value]
        }
    }
}

extension YAMLValue {
    /// Of a field, for its place; the whole where there is none.
    func value(of name: String) -> YAMLValue {
        guard case .fields(let fields) = content else { return self }
        return fields.first { $0.name == name }?.value ?? self
    }

    func text() throws(SuiteError) -> String {
        switch content {
        case .text(let text): return text
        case .list, .fields, .nothing: throw error("a plain value is wanted here")
        }
    }

    func integer(in range: ClosedRange<Int>) throws(SuiteError) -> Int {
        guard let number = Int(try text()), range.contains(number) else {
            throw error("wants a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func list() throws(SuiteError) -> [YAMLValue] {
        switch content {
        case .list(let items): return items
        case .nothing: return []
        case .text, .fields: throw error("a list is wanted here")
        }
    }
}
