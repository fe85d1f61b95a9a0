import FaxCore
import FaxWire

/// The T.30 frames of one call at two places (two captures, two legs): which belong to each other, what was changed in
/// them on the way, and which came to one place only. Image frames are left out.
public struct MessageComparison: Sendable {
    /// One frame seen at both places whose octets differ.
    public struct Change: Sendable {
        /// Places in ``left`` and ``right``.
        public var left: Int
        public var right: Int
        /// What the difference means, field by field.
        public var fields: [FieldChange]
    }

    public struct FieldChange: Sendable, Hashable {
        /// As ``T30Field/name``.
        public var name: String
        /// `nil`: the field is not there.
        public var left: String?
        public var right: String?
    }

    /// Frames that were compared, in order of time.
    public var left: [T30Message]
    public var right: [T30Message]
    /// Places in ``left`` and ``right`` of the frames that belong to each other.
    public var matched: [(left: Int, right: Int)] = []
    public var changes: [Change] = []
    public var onlyLeft: [Int] = []
    public var onlyRight: [Int] = []

    /// Frames of one place that are compared; a fax of several hundred pages stays below.
    public static let messageLimit = 4_000

    /// `offset`: what a time on the left is later on
    /// the right; `nil`: unknown.
    public init(_ left: [T30Message], _ right: [T30Message], offset: Duration? = nil) {
        self.left = Array(left.filter(Self.isCompared).prefix(Self.messageLimit))
        self.right = Array(right.filter(Self.isCompared).prefix(Self.messageLimit))
        matched = Self.align(self.left, self.right, offset)
        let (found, answered) = (Set(matched.map(\.left)), Set(matched.map(\.right)))
        onlyLeft = self.left.indices.filter { !found.contains($0) }
        onlyRight = self.right.indices.filter { !answered.contains($0) }
        changes = matched.compactMap { pair in
            let (one, other) = (self.left[pair.left], self.right[pair.right])
            guard one.crcOK != false, other.crcOK != false, one.octets != other.octets else { return nil }
            return Change(left: pair.left, right: pair.right, fields: Self.difference(one, other))
        }
    }

    private static func isCompared(_ message: T30Message) -> Bool {
        !message.isImageFrame && message.octets.count >= 3
    }

    // MARK: - Who belongs to whom

    /// What two frames that belong to each other have in common.
    private static func fits(_ one: T30Message, _ other: T30Message) -> Bool {
        guard one.name == other.name else { return false }
        return one.direction == other.direction || one.direction == nil || other.direction == nil
    }

    /// Worth of a pair: equal octets and near times are better.
    private static func worth(_ one: T30Message, _ other: T30Message, _ offset: Duration?) -> Int {
        guard fits(one, other) else { return 0 }
        var worth = 1_000
        if one.octets == other.octets { worth += 200 }
        if let offset {
            let apart = (other.time - one.time).inSeconds - offset.inSeconds
            worth -= Int(min(800, apart.magnitude * 200))
        }
        return worth
    }

    /// The rows laid beside each other for the greatest worth, within a band around equal places.
    private static func align(_ left: [T30Message], _ right: [T30Message], _ offset: Duration?) -> [(
        left: Int, right: Int
    )] {
        let width = right.count + 1
        guard !left.isEmpty, !right.isEmpty, (left.count + 1) * width <= 1 << 22 else {
            return SequenceAlignment(left.map(Token.init), right.map(Token.init)).pairs
        }
        var best = [Int32](repeating: 0, count: (left.count + 1) * width)
        for i in left.indices.reversed() {
            for j in right.indices.reversed() {
                let cell = i * width + j
                let pair = worth(left[i], right[j], offset)
                best[cell] = max(best[cell + width], best[cell + 1])
                if pair > 0 { best[cell] = max(best[cell], best[cell + width + 1] + Int32(pair)) }
            }
        }
        var pairs: [(left: Int, right: Int)] = []
        var (i, j) = (0, 0)
        while i < left.count, j < right.count {
            let cell = i * width + j
            let pair = worth(left[i], right[j], offset)
            if pair > 0, best[cell] == best[cell + width + 1] + Int32(pair) {
                pairs.append((i, j))
                (i, j) = (i + 1, j + 1)
            } else if best[cell] == best[cell + width] {
                i += 1
            } else {
                j += 1
            }
        }
        return pairs
    }

    private struct Token: Hashable {
        var name: String
        var direction: Party?

        init(_ message: T30Message) {
            name = message.name
            direction = message.direction
        }
    }

    // MARK: - What differs

    private static func difference(_ one: T30Message, _ other: T30Message) -> [FieldChange] {
        let (before, after) = (fields(one), fields(other))
        var names: [String] = []
        for field in before + after where !names.contains(field.name) { names.append(field.name) }
        let changes = names.compactMap { name -> FieldChange? in
            let left = before.first { $0.name == name }?.value.text
            let right = after.first { $0.name == name }?.value.text
            return left == right ? nil : FieldChange(name: name, left: left, right: right)
        }
        guard changes.isEmpty else { return changes }
        return [FieldChange(name: "octets", left: hexadecimal(one.octets), right: hexadecimal(other.octets))]
    }

    private static func fields(_ message: T30Message) -> [T30Field] { T30Frame(lax: message.octets).fields }

    /// Octets of a frame shown where no field tells the difference.
    private static let octetsShown = 48

    private static func hexadecimal(_ octets: [UInt8]) -> String {
        octets.prefix(octetsShown).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
