import FaxCore

/// What stands for what: the same original gets the same replacement of the same length wherever it occurs. Made in two
/// steps: everything is learned first, so that no replacement is itself the original of something else.
final class Pseudonyms {
    enum Kind: UInt8, CaseIterable {
        case number, word, host, token, ipv4, ipv6, mac

        var name: String {
            switch self {
            case .number: "numbers"
            case .word: "names"
            case .host: "domains"
            case .token: "tokens"
            case .ipv4: "IPv4 addresses"
            case .ipv6: "IPv6 addresses"
            case .mac: "MAC addresses"
            }
        }
    }

    /// Originals of one kind, in the order in which they were met.
    struct Originals {
        fileprivate(set) var list: [[UInt8]] = []
        fileprivate var known: Set<[UInt8]> = []

        func contains(_ value: [UInt8]) -> Bool { known.contains(value) }

        fileprivate mutating func learn(_ value: [UInt8]) {
            if known.insert(value).inserted { list.append(value) }
        }
    }

    private(set) var isLearning = true
    private(set) var originals: [Kind: Originals] = [:]
    /// Words of product names (`Asterisk`): they stay where products are named.
    private(set) var productWords: Set<[UInt8]> = []
    let hash: KeyedHash
    private var order: KeyedOrder
    private var tweaks: [Kind: UInt8] = [:]
    /// Choices of a mapping that are tried until no replacement is another's original.
    private static let tweakLimit: UInt8 = 64

    init(key: (UInt64, UInt64)) {
        hash = KeyedHash(key: key)
        order = KeyedOrder(hash)
    }

    /// Randomness for what is replaced as a whole (pages, noise), of the same key.
    func random(_ purpose: String, _ number: Int) -> SeededRandom {
        let place = (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        return SeededRandom(seed: hash([0xFF] + Array(purpose.utf8) + place))
    }

    func learnProduct(_ words: [[UInt8]]) {
        if isLearning { productWords.formUnion(words.map(Self.lowercased)) }
    }

    /// Learning is over: chooses for each kind a mapping whose images are nobody's originals.
    func settle() {
        for kind in Kind.allCases {
            guard let originals = originals[kind] else { continue }
            var best = (tweak: UInt8(0), overlaps: Int.max)
            for tweak in 0..<Self.tweakLimit where best.overlaps > 0 {
                tweaks[kind] = tweak
                let overlaps = originals.list.count { value in
                    let image = image(of: value, kind)
                    return image != value && originals.contains(image)
                }
                if overlaps < best.overlaps { best = (tweak, overlaps) }
            }
            tweaks[kind] = best.tweak
        }
        isLearning = false
    }

    /// The replacement of `value`, in its canonical form (lower case, digits only, octets of an address).
    func replacement(_ value: [UInt8], _ kind: Kind) -> [UInt8] {
        if isLearning {
            originals[kind, default: Originals()].learn(value)
            return value
        }
        return image(of: value, kind)
    }

    private func image(of value: [UInt8], _ kind: Kind) -> [UInt8] {
        let salt = [kind.rawValue, tweaks[kind] ?? 0]
        switch kind {
        case .number: return number(value, salt)
        case .word, .host: return text(value, salt, letters: [0x61...0x7A])
        case .token: return text(value, salt, letters: [0x61...0x66, 0x67...0x7A])
        case .ipv4: return ipv4(value, salt)
        case .ipv6: return ipv6(value, salt)
        case .mac: return mac(value, salt)
        }
    }

    // MARK: Kinds

    /// From the last digit on: a number with a prefix keeps what it has in common with the one without. Zeros in front
    /// stay, as they tell national from international.
    private func number(_ digits: [UInt8], _ salt: [UInt8]) -> [UInt8] {
        var result = digits
        let zeros = digits.prefix { $0 == 0x30 }.count
        var context = salt
        for index in stride(from: digits.count - 1, through: min(zeros, 2), by: -1) {
            result[index] = UInt8(
                0x30 + order.image(of: Int(digits[index]) - 0x30, in: 0...9, context: context))
            context.append(digits[index])
        }
        return result
    }

    /// Character by character within its class; capitals follow their small letters.
    private func text(_ value: [UInt8], _ salt: [UInt8], letters: [ClosedRange<Int>]) -> [UInt8] {
        var context = salt
        return value.map { octet in
            defer { context.append(octet) }
            let isCapital = (0x41...0x5A).contains(octet)
            let plain = Int(isCapital ? octet | 0x20 : octet)
            if octet >= 0x80 { return UInt8(0x61 + order.image(of: plain & 0x0F, in: 0...15, context: context)) }
            for range in letters + [0x30...0x39] where range.contains(plain) {
                let image = UInt8(order.image(of: plain, in: range, context: context))
                return isCapital ? image & 0xDF : image
            }
            return octet
        }
    }

    /// Networks stay networks, private addresses private, and each field keeps its number of digits.
    private func ipv4(_ octets: [UInt8], _ salt: [UInt8]) -> [UInt8] {
        let fixed = AddressClass.fixedOctets(v4: octets)
        var result = octets
        for index in fixed..<4 {
            result[index] = UInt8(
                order.image(
                    of: Int(octets[index]), in: AddressClass.range(v4: octets, at: index),
                    context: salt + octets[..<index]))
        }
        return result
    }

    /// Group by group within the groups of as many hexadecimal digits; zeros stay, so that the text stays as long.
    private func ipv6(_ octets: [UInt8], _ salt: [UInt8]) -> [UInt8] {
        var result = octets
        for index in AddressClass.fixedGroups(v6: octets)..<8 {
            let group = Int(octets[2 * index]) << 8 | Int(octets[2 * index + 1])
            if group == 0 { continue }
            let image = order.image(
                of: group, in: AddressClass.range(v6: group, at: index), context: salt + octets[..<(2 * index)])
            result[2 * index] = UInt8(image >> 8)
            result[2 * index + 1] = UInt8(image & 0xFF)
        }
        return result
    }

    /// Group addresses and nothing but zeros stay; the rest become locally administered ones.
    private func mac(_ octets: [UInt8], _ salt: [UInt8]) -> [UInt8] {
        if octets[0] & 1 == 1 || octets.allSatisfy({ $0 == 0 }) { return octets }
        var result = octets
        for index in 0..<octets.count {
            let image = order.image(of: Int(octets[index]), in: 0...255, context: salt + octets[..<index])
            result[index] = UInt8(image)
        }
        result[0] = result[0] & 0xFC | 0x02
        return result
    }

    static func lowercased(_ text: [UInt8]) -> [UInt8] {
        text.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }
}

extension Pseudonyms {
    /// Different originals that got another value, by kind.
    var counts: [SanitizeSummary.Count] {
        Kind.allCases.map { kind in
            let changed = originals[kind]?.list.count { replacement($0, kind) != $0 } ?? 0
            return SanitizeSummary.Count(kind: kind.name, count: changed)
        }.filter { $0.count > 0 }
    }

    /// Originals long enough to be no chance, that are not somebody's replacement as well.
    func longOriginals(_ minimum: Int) -> Set<[UInt8]> {
        var wanted: Set<[UInt8]> = []
        var images: Set<[UInt8]> = []
        for kind in [Kind.number, .word, .host, .token] {
            for value in originals[kind]?.list ?? [] where value.count >= minimum {
                let image = replacement(value, kind)
                images.insert(image)
                if image != value { wanted.insert(value) }
            }
        }
        return wanted.subtracting(images).subtracting(productWords)
    }

    /// Everything that was replaced, for the map that the user asks for.
    var table: [(kind: String, original: String, replacement: String)] {
        Kind.allCases.flatMap { kind in
            (originals[kind]?.list ?? []).map { value in
                (kind.name, Self.shown(value, kind), Self.shown(replacement(value, kind), kind))
            }
        }
    }

    static func shown(_ value: [UInt8], _ kind: Kind) -> String {
        switch kind {
        case .number, .word, .host, .token: return String(decoding: value, as: UTF8.self)
        case .ipv4: return value.map(String.init).joined(separator: ".")
        case .ipv6: return IPAddress(v6: value[...]).description
        case .mac: return value.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined(separator: ":")
        }
    }
}
