/// What a page of the SPA family shows as `Label:` and a value behind it: its state, in the order of the page.
public struct SPAInfoPage: Sendable {
    public struct Item: Sendable, Hashable {
        public var label: String
        /// 1 for the first with that label.
        public var occurrence: Int
        public var value: String
    }

    public let title: String
    public let items: [Item]

    static let itemLimit = 10_000

    public init(_ page: [UInt8]) {
        var title = ""
        var isInTitle = false
        var label: String?
        var items: [Item] = []
        var counts: [String: Int] = [:]
        func finish(_ value: String) {
            guard let name = label, items.count < Self.itemLimit else { return }
            label = nil
            let key = name.lowercased()
            counts[key, default: 0] += 1
            items.append(Item(label: name, occurrence: counts[key] ?? 1, value: value))
        }
        for token in HTMLTokens(page) {
            switch token {
            case .tag(let tag):
                if tag.name == "title" { isInTitle = !tag.isClosing }
                // A field to be filled in is no state.
                if ["input", "select"].contains(tag.name) { label = nil }
            case .text(let text):
                let text = text.trimmed
                guard !text.isEmpty else { continue }
                if isInTitle {
                    title = text
                } else if text.hasSuffix(":") {
                    // Two labels without anything between them: the first one's value is empty.
                    finish("")
                    label = String(text.dropLast()).trimmed
                } else {
                    finish(text)
                }
            }
        }
        finish("")
        self.title = title
        self.items = items
    }

    public func value(_ label: String, occurrence: Int = 1) -> String? {
        items.first { $0.occurrence == occurrence && $0.label.lowercased() == label.lowercased() }?.value
    }
}
