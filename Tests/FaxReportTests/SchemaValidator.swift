import Foundation

/// The part of JSON Schema 2020-12 that `docs/analysis-schema.json` uses; any other keyword is reported as unknown, so
/// that nothing in the schema is passed over.
struct SchemaValidator {
    private let root: [String: Any]
    private let definitions: [String: Any]

    init(_ data: Data) throws {
        root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        definitions = root["$defs"] as? [String: Any] ?? [:]
    }

    /// What is wrong, each with its place; empty when the document fits.
    func problems(_ data: Data) throws -> [String] {
        problems(try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed), root, "$")
    }

    private func problems(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
        schema.sorted { $0.key < $1.key }.flatMap { keyword, rule -> [String] in
            fits(value, keyword, rule, path) ?? ["\(path): unknown keyword \(keyword)"]
        }
    }

    private func fits(_ value: Any, _ keyword: String, _ rule: Any, _ path: String) -> [String]? {
        switch (keyword, rule) {
        case ("$schema", _), ("$defs", _), ("title", _), ("description", _): return []
        case ("$ref", let name as String):
            guard let target = definitions[String(name.dropFirst("#/$defs/".count))] as? [String: Any] else {
                return nil
            }
            return problems(value, target, path)
        case ("type", _):
            let types = rule as? [String] ?? [rule as? String ?? ""]
            return types.contains { Self.isType(value, $0) } ? [] : ["\(path): not \(types)"]
        case ("const", _): return Self.equal(value, rule) ? [] : ["\(path): not \(rule)"]
        case ("enum", let values as [Any]):
            return values.contains { Self.equal(value, $0) } ? [] : ["\(path): \(value) is none of \(values)"]
        case ("anyOf", let schemas as [[String: Any]]):
            return schemas.contains { problems(value, $0, path).isEmpty } ? [] : ["\(path): fits no alternative"]
        case ("required", let names as [String]):
            guard let object = value as? [String: Any] else { return [] }
            return names.filter { object[$0] == nil }.map { "\(path): lacks \($0)" }
        case ("properties", let rules as [String: [String: Any]]):
            guard let object = value as? [String: Any] else { return [] }
            return rules.flatMap { name, rule in object[name].map { problems($0, rule, "\(path).\(name)") } ?? [] }
        case ("additionalProperties", let rule as [String: Any]):
            guard let object = value as? [String: Any] else { return [] }
            return object.flatMap { problems($0.value, rule, "\(path).\($0.key)") }
        case ("items", let rule as [String: Any]):
            guard let items = value as? [Any] else { return [] }
            return items.enumerated().flatMap { problems($0.element, rule, "\(path)[\($0.offset)]") }
        case ("minItems", let count as Int):
            return (value as? [Any]).map { $0.count >= count } ?? true ? [] : ["\(path): few"]
        case ("maxItems", let count as Int):
            return (value as? [Any]).map { $0.count <= count } ?? true ? [] : ["\(path): many"]
        case ("minimum", let least as NSNumber):
            return Self.number(value).map { $0 >= least.doubleValue } ?? true ? [] : ["\(path): below \(least)"]
        case ("maximum", let most as NSNumber):
            return Self.number(value).map { $0 <= most.doubleValue } ?? true ? [] : ["\(path): above \(most)"]
        case ("minLength", let length as Int):
            return (value as? String).map { $0.count >= length } ?? true ? [] : ["\(path): short"]
        case ("pattern", let pattern as String):
            guard let text = value as? String, let expression = try? Regex(pattern) else { return [] }
            return text.contains(expression) ? [] : ["\(path): \(text) does not match \(pattern)"]
        default: return nil
        }
    }

    private static func isBool(_ value: Any) -> Bool {
        guard let number = value as? NSNumber else { return false }
        return String(cString: number.objCType) == "c" || String(cString: number.objCType) == "B"
    }

    private static func number(_ value: Any) -> Double? { isBool(value) ? nil : (value as? NSNumber)?.doubleValue }

    private static func isType(_ value: Any, _ type: String) -> Bool {
        switch type {
        case "null": value is NSNull
        case "boolean": isBool(value)
        case "integer": number(value).map { $0.rounded() == $0 } ?? false
        case "number": number(value) != nil
        case "string": value is String
        case "array": value is [Any]
        case "object": value is [String: Any]
        default: false
        }
    }

    private static func equal(_ left: Any, _ right: Any) -> Bool {
        if left is NSNull || right is NSNull { return left is NSNull && right is NSNull }
        if let left = left as? String, let right = right as? String { return left == right }
        return false
    }
}
