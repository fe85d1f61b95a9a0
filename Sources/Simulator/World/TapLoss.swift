import FaxCore

/// Packets of the far side that a capture at one end misses, by the numbers in them: what an analysis of that capture has
/// to count as lost. Those before the first and behind the last one that came leave no gap.
public struct TapLoss: Sendable, Hashable {
    public var rtp = 0
    public var udptl = 0

    public init() {}
}

/// Counts them.
struct TapLossCounter {
    private struct Stream {
        /// Number → whether a copy of it came.
        var numbers: [UInt16: Bool] = [:]

        var lost: Int {
            let arrived = numbers.filter(\.value).keys
            guard let first = arrived.min(), let last = arrived.max() else { return 0 }
            return numbers.count { !$0.value && $0.key > first && $0.key < last }
        }
    }

    private var rtp = Stream()
    private var udptl = Stream()

    mutating func add(_ transit: World.Transit, media: Medium) {
        let octets = transit.datagram.octets
        guard octets.count >= 4 else { return }
        let place = media == .rtp ? 2 : 0
        let number = UInt16(octets[place]) << 8 | UInt16(octets[place + 1])
        let came =
            switch transit.passage {
            case .lost: false
            case .delivered: true
            }
        switch media {
        case .rtp: rtp.numbers[number, default: false] = rtp.numbers[number] == true || came
        case .udptl: udptl.numbers[number, default: false] = udptl.numbers[number] == true || came
        }
    }

    enum Medium { case rtp, udptl }

    var loss: TapLoss {
        var loss = TapLoss()
        (loss.rtp, loss.udptl) = (rtp.lost, udptl.lost)
        return loss
    }
}
