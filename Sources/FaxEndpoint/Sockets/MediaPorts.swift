import FaxCore
import Glibc

/// Gives calls their ports for media: an even one for RTP, the one after the next for UDPTL (the one between is RTCP's).
struct MediaPorts {
    private let range: ClosedRange<UInt16>
    private var next: Int

    static let stride = 4

    /// Not yet owned by anybody.
    typealias Pair = (rtp: BoundSocket, udptl: BoundSocket)

    struct Exhausted: Error, Sendable, CustomStringConvertible {
        let range: ClosedRange<UInt16>
        var description: String { "no free media ports in \(range.lowerBound) to \(range.upperBound)" }
    }

    init(range: ClosedRange<UInt16>) {
        self.range = range
        next = Self.first(in: range)
    }

    /// Of a call that never came to be.
    static func close(_ pair: Pair) {
        Glibc.close(pair.rtp.descriptor)
        Glibc.close(pair.udptl.descriptor)
    }

    private static func first(in range: ClosedRange<UInt16>) -> Int { (Int(range.lowerBound) + 1) & ~1 }

    /// Two sockets that nobody else has; each start goes on behind the one before, so that late packets of a call that is
    /// over do not meet the next.
    mutating func open(at address: IPAddress) throws(Exhausted) -> Pair {
        let tries = range.count / Self.stride
        for _ in 0..<max(tries, 0) {
            if next + 2 > Int(range.upperBound) { next = Self.first(in: range) }
            let port = next
            next += Self.stride
            guard port + 2 <= Int(range.upperBound),
                let rtp = try? BoundSocket(Endpoint(address, UInt16(port)))
            else { continue }
            if let udptl = try? BoundSocket(Endpoint(address, UInt16(port + 2))) { return (rtp, udptl) }
            Glibc.close(rtp.descriptor)
        }
        throw Exhausted(range: range)
    }
}
