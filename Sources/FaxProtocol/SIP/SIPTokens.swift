import FaxCore
import FaxWire

extension SeededRandom {
    /// 64 random bits in hexadecimal digits: tags, parts of branches and Call-IDs.
    mutating func sipToken() -> String {
        let digits = String(next(), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// A branch that no other transaction has (RFC 3261 §8.1.1.7).
    mutating func sipBranch() -> String { SIPTransactionKey.cookie + sipToken() }

    /// A duration between two others, in steps of the given size.
    mutating func duration(_ range: ClosedRange<Duration>, step: Duration) -> Duration {
        let steps = UInt64((range.upperBound - range.lowerBound) / step)
        return range.lowerBound + step * Int(next() % (steps + 1))
    }
}
