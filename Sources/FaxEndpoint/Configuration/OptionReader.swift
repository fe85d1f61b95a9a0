import PlacedText

/// Reads options of commands, and where secrets are.
struct OptionReader {
    let keys: OptionKeys
    let folder: String

    /// Of lines and profiles.
    func read(_ fields: inout FieldReader) throws(PlacedError) -> [OptionChoice] {
        var choices: [OptionChoice] = []
        for name in keys.names {
            guard let value = fields.take(name) else { continue }
            choices.append(OptionChoice(name, .text(try checked(name, value.text(), at: value))))
        }
        for name in keys.secrets {
            if let source = try secret(name, &fields) { choices.append(OptionChoice(name, .secret(source))) }
        }
        return choices
    }

    /// Of lines.
    func files(_ fields: inout FieldReader) throws(PlacedError) -> [OptionChoice] {
        var choices: [OptionChoice] = []
        for name in keys.files {
            guard let path = try fields.take(name)?.text() else { continue }
            choices.append(OptionChoice(name, .text(placed(path))))
        }
        return choices
    }

    private func checked(_ name: String, _ text: String, at value: YAMLValue) throws(PlacedError) -> String {
        if let problem = keys.problem(name, text) { throw value.error(problem) }
        return text
    }

    /// `NAME-env` or `NAME-file`; the secret itself is refused, and never told.
    func secret(_ name: String, _ fields: inout FieldReader) throws(PlacedError) -> PasswordSource? {
        if let literal = fields.place(of: name) {
            throw PlacedError(
                line: literal.line, column: literal.column,
                problem: "a password does not stand in a configuration, which is copied, shown and kept: name the "
                    + "environment variable (\(name)-env) or the file (\(name)-file) that holds it")
        }
        let variable = try CallChoicesReader.checked(fields.take("\(name)-env"), Self.wordProblem)
        let place = fields.take("\(name)-file")
        let file = try place?.text()
        if variable != nil, let place { throw place.error("\(name)-env and \(name)-file exclude each other") }
        if let variable { return .environment(variable) }
        return file.map { .file(placed($0)) }
    }

    /// Relative to the configuration.
    private func placed(_ path: String) -> String {
        path.hasPrefix("/") || folder == "." ? path : "\(folder)/\(path)"
    }

    static func wordProblem(_ text: String) -> String? {
        let isFine =
            (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>\"@;?".utf8.contains($0) }
        return isFine ? nil : "wants 1 to 128 characters without blanks"
    }
}
