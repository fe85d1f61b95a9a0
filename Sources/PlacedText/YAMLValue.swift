import Yams

/// A YAML document as values with their places; aliases are expanded, within limits. No value is anything but text here:
/// who reads a field says what it means.
package struct YAMLValue: Sendable {
    package enum Content: Sendable {
        case text(String)
        case list([YAMLValue])
        case fields([Field])
        /// Nothing, `~` or `null`.
        case nothing
    }

    package struct Field: Sendable {
        package var name: String
        package var line: Int
        package var column: Int
        package var value: YAMLValue

        package init(name: String, line: Int, column: Int, value: YAMLValue) {
            self.name = name
            self.line = line
            self.column = column
            self.value = value
        }
    }

    package var content: Content
    package var line: Int
    package var column: Int

    package init(content: Content, line: Int, column: Int) {
        self.content = content
        self.line = line
        self.column = column
    }

    package func error(_ problem: String) -> PlacedError { PlacedError(line: line, column: column, problem: problem) }
}

extension YAMLValue {
    /// Octets of a document; values in it, after the expansion of aliases; how deep they nest; aliases.
    package static let octetLimit = 262_144
    package static let valueLimit = 50_000
    package static let depthLimit = 16
    /// So few that even a mapping whose keys are aliases of aliases is looked at in no time.
    package static let aliasLimit = 16

    /// - Parameters:
    ///   - what: the document, for messages: "a suite".
    ///   - octets: its length at most.
    ///   - values: in it at most, aliases expanded.
    package init(
        yaml text: String, _ what: String, octets: Int = octetLimit, values: Int = valueLimit
    ) throws(PlacedError) {
        guard text.utf8.count <= octets else {
            throw PlacedError(line: 1, column: 1, problem: "\(what) has at most \(octets) octets")
        }
        try AliasCount(text).check()
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw PlacedError(error)
        }
        guard let root else { throw PlacedError(line: 1, column: 1, problem: "\(what) is empty here") }
        var left = values
        self = try Self.value(root, depth: 0, left: &left)
    }

    private static func value(_ node: Node, depth: Int, left: inout Int) throws(PlacedError) -> YAMLValue {
        let (line, column) = (node.mark?.line ?? 1, node.mark?.column ?? 1)
        func failure(_ problem: String) -> PlacedError { PlacedError(line: line, column: column, problem: problem) }
        left -= 1
        guard left >= 0 else { throw failure("too many values, aliases expanded") }
        guard depth <= depthLimit else { throw failure("nested more than \(depthLimit) deep") }
        switch node {
        case .scalar(let scalar):
            let isNothing = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
            return YAMLValue(content: isNothing ? .nothing : .text(scalar.string), line: line, column: column)
        case .sequence(let sequence):
            var items: [YAMLValue] = []
            for item in sequence { items.append(try value(item, depth: depth + 1, left: &left)) }
            return YAMLValue(content: .list(items), line: line, column: column)
        case .mapping(let mapping):
            var fields: [Field] = []
            for (key, item) in mapping {
                guard case .scalar(let name) = key else { throw failure("names of fields are plain text") }
                fields.append(
                    Field(
                        name: name.string, line: name.mark?.line ?? line, column: name.mark?.column ?? column,
                        value: try value(item, depth: depth + 1, left: &left)))
            }
            return YAMLValue(content: .fields(fields), line: line, column: column)
        case .alias: throw failure("an alias without its anchor")
        }
    }
}

/// Counts what looks like aliases, before anything expands them.
private struct AliasCount {
    private let text: String

    init(_ text: String) { self.text = text }

    func check() throws(PlacedError) {
        var (line, column, found) = (1, 0, 0)
        var before: Unicode.Scalar = " "
        var isComment = false
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            column += 1
            if scalar == "\n" {
                (line, column, isComment) = (line + 1, 0, false)
            } else if scalar == "#", Self.mayPrecede(before) {
                isComment = true
            } else if scalar == "*", !isComment, Self.mayPrecede(before), index + 1 < scalars.count,
                !scalars[index + 1].properties.isWhitespace
            {
                found += 1
                guard found <= YAMLValue.aliasLimit else {
                    throw PlacedError(
                        line: line, column: column, problem: "more than \(YAMLValue.aliasLimit) aliases")
                }
            }
            before = scalar
        }
    }

    private static func mayPrecede(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || ["[", "{", ",", ":", "-", "?"].contains(scalar)
    }
}

extension PlacedError {
    /// What Yams complains of, in one line.
    fileprivate init(_ error: any Error) {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let around = context.map { " (\($0.text.prefix(80)))" } ?? ""
            self.init(line: mark.line, column: mark.column, problem: "no YAML: \(problem)\(around)")
        case .duplicatedKeysInMapping(let names, let context):
            self.init(
                line: context.mark.line, column: context.mark.column,
                problem: "the field '\(names.first ?? "")' is given twice")
        case .reader(let problem, _, _, _):
            self.init(line: 1, column: 1, problem: "no YAML: \(problem)")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded, .none:
            self.init(line: 1, column: 1, problem: "no YAML: \(error)")
        }
    }
}
