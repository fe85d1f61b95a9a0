import FaxCore

/// A share in per cent, from 0 to 100. Held as it was written, so that what is printed is what was read.
public struct Percentage: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let percent: Double

    /// `nil` outside 0 … 100.
    public init?(percent: Double) {
        guard percent >= 0, percent <= 100 else { return nil }
        self.percent = percent
    }

    private init(unchecked percent: Double) { self.percent = percent }

    public static let zero = Percentage(unchecked: 0)
    public static let all = Percentage(unchecked: 100)

    /// Of 1.
    public var fraction: Double { percent / 100 }
    public var description: String { "\(Quantity.text(percent))%" }

    public static func < (left: Percentage, right: Percentage) -> Bool { left.percent < right.percent }

    /// `3%`, `0.05%`.
    public init(_ text: some StringProtocol) throws(NetworkSpecError) {
        guard text.hasSuffix("%") else {
            throw NetworkSpecError(value: String(text), problem: "wants a percentage such as 3%")
        }
        guard let number = Quantity.number(text.dropLast()), let value = Percentage(percent: number) else {
            throw NetworkSpecError(value: String(text), problem: "wants a percentage from 0% to 100%")
        }
        self = value
    }
}

/// Bits per second, such as `64kbps`.
public struct BitRate: Sendable, Hashable, CustomStringConvertible {
    public let bitsPerSecond: Int

    public static let limits = 100...100_000_000_000

    /// `nil` outside ``limits``.
    public init?(bitsPerSecond: Int) {
        guard Self.limits.contains(bitsPerSecond) else { return nil }
        self.bitsPerSecond = bitsPerSecond
    }

    private static let units: [(name: String, factor: Double)] = [
        ("Gbps", 1e9), ("Mbps", 1e6), ("kbps", 1e3), ("bps", 1),
    ]

    public init(_ text: some StringProtocol) throws(NetworkSpecError) {
        for unit in Self.units where text.hasSuffix(unit.name) {
            guard let number = Quantity.number(text.dropLast(unit.name.count)), number * unit.factor <= 1e12,
                let rate = BitRate(bitsPerSecond: Int((number * unit.factor).rounded()))
            else { break }
            self = rate
            return
        }
        throw NetworkSpecError(value: String(text), problem: "wants a rate from 100bps to 100Gbps, such as 64kbps")
    }

    public var description: String {
        for unit in Self.units where bitsPerSecond % Int(unit.factor) == 0 {
            return "\(bitsPerSecond / Int(unit.factor))\(unit.name)"
        }
        return "\(bitsPerSecond)bps"
    }
}

/// Numbers and durations as they are written on the command line and in scenarios.
public enum Quantity {
    /// Longer durations are refused: they are typing errors.
    public static let longest = Duration.seconds(24 * 3600)

    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("min", 60_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1), ("h", 3_600_000_000_000),
        ("s", 1_000_000_000),
    ]

    /// `20ms`, `1.5s`, `250us`, `2min`, `1h` or `0`.
    public static func duration(_ text: some StringProtocol) throws(NetworkSpecError) -> Duration {
        if text == "0" { return .zero }
        let error = NetworkSpecError(
            value: String(text),
            problem: "wants a duration with its unit (us, ms, s, min, h), at most 24h, such as 20ms")
        for unit in units where text.hasSuffix(unit.name) {
            guard let number = number(text.dropLast(unit.name.count)) else { throw error }
            let nanoseconds = (number * Double(unit.nanoseconds)).rounded()
            guard nanoseconds <= Double(longest.wholeNanoseconds) else { throw error }
            return .nanoseconds(Int64(nanoseconds))
        }
        throw error
    }

    /// The shortest exact form that ``duration(_:)`` reads back.
    public static func text(_ duration: Duration) -> String {
        let nanoseconds = duration.wholeNanoseconds
        if nanoseconds == 0 { return "0" }
        for (name, size): (String, Int64) in [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000)] {
            let whole = nanoseconds / size
            let thousandths = nanoseconds % size
            guard whole > 0, thousandths % (size / 1000) == 0 else { continue }
            let part = thousandths / (size / 1000)
            if part == 0 { return "\(whole)\(name)" }
            var digits = String(part)
            digits = String(repeating: "0", count: 3 - digits.count) + digits
            while digits.hasSuffix("0") { digits.removeLast() }
            return "\(whole).\(digits)\(name)"
        }
        return "\(nanoseconds)ns"
    }

    /// A decimal number without sign, with or without exponent.
    static func number(_ text: some StringProtocol) -> Double? {
        guard let first = text.utf8.first, isDigit(first) || first == 0x2E, text.utf8.count <= 32,
            text.utf8.allSatisfy({ isDigit($0) || [0x2B, 0x2D, 0x2E, 0x65].contains($0) }),
            let number = Double(String(text)), number.isFinite
        else { return nil }
        return number
    }

    private static func isDigit(_ octet: UInt8) -> Bool { octet >= 0x30 && octet <= 0x39 }

    /// As short as ``number(_:)`` can read it back.
    static func text(_ number: Double) -> String {
        number == number.rounded() && number < 1e15 ? String(Int64(number)) : "\(number)"
    }
}
