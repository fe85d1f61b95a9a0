import FaxCore

/// A JSON value whose members keep their order and whose decimals keep their digits.
public indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    /// A number as its decimal text.
    case decimal(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    public struct Member: Sendable, Equatable {
        public var name: String
        public var value: JSONValue

        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// The first member of that name.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    public static func optional(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
    public static func optional(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    public static func optional(_ value: Bool?) -> JSONValue { value.map { .bool($0) } ?? .null }

    /// Seconds since the epoch (or the start of a recording) with microseconds, nanoseconds where there are some.
    public static func time(_ instant: Instant?) -> JSONValue {
        instant.map { .decimal(Decimals.seconds($0.nanoseconds)) } ?? .null
    }

    public static func seconds(_ duration: Duration?) -> JSONValue {
        duration.map { .decimal(Decimals.seconds($0.wholeNanoseconds)) } ?? .null
    }

    public static func milliseconds(_ duration: Duration?) -> JSONValue {
        duration.map { .decimal(Decimals.scaled($0.wholeNanoseconds, unit: 1_000_000, digits: 3)) } ?? .null
    }

    /// A measured value with so many digits after the point; `null` when it is no number.
    public static func measure(_ value: Double?, digits: Int) -> JSONValue {
        guard let value, let text = Decimals.text(value, digits: digits) else { return .null }
        return .decimal(text)
    }
}

/// Decimal text from whole numbers, so that no digit is made up on the way through binary fractions.
package enum Decimals {
    package static func seconds(_ nanoseconds: Int64) -> String {
        scaled(nanoseconds, unit: 1_000_000_000, digits: nanoseconds % 1_000 == 0 ? 6 : 9)
    }

    /// `value / unit`, truncated to `digits` after the point. `unit` is a power of ten of at least so many zeros.
    package static func scaled(_ value: Int64, unit: UInt64, digits: Int) -> String {
        let magnitude = value.magnitude
        var fraction = String(magnitude % unit)
        let places = String(unit).utf8.count - 1
        fraction = String(repeating: "0", count: places - fraction.utf8.count) + fraction
        return (value < 0 ? "-" : "") + "\(magnitude / unit).\(fraction.prefix(digits))"
    }

    package static func text(_ value: Double, digits: Int) -> String? {
        var unit = 1.0
        for _ in 0..<digits { unit *= 10 }
        let scaledValue = (value * unit).rounded()
        guard scaledValue.isFinite, scaledValue.magnitude < 9e18 else { return nil }
        if digits == 0 { return String(Int64(scaledValue)) }
        return scaled(Int64(scaledValue), unit: UInt64(unit), digits: digits)
    }
}
