/// The counts in a PPS-x (T.30 A.4.3): page and block modulo 256 within the call and the page, and how many frames the
/// partial page has, less one.
public struct PartialPageCounts: Sendable, Hashable {
    public var page: Int
    public var block: Int
    /// Frames in this partial page, 1…256.
    public var frames: Int

    public init?(information: [UInt8]) {
        guard information.count >= 3 else { return nil }
        page = Int(information[0])
        block = Int(information[1])
        frames = Int(information[2]) + 1
    }
}

/// A PPR (T.30 A.4.4): 256 bits, bit n (first on the line = least significant) is 1 where frame n is wanted again.
public struct PartialPageRequest: Sendable, Hashable {
    public static let octets = 32

    public var information: [UInt8]

    public init(information: [UInt8]) { self.information = information }

    /// Frames asked for, of those that the partial page has.
    public func frames(of count: Int?) -> [Int] { count.map { count in frames.filter { $0 < count } } ?? frames }

    /// Frames asked for, ascending.
    public var frames: [Int] {
        var list: [Int] = []
        for (index, octet) in information.prefix(PartialPageRequest.octets).enumerated() where octet != 0 {
            for bit in 0..<8 where octet >> UInt8(bit) & 1 == 1 { list.append(index * 8 + bit) }
        }
        return list
    }
}

/// `0-3, 7, 250-255` of ascending numbers, for people.
public func ranges(_ numbers: [Int]) -> String {
    var parts: [String] = []
    var index = 0
    while index < numbers.count {
        var end = index
        while end + 1 < numbers.count, numbers[end + 1] == numbers[end] &+ 1 { end += 1 }
        parts.append(end == index ? "\(numbers[index])" : "\(numbers[index])-\(numbers[end])")
        index = end + 1
    }
    return parts.joined(separator: ", ")
}
