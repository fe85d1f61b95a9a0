/// Octets of a stream as lines that end with LF or CR LF.
public struct LineSplitter: Sendable {
    private var rest: [UInt8] = []
    private let limit: Int
    /// A line was longer than the limit: what comes after it cannot be told apart any more.
    public private(set) var isOverrun = false

    /// - Parameter limit: octets of a line.
    public init(limit: Int = 8_192) { self.limit = limit }

    /// - Returns: the lines that are whole now, without their ends, one character an octet.
    public mutating func take(_ octets: [UInt8]) -> [String] {
        var lines: [String] = []
        for octet in octets where !isOverrun {
            if octet == 0x0A {
                if rest.last == 0x0D { rest.removeLast() }
                lines.append(String(decoding: rest, as: UTF8.self))
                rest = []
            } else if rest.count >= limit {
                isOverrun = true
                rest = []
            } else {
                rest.append(octet)
            }
        }
        return lines
    }
}
