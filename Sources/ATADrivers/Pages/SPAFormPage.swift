/// A page with the settings of a device of the SPA family: one form whose fields have opaque numbers for names, with the
/// label in the cell before. The numbers differ from firmware to firmware, so they are read from the page that was just
/// fetched and never remembered.
public struct SPAFormPage: Sendable {
    public struct Field: Sendable, Hashable {
        /// As it stands on the page, without its colon: `FAX Enable T38`.
        public var label: String
        /// 1 for the first field with that label, 2 for the second: lines come one after the other.
        public var occurrence: Int
        /// Its name in a POST, such as `61679`, or `P175` for a password.
        public var identifier: String
        public var value: String
        /// What may be chosen; empty: a text.
        public var choices: [String] = []
        public var isSecret = false
    }

    public let title: String
    /// Where the form is sent, as the page says: `bsipura.spa`.
    public let action: String?
    public let fields: [Field]

    /// More fields than that are not read.
    static let fieldLimit = 10_000
    static let choiceLimit = 200

    /// Reads what is there; a page without fields is no error here.
    public init(_ page: [UInt8]) {
        var reader = FormReader()
        for token in HTMLTokens(page) { reader.take(token) }
        reader.endSelect()
        title = reader.title
        action = reader.action
        fields = reader.fields
    }

    public func field(_ label: String, occurrence: Int = 1) -> Field? {
        fields.first { $0.occurrence == occurrence && $0.label.lowercased() == label.lowercased() }
    }
}

private struct FormReader {
    var title = ""
    var action: String?
    var fields: [SPAFormPage.Field] = []
    private var label = ""
    private var isInTitle = false
    private var select: SPAFormPage.Field?
    private var optionValue: String?
    private var optionText = ""
    private var isSelected = false
    private var isInOption = false
    private var counts: [String: Int] = [:]

    mutating func take(_ token: HTMLTokens.Token) {
        switch token {
        case .text(let text): takeText(text)
        case .tag(let tag) where tag.isClosing: close(tag)
        case .tag(let tag): open(tag)
        }
    }

    private mutating func takeText(_ text: String) {
        let text = text.trimmed
        guard !text.isEmpty else { return }
        if isInTitle {
            title = text
        } else if isInOption {
            optionText += text
        } else if text.hasSuffix(":") {
            label = String(text.dropLast()).trimmed
        }
    }

    private mutating func open(_ tag: HTMLTokens.Tag) {
        switch tag.name {
        case "title": isInTitle = true
        case "form": if action == nil { action = tag.value("action") }
        case "input": addInput(tag)
        case "select": beginSelect(tag)
        case "option": beginOption(tag)
        default: break
        }
    }

    private mutating func close(_ tag: HTMLTokens.Tag) {
        switch tag.name {
        case "title": isInTitle = false
        case "option": endOption()
        case "select": endSelect()
        default: break
        }
    }

    /// A field's name is a number, with a P before it when it is a password.
    private static func isIdentifier(_ name: String) -> Bool {
        let digits = name.first == "P" ? name.dropFirst() : name[...]
        return !digits.isEmpty && digits.utf8.count <= 12 && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private mutating func makeField(_ tag: HTMLTokens.Tag) -> SPAFormPage.Field? {
        guard let name = tag.value("name"), Self.isIdentifier(name), !label.isEmpty,
            fields.count < SPAFormPage.fieldLimit
        else { return nil }
        let key = label.lowercased()
        counts[key, default: 0] += 1
        return SPAFormPage.Field(
            label: label, occurrence: counts[key] ?? 1, identifier: name, value: tag.value("value") ?? "",
            isSecret: name.hasPrefix("P") || tag.value("type")?.lowercased() == "password")
    }

    private mutating func addInput(_ tag: HTMLTokens.Tag) {
        let kind = tag.value("type")?.lowercased() ?? "text"
        guard ["text", "password"].contains(kind), let field = makeField(tag) else { return }
        fields.append(field)
    }

    private mutating func beginSelect(_ tag: HTMLTokens.Tag) {
        endSelect()
        select = makeField(tag)
    }

    private mutating func beginOption(_ tag: HTMLTokens.Tag) {
        endOption()
        isInOption = select != nil
        optionValue = tag.value("value")
        isSelected = tag.value("selected") != nil
        optionText = ""
    }

    private mutating func endOption() {
        guard isInOption else { return }
        isInOption = false
        let text = optionValue ?? optionText
        guard var field = select, field.choices.count < SPAFormPage.choiceLimit else { return }
        // Without a mark the first one is chosen.
        if isSelected || field.choices.isEmpty { field.value = text }
        field.choices.append(text)
        select = field
    }

    mutating func endSelect() {
        endOption()
        if let select { fields.append(select) }
        select = nil
    }
}
