/// The tags and texts of a page, read leniently: the pages of small devices leave tags open, and a page that was cut off is
/// read as far as it goes.
struct HTMLTokens: Sequence, IteratorProtocol {
    enum Token: Equatable {
        /// Between tags, with references resolved and white space as it is.
        case text(String)
        case tag(Tag)
    }

    struct Tag: Equatable {
        /// Lower case.
        var name: String
        var isClosing: Bool
        /// In order; names in lower case; without a value: an empty one.
        var attributes: [(name: String, value: String)]

        func value(_ name: String) -> String? { attributes.first { $0.name == name }?.value }

        static func == (one: Tag, other: Tag) -> Bool {
            one.name == other.name && one.isClosing == other.isClosing
                && one.attributes.elementsEqual(other.attributes) { $0 == $1 }
        }
    }

    /// Octets of a page; what comes after them is not read.
    static let sizeLimit = 4 << 20
    static let attributeLimit = 64

    private let octets: [UInt8]
    private var place = 0
    /// `script` or `style`: its content is no text of the page.
    private var rawElement: String?

    init(_ page: [UInt8]) { octets = page.count > Self.sizeLimit ? Array(page.prefix(Self.sizeLimit)) : page }

    mutating func next() -> Token? {
        if let element = rawElement {
            rawElement = nil
            skipRaw(element)
        }
        guard place < octets.count else { return nil }
        return octets[place] == UInt8(ascii: "<") ? markup() : text()
    }

    private mutating func text() -> Token {
        let start = place
        while place < octets.count, octets[place] != UInt8(ascii: "<") { place += 1 }
        return .text(HTMLReferences.resolve(octets[start..<place]))
    }

    private mutating func markup() -> Token? {
        place += 1
        if starts(with: "!--") {
            skip(past: "-->")
            return next()
        }
        let isClosing = take("/")
        let name = word().lowercased()
        guard !name.isEmpty else {
            if isClosing || peek == UInt8(ascii: "!") || peek == UInt8(ascii: "?") {
                skip(past: ">")
                return next()
            }
            // A bracket that opens no tag is text.
            return .text("<")
        }
        let tag = Tag(name: name, isClosing: isClosing, attributes: attributes())
        if !isClosing, name == "script" || name == "style" { rawElement = name }
        return .tag(tag)
    }

    private mutating func attributes() -> [(name: String, value: String)] {
        var found: [(name: String, value: String)] = []
        while true {
            skipSpaces()
            guard let octet = peek else { return found }
            if octet == UInt8(ascii: ">") {
                place += 1
                return found
            }
            let name = word().lowercased()
            guard !name.isEmpty else {
                place += 1
                continue
            }
            skipSpaces()
            var value = ""
            if take("=") {
                skipSpaces()
                value = attributeValue()
            }
            if found.count < Self.attributeLimit { found.append((name, value)) }
        }
    }

    private mutating func attributeValue() -> String {
        let start: Int
        if let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            place += 1
            start = place
            while let octet = peek, octet != quote { place += 1 }
            defer { place = Swift.min(place + 1, octets.count) }
            return HTMLReferences.resolve(octets[start..<place])
        }
        start = place
        while let octet = peek, octet > 0x20, octet != UInt8(ascii: ">") { place += 1 }
        return HTMLReferences.resolve(octets[start..<place])
    }

    // MARK: - Octets

    private var peek: UInt8? { place < octets.count ? octets[place] : nil }

    private mutating func take(_ sign: Character) -> Bool {
        guard let octet = peek, octet == sign.asciiValue else { return false }
        place += 1
        return true
    }

    private mutating func skipSpaces() {
        while let octet = peek, octet <= 0x20 { place += 1 }
    }

    private mutating func word() -> String {
        let start = place
        while let octet = peek, isWord(octet) { place += 1 }
        return String(decoding: octets[start..<place], as: UTF8.self)
    }

    private func isWord(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"): true
        default: octet >= 0x80
        }
    }

    private func starts(with text: String, at start: Int? = nil) -> Bool {
        let start = start ?? place
        let wanted = Array(text.utf8)
        guard start + wanted.count <= octets.count else { return false }
        return wanted.indices.allSatisfy { lower(octets[start + $0]) == wanted[$0] }
    }

    private func lower(_ octet: UInt8) -> UInt8 { (0x41...0x5A).contains(octet) ? octet + 0x20 : octet }

    private mutating func skip(past text: String) {
        while place < octets.count {
            if starts(with: text) {
                place += text.utf8.count
                return
            }
            place += 1
        }
    }

    private mutating func skipRaw(_ element: String) {
        while place < octets.count, !starts(with: "</" + element) { place += 1 }
    }
}

/// Character references (HTML 13.5), those that such pages use.
enum HTMLReferences {
    private static let named: [String: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "copy": "©", "reg": "®",
    ]
    private static let longest = 10

    static func resolve(_ octets: ArraySlice<UInt8>) -> String {
        let text = String(decoding: octets, as: UTF8.self)
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var resolved = ""
        var rest = text[...]
        while let mark = rest.firstIndex(of: "&") {
            resolved += rest[..<mark]
            let after = rest[rest.index(after: mark)...]
            guard let end = after.prefix(longest).firstIndex(of: ";"), let sign = sign(after[..<end]) else {
                resolved += "&"
                rest = after
                continue
            }
            resolved += sign
            rest = after[after.index(after: end)...]
        }
        return resolved + rest
    }

    private static func sign(_ name: Substring) -> String? {
        guard name.first == "#" else { return named[name.lowercased()] }
        let digits = name.dropFirst()
        let number =
            digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        guard let number, number >= 0x20, let scalar = Unicode.Scalar(number) else { return nil }
        return String(Character(scalar))
    }
}
