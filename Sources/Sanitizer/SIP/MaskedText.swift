import FaxCore

/// Text whose personal parts are replaced in place, octet by octet as long as they were.
struct MaskedText {
    private(set) var octets: [UInt8]
    let names: Pseudonyms

    init(_ octets: [UInt8], _ names: Pseudonyms) {
        self.octets = octets
        self.names = names
    }

    // MARK: Places

    func first(of octet: UInt8, in range: Range<Int>) -> Int? { octets[range].firstIndex(of: octet) }

    func first(of any: StaticString, in range: Range<Int>) -> Int? {
        let set = any.withUTF8Buffer { Array($0) }
        return octets[range].firstIndex { set.contains($0) }
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: Pseudonyms.lowercased(Array(octets[range])), as: UTF8.self)
    }

    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, Self.isSpace(octets[start]) { start += 1 }
        while end > start, Self.isSpace(octets[end - 1]) { end -= 1 }
        return start..<end
    }

    /// Places between separators.
    func parts(_ range: Range<Int>, separator: UInt8) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = range.lowerBound
        for index in range where octets[index] == separator {
            parts.append(start..<index)
            start = index + 1
        }
        return parts + [start..<range.upperBound]
    }

    /// Runs of octets that `belongs` holds for.
    func runs(_ range: Range<Int>, where belongs: (UInt8) -> Bool) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for index in range {
            if belongs(octets[index]) {
                start = start ?? index
            } else if let begin = start {
                runs.append(begin..<index)
                start = nil
            }
        }
        if let start { runs.append(start..<range.upperBound) }
        return runs
    }

    // MARK: Replacements

    private mutating func replace(_ range: Range<Int>, _ kind: Pseudonyms.Kind) {
        guard !range.isEmpty else { return }
        let old = Array(octets[range])
        let new = names.replacement(Pseudonyms.lowercased(old), kind)
        precondition(new.count == old.count)
        for (index, octet) in zip(range, new) {
            let isCapital = (0x41...0x5A).contains(octets[index]) && (0x61...0x7A).contains(octet)
            octets[index] = isCapital ? octet & 0xDF : octet
        }
    }

    /// A Call-ID, tag, branch, nonce, key: every letter and digit.
    mutating func token(_ range: Range<Int>) {
        for run in runs(range, where: Self.isWordOctet) { replace(run, .token) }
    }

    /// A phone number, whatever stands between its digits.
    mutating func number(_ range: Range<Int>) {
        let places = range.filter { Self.isDigit(octets[$0]) }
        guard !places.isEmpty else { return }
        let new = names.replacement(places.map { octets[$0] }, .number)
        for (place, octet) in zip(places, new) { octets[place] = octet }
    }

    /// Who somebody is: a number, or words with numbers among them.
    mutating func identity(_ range: Range<Int>) {
        let range = trimmed(range)
        guard !range.isEmpty, !Self.says(nobody: text(range)) else { return }
        if IPAddress(text(range)) != nil { return host(range) }
        let isNumber = octets[range].allSatisfy { Self.isDigit($0) || Self.isBetweenDigits($0) }
        if isNumber { return number(range) }
        var index = range.lowerBound
        // Escaped octets become other escaped letters.
        for run in runs(range, where: { Self.isWordOctet($0) || $0 == 0x25 }) {
            index = run.lowerBound
            while index < run.upperBound {
                if octets[index] == 0x25 {
                    if index + 2 < run.upperBound { octets.replaceSubrange(index + 1...index + 2, with: [0x36, 0x31]) }
                    index += 3
                    continue
                }
                let end = octets[index..<run.upperBound].firstIndex(of: 0x25) ?? run.upperBound
                word(index..<end)
                index = end
            }
        }
    }

    private mutating func word(_ range: Range<Int>) {
        if octets[range].allSatisfy(Self.isDigit) { number(range) } else { replace(range, .word) }
    }

    /// An address or a domain, without port.
    mutating func host(_ range: Range<Int>) {
        let range = trimmed(range)
        guard !range.isEmpty else { return }
        let text = text(range)
        if Self.says(nobody: text) { return }
        let isDotted = octets[range].allSatisfy { Self.isDigit($0) || $0 == 0x2E }
        if isDotted, let address = IPAddress(text), address.isV4 { return dotted(range, address) }
        if text.contains(":"), let address = IPAddress(text) { return colons(range, address) }
        for label in runs(range, where: Self.isWordOctet) { replace(label, .host) }
    }

    private mutating func dotted(_ range: Range<Int>, _ address: IPAddress) {
        let value = address.v4
        let old: [UInt8] = [24, 16, 8, 0].map { (shift: UInt32) in UInt8(truncatingIfNeeded: value >> shift) }
        let new = names.replacement(old, .ipv4)
        for (field, value) in zip(runs(range, where: Self.isDigit), new) {
            put(String(value), right: field)
        }
    }

    /// Group by group; what `::` leaves out are zeros, which stay.
    private mutating func colons(_ range: Range<Int>, _ address: IPAddress) {
        let old: [UInt8] = (0..<16).map { (index: Int) in
            let half = index < 8 ? address.high : address.low
            return UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * (index & 7)))
        }
        let new = names.ipv6(old)
        let zone = first(of: 0x25, in: range) ?? range.upperBound
        let groups = runs(range.lowerBound..<zone, where: Self.isHexadecimal)
        let gap = (range.lowerBound..<max(range.lowerBound, zone - 1)).first {
            octets[$0] == 0x3A && octets[$0 + 1] == 0x3A
        }
        let isMapped = octets[range.lowerBound..<zone].contains(0x2E)
        for (index, group) in groups.enumerated() {
            if isMapped, index >= groups.count - 4 {
                put(String(new[16 - (groups.count - index)]), right: group)
                continue
            }
            let fromEnd = groups.count - index + (isMapped ? -2 : 0)
            let place = group.lowerBound < gap ?? range.upperBound ? index : 8 - fromEnd
            guard (0..<8).contains(place) else { continue }
            put(String(Int(new[2 * place]) << 8 | Int(new[2 * place + 1]), radix: 16), right: group)
        }
    }

    /// Writes `text` so that it ends where `range` ends, with zeros in front.
    mutating func put(_ text: String, right range: Range<Int>) {
        var characters = Array(text.utf8)
        while characters.count < range.count { characters.insert(0x30, at: 0) }
        guard characters.count == range.count else { return }
        let isCapital = octets[range].contains { (0x41...0x46).contains($0) }
        octets.replaceSubrange(range, with: isCapital ? characters.map { $0 >= 0x61 ? $0 & 0xDF : $0 } : characters)
    }

    /// What is kept for the diagnosis, except where it names someone known from elsewhere, or an address.
    mutating func mention(_ range: Range<Int>) {
        for run in runs(range, where: { Self.isWordOctet($0) || [0x2D, 0x2E, 0x3A, 0x40, 0x5F].contains($0) }) {
            let text = text(run)
            if IPAddress(text) != nil {
                host(run)
            } else if text.contains("@") {
                identity(run)
            } else if !names.isLearning, runs(run, where: Self.isWordOctet).contains(where: isKnownHost),
                text.contains(".")
            {
                host(run)
            } else {
                for word in runs(run, where: Self.isWordOctet) { mention(word: word) }
            }
        }
    }

    private func isKnownHost(_ label: Range<Int>) -> Bool {
        label.count >= 4 && names.originals[.host]?.contains(Pseudonyms.lowercased(Array(octets[label]))) == true
    }

    private mutating func mention(word range: Range<Int>) {
        let old = Pseudonyms.lowercased(Array(octets[range]))
        if names.isLearning || names.productWords.contains(old) { return }
        for kind in [Pseudonyms.Kind.number, .word, .host, .token]
        where old.count >= 4 && names.originals[kind]?.contains(old) == true {
            return replace(range, kind)
        }
    }

    mutating func put(octet: UInt8, at index: Int) { octets[index] = octet }

    mutating func zero(_ range: Range<Int>) {
        if names.isLearning { return }
        for index in range { octets[index] = 0 }
    }

    // MARK: Classes

    static func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 || octet == 0x0D || octet == 0x0A }
    static func isDigit(_ octet: UInt8) -> Bool { (0x30...0x39).contains(octet) }
    static func isBetweenDigits(_ octet: UInt8) -> Bool { Array(" +-.()*#".utf8).contains(octet) }
    static func isHexadecimal(_ octet: UInt8) -> Bool {
        isDigit(octet) || (0x41...0x46).contains(octet) || (0x61...0x66).contains(octet)
    }
    static func isWordOctet(_ octet: UInt8) -> Bool {
        isDigit(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet) || octet >= 0x80
    }
    static func says(nobody text: String) -> Bool {
        ["anonymous", "unknown", "unavailable", "restricted", "private", "invalid", "anonymous.invalid", "localhost"]
            .contains(text)
    }
}

extension Pseudonyms {
    /// An IPv6 address in sixteen octets; of a mapped one (RFC 4291 §2.5.5.2) the IPv4 address in it.
    func ipv6(_ octets: [UInt8]) -> [UInt8] {
        let isMapped = octets[..<10].allSatisfy { $0 == 0 } && octets[10] == 0xFF && octets[11] == 0xFF
        if isMapped { return octets[..<12] + replacement(Array(octets[12...]), .ipv4) }
        return replacement(octets, .ipv6)
    }
}
