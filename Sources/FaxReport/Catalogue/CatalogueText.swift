import FaxCore
import T30Analyzer

/// The failure catalogue for people: one entry, or a list of them, no line wider than asked.
public struct CatalogueText: Sendable {
    private static let labelColumns = 11
    private static let narrowest = 40

    private let text: TerminalText
    private let columns: Int

    /// - Parameter columns: of the terminal; less than 40 counts as 40.
    public init(columns: Int, usesColour: Bool = false) {
        self.columns = max(Self.narrowest, columns)
        text = TerminalText(usesColour: usesColour)
    }

    // MARK: - One entry

    public func entry(_ entry: CatalogueEntry) -> String {
        var lines = wrapped("\(entry.id): \(entry.name)", indent: 0, first: "").map { text.toned($0, .strong) }
        let rows: [(String, String)] = [
            ("layer", "\(entry.layer.rawValue), \(entry.layer.title)"),
            ("certainty", "\(entry.certainty.rawValue): \(entry.certainty.meaning)"),
            ("rule", rule(entry)), ("symptom", entry.symptom), ("signature", entry.signature), ("cause", entry.cause),
            ("remedy", entry.remedy), ("source", entry.source),
        ]
        for (label, value) in rows where value != "—" {
            lines += wrapped(value, indent: Self.labelColumns + 2, first: "  " + label.padded(to: Self.labelColumns))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func rule(_ entry: CatalogueEntry) -> String {
        if entry.hasRule { return "yes" + (entry.scope == .call ? "" : "; in full it needs \(entry.scope.needs)") }
        if case .notObservable(let reason) = entry.scope { return "none, as no capture shows it: \(reason)" }
        return "none yet; one needs \(entry.scope.needs)"
    }

    // MARK: - Lists

    /// Layer by layer: id, whether a rule looks for it, what it needs, name.
    public func list(_ entries: [CatalogueEntry]) -> String {
        Finding.Layer.allCases.compactMap { layer in
            let members = entries.filter { $0.layer == layer }
            return members.isEmpty ? nil : section(layer, members)
        }.joined(separator: "\n")
    }

    private func section(_ layer: Finding.Layer, _ entries: [CatalogueEntry]) -> String {
        let heading = "\(layer.rawValue). \(layer.title)"
        let count = "\(entries.count(where: \.hasRule)) of \(entries.count) have a rule"
        var lines = wrapped("\(heading): \(count)", indent: 2, first: "").map { text.toned($0, .strong) }
        let width = entries.map(\.id.count).max() ?? 0
        for entry in entries {
            let rule = entry.hasRule ? "rule" : "–"
            let first = "  " + entry.id.padded(to: width) + "  " + rule.padded(to: 4) + "  "
            // Where the terminal is narrow the name stands below the id.
            if first.count + 20 > columns {
                lines += [first.trimmedEnd] + wrapped(what(entry), indent: 6, first: "      ")
            } else {
                lines += wrapped(what(entry), indent: first.count, first: first)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func what(_ entry: CatalogueEntry) -> String {
        switch entry.scope {
        case .call: entry.name
        case .legs, .calls, .captures: "\(entry.name) (needs \(entry.scope.needs))"
        case .notObservable(let reason): "\(entry.name) (in no capture: \(reason))"
        }
    }

    // MARK: - Width

    /// The words of a text in lines that fit; `first` stands before the first one, `indent` blanks before the others.
    /// A word longer than a line has one of its own.
    private func wrapped(_ words: String, indent: Int, first: String) -> [String] {
        var lines: [String] = []
        var line = first.padded(to: indent)
        var isEmpty = true
        for word in words.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > columns {
                lines.append(line)
                line = String(repeating: " ", count: indent)
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return lines + [line]
    }
}

extension Finding.Layer {
    /// What the layer is about, in words.
    public var title: String {
        switch self {
        case .setup: "call set-up"
        case .negotiation: "SDP and T.38 negotiation"
        case .transport: "transport"
        case .audio: "audio pass-through"
        case .ifp: "T.38 IFP behaviour"
        case .t30: "T.30"
        case .gateway: "gateways, ATAs, carriers, fallback"
        }
    }
}

extension Finding.Certainty {
    fileprivate var meaning: String {
        switch self {
        case .proof: "these packets have no other reading"
        case .strong: "one cause explains them far better than others"
        case .hint: "they fit the fault, and other things as well"
        }
    }
}

extension CatalogueEntry.Scope {
    fileprivate var needs: String {
        switch self {
        case .call: "one call in one capture"
        case .legs: "both legs of a call in one capture, or two captures of it"
        case .calls: "several calls"
        case .captures: "two captures of the call (faxprobe compare)"
        case .notObservable: "more than a capture"
        }
    }
}
