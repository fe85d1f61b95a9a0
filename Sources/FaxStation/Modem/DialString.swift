/// What fax software wants dialled (V.250 6.3.1): the number to call, and digits that are sent as tones after the answer.
public struct DialString: Sendable, Hashable {
    /// What is sent after the answer.
    public enum Step: Sendable, Hashable {
        case digit(Character)
        /// `,`: two seconds, as S8 has it.
        case pause
    }

    /// Digits, `*`, `#`, `A` to `D`, and a plus sign in front.
    public private(set) var number = ""
    /// After `W` or `@`, which wait for a tone or for silence behind a number: on a SIP line, for the answer.
    public private(set) var afterAnswer: [Step] = []

    /// Characters of a number, and steps after it; more are left out.
    public static let limit = 64

    /// - Parameter octets: what stands behind the `D`.
    public init(_ octets: [UInt8]) {
        var isAnswered = false
        for octet in octets {
            let character = Character(Unicode.Scalar(octet & 0x7F)).uppercased()
            switch character {
            case "W", "@": isAnswered = !number.isEmpty
            case "," where isAnswered: append(.pause)
            case "+" where number.isEmpty: number = "+"
            default:
                guard "0123456789*#ABCD".contains(character), let digit = character.first else { continue }
                if isAnswered { append(.digit(digit)) } else if number.count < Self.limit { number.append(digit) }
            }
        }
    }

    private mutating func append(_ step: Step) { if afterAnswer.count < Self.limit { afterAnswer.append(step) } }
}
