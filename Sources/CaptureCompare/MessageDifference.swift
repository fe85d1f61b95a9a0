import FaxCore
import FaxWire

/// What was changed in one SIP message between the two places, header by header and line by line of its SDP.
public struct MessageDifference: Sendable, Hashable {
    /// One thing that differs. `nil`: it is not there.
    public struct Field: Sendable, Hashable {
        /// A header's name, `request URI`, or a place in the SDP such as `SDP c=`, `SDP image a=T38FaxVersion`.
        public var name: String
        public var a: String?
        public var b: String?
        /// Every proxy changes it.
        public var isOfEveryHop: Bool
    }

    public var fields: [Field] = []
    /// Vias at A and B: one more stands for a proxy between.
    public var vias: (a: Int, b: Int) = (0, 0)

    /// Beside what every hop changes.
    public var changes: [Field] { fields.filter { !$0.isOfEveryHop } }
    /// The SDP differs.
    public var changesSDP: Bool { fields.contains { $0.name.hasPrefix("SDP") } }

    /// Characters of a value that are kept.
    static let textLimit = 200

    init(_ a: SIPMessage, _ b: SIPMessage) {
        vias = (a.vias.count, b.vias.count)
        compare("request URI", a.requestURI, b.requestURI)
        compare("reason phrase", a.reasonPhrase, b.reasonPhrase)
        headers(a, b)
        body(a, b)
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.fields == right.fields && left.vias == right.vias
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(fields) }

    private mutating func compare(_ name: String, _ a: String?, _ b: String?, isOfEveryHop: Bool = false) {
        guard a != b, fields.count < CompareLimit.details else { return }
        fields.append(
            Field(
                name: name, a: a.map { String($0.prefix(Self.textLimit)) },
                b: b.map { String($0.prefix(Self.textLimit)) }, isOfEveryHop: isOfEveryHop))
    }

    // MARK: - Headers

    private static let headersOfEveryHop: Set<String> = ["via", "max-forwards", "record-route", "route"]

    private mutating func headers(_ a: SIPMessage, _ b: SIPMessage) {
        let (left, right) = (Self.grouped(a), Self.grouped(b))
        var names: [String] = []
        for name in left.order + right.order where !names.contains(name) { names.append(name) }
        for name in names where name != "content-length" {
            let shown = left.spelled[name] ?? right.spelled[name] ?? name
            if name == "via" {
                vias(a, b)
            } else {
                compare(
                    shown, left.values[name], right.values[name],
                    isOfEveryHop: Self.headersOfEveryHop.contains(name) && vias.a != vias.b)
            }
        }
    }

    /// Vias from the sender's on: those that proxies put on top stand apart.
    private mutating func vias(_ a: SIPMessage, _ b: SIPMessage) {
        let (left, right) = (a.elements(.via).reversed() as [String], b.elements(.via).reversed() as [String])
        for place in 0..<max(left.count, right.count) {
            let one = place < left.count ? left[place] : nil
            let other = place < right.count ? right[place] : nil
            if let one, let other, Self.sender(one) == Self.sender(other) {
                compare("Via", one, other, isOfEveryHop: true)
            } else {
                compare("Via", one, other, isOfEveryHop: one == nil || other == nil)
            }
        }
    }

    /// A Via without what the next hop writes into it (`received`, `rport`; RFC 3261 18.2.1, RFC 3581).
    private static func sender(_ via: String) -> String {
        via.split(separator: ";").map { $0.drop { $0 == " " } }.filter {
            !$0.lowercased().hasPrefix("received") && !$0.lowercased().hasPrefix("rport")
        }.joined(separator: ";")
    }

    private struct Grouped {
        var order: [String] = []
        var spelled: [String: String] = [:]
        var values: [String: String] = [:]
    }

    private static func grouped(_ message: SIPMessage) -> Grouped {
        var grouped = Grouped()
        for (name, value) in message.headers {
            let known = SIPHeader(name: name)
            let full = known == .other ? name : known.name
            let key = full.lowercased()
            if let old = grouped.values[key] {
                grouped.values[key] = old + ", " + value
            } else {
                grouped.order.append(key)
                grouped.spelled[key] = full
                grouped.values[key] = value
            }
        }
        return grouped
    }

    // MARK: - Session description

    private mutating func body(_ a: SIPMessage, _ b: SIPMessage) {
        guard !a.body.elementsEqual(b.body) else { return }
        guard a.sdp != nil || b.sdp != nil else {
            compare("body", "\(a.body.count) octets", "\(b.body.count) octets, other ones")
            return
        }
        let (left, right) = (SDPLines(a.sdp), SDPLines(b.sdp))
        var keys: [SDPLines.Key] = []
        for key in left.order + right.order where !keys.contains(key) { keys.append(key) }
        for key in keys { compare("SDP \(key.name)", left.values[key], right.values[key]) }
    }
}

/// The lines of an SDP by what they are, so that two of them can be held against each other.
private struct SDPLines {
    struct Key: Hashable {
        /// Such as `c=`, `image m= port`, `image a=T38FaxVersion`.
        var name: String
        /// Of several of that name.
        var rank: Int
    }

    private(set) var order: [Key] = []
    private(set) var values: [Key: String] = [:]

    private static let lineLimit = 400

    init(_ octets: ArraySlice<UInt8>?) {
        guard let octets else { return }
        var section = ""
        let lines = octets.split(whereSeparator: { $0 == 0x0D || $0 == 0x0A })
        for line in lines.prefix(Self.lineLimit) {
            let text = String(decoding: line, as: UTF8.self)
            guard text.count >= 2, text.dropFirst().first == "=" else {
                add(section + "line", text)
                continue
            }
            let value = String(text.dropFirst(2))
            switch text.first {
            case "m":
                let words = value.split(separator: " ", maxSplits: 3).map(String.init)
                section = (words.first ?? "?") + " "
                add(section + "m= port", words.count > 1 ? words[1] : "")
                add(section + "m= transport", words.count > 2 ? words[2] : "")
                add(section + "m= formats", words.count > 3 ? words[3] : "")
            case "a":
                let name = value.prefix { $0 != ":" }
                add(
                    section + "a=" + name,
                    name.count == value.count ? "present" : String(value.dropFirst(name.count + 1)))
            default:
                add(section + String(text.prefix(2)), value)
            }
        }
    }

    private mutating func add(_ name: String, _ value: String) {
        var key = Key(name: name, rank: 0)
        while values[key] != nil { key.rank += 1 }
        order.append(key)
        values[key] = value
    }
}
