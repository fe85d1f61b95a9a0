import FaxCore
import FaxDSP
import T30Analyzer

/// Looks through a sanitised capture for what stood in the original: first whatever reads like a name, number, token or
/// address where such things stand, in all layers; then every word in every octet; then the rows of the pages.
struct LeftoverCheck {
    private let names: Pseudonyms
    private(set) var found: [String] = []

    /// Words and numbers shorter than these occur by chance, and are looked for in their places only.
    private static let wordMinimum = 6
    /// Rows with fewer changes of colour are lines and edges, which any page has.
    private static let changeMinimum = 8

    init(_ names: Pseudonyms) {
        self.names = names
    }

    /// What `again` learned of the sanitised capture must be replacements, and no originals.
    mutating func compare(_ again: Pseudonyms) {
        for kind in Pseudonyms.Kind.allCases {
            guard let originals = names.originals[kind], let now = again.originals[kind] else { continue }
            let images = Set(originals.list.map { names.replacement($0, kind) })
            for value in now.list where originals.contains(value) && !images.contains(value) {
                found.append("\(kind.name): \(Pseudonyms.shown(value, kind))")
            }
        }
    }

    /// Every run of letters and digits, forwards and as T.30 sends it, and digits with spaces between them.
    mutating func search(_ octets: [UInt8]) {
        let wanted = names.longOriginals(Self.wordMinimum)
        if wanted.isEmpty { return }
        var run: [UInt8] = []
        var digits: [UInt8] = []
        func look(_ word: [UInt8]) {
            guard word.count >= Self.wordMinimum else { return }
            let word = Pseudonyms.lowercased(word)
            for text in [word, word.reversed()] where wanted.contains(text) {
                found.append("text: \(String(decoding: text, as: UTF8.self))")
            }
        }
        for octet in octets + [0] {
            if MaskedText.isWordOctet(octet) {
                run.append(octet)
            } else if !run.isEmpty {
                look(run)
                run.removeAll(keepingCapacity: true)
            }
            if MaskedText.isDigit(octet) {
                digits.append(octet)
            } else if !digits.isEmpty, !MaskedText.isBetweenDigits(octet) {
                look(digits)
                digits.removeAll(keepingCapacity: true)
            }
        }
    }

    /// No row of a page that shows something is a row of the original's pages.
    mutating func compare(pagesOf new: [AnalyzedCall], with old: [AnalyzedCall]) {
        let known = Set(Self.rows(old))
        let count = Self.rows(new).count { known.contains($0) }
        if count > 0 { found.append("pages: \(count) rows of the original") }
    }

    private static func rows(_ calls: [AnalyzedCall]) -> [[UInt8]] {
        calls.flatMap(\.fax.pages).compactMap(\.image).flatMap { image in
            (0..<image.heightPx).compactMap { row -> [UInt8]? in
                let start = row * image.octetsPerRow
                guard start + image.octetsPerRow <= image.octets.count else { return nil }
                let octets = Array(image.octets[start..<start + image.octetsPerRow])
                return changes(octets) >= changeMinimum ? octets : nil
            }
        }
    }

    private static func changes(_ row: [UInt8]) -> Int {
        var last: UInt8 = 0
        return row.reduce(0) { count, octet in
            defer { last = octet & 1 }
            return count + (octet ^ (octet >> 1 | last << 7)).nonzeroBitCount
        }
    }
}
