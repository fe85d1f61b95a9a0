/// One decoded field of a T.30 frame, for people and for JSON: `{"ECM": true}`, `{"rate": "V.17 14400"}` …
public struct T30Field: Sendable, Hashable {
    public enum Value: Sendable, Hashable {
        case flag(Bool)
        case number(Int)
        case text(String)
        case list([String])

        /// For people.
        public var text: String {
            switch self {
            case .flag(let flag): flag ? "yes" : "no"
            case .number(let number): "\(number)"
            case .text(let text): text
            case .list(let list): list.joined(separator: ", ")
            }
        }
    }

    /// Stable, lower case with dashes at the JSON edge, such as `ecm`, `resolution-fine`.
    public var name: String
    /// Bit number of the FIF as T.30 Table 2 counts (1 = first bit), where it is one.
    public var bit: Int?
    public var value: Value
    /// What it means in words.
    public var meaning: String

    public init(name: String, bit: Int? = nil, value: Value, meaning: String) {
        self.name = name
        self.bit = bit
        self.value = value
        self.meaning = meaning
    }
}
