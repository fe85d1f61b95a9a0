import FaxProtocol
import FaxWire
import PcapDecode

/// The IFP packets of a T.38 stream as they were sent, each with its size, and which of their datagrams arrived.
struct ReplayedStream {
    struct Packet: Sendable {
        /// Octets of the IFP packet; of one that nothing repaired, what is usual.
        var length: Int
        /// `nil`: lost and not repaired.
        var category: UDPTLSender.Category?
        var arrived: Bool
    }

    /// Packets that are replayed; those of longer streams that come after are left out.
    static let limit = 200_000
    /// A jump of the numbers that is no loss.
    private static let jumpLimit = UDPTLReceiver.jumpLimit

    private(set) var packets: [Packet] = []
    /// The stream is longer than ``limit``.
    private(set) var isCut = false

    init(_ log: T38Log) {
        let items = IFPTrace(log).items
        let usual = Self.median(items.map(\.length))
        var next: Int?
        for item in items {
            let missing = next.map { item.sequence - $0 } ?? 0
            guard missing >= 0 else { continue }
            guard packets.count + missing < Self.limit else {
                isCut = true
                break
            }
            if missing <= Self.jumpLimit {
                packets += [Packet](
                    repeating: Packet(length: packets.last?.length ?? usual, category: nil, arrived: false),
                    count: missing)
            }
            packets.append(
                Packet(length: item.length, category: item.category, arrived: item.origin == .primary))
            next = item.sequence + 1
        }
    }

    private static func median(_ lengths: [Int]) -> Int {
        lengths.isEmpty ? 0 : lengths.sorted()[lengths.count / 2]
    }

    /// Runs of lost datagrams, each with the category of the packet that arrived after it.
    var runs: [(start: Int, count: Int, carrier: UDPTLSender.Category)] {
        var found: [(start: Int, count: Int, carrier: UDPTLSender.Category)] = []
        var start: Int?
        for (index, packet) in packets.enumerated() {
            if !packet.arrived {
                start = start ?? index
            } else if let first = start {
                found.append((first, index - first, packet.category ?? .indicator))
                start = nil
            }
        }
        return found
    }

    /// Lost datagrams that a later packet could still repair.
    var lost: Int { runs.reduce(0) { $0 + $1.count } }

    // MARK: - Redundancy

    /// Packets that stay lost when each packet carries so many earlier ones.
    func unrepaired(_ depths: UDPTLSender.Depths) -> Int {
        var left = 0
        for run in runs {
            var open = run.count
            var index = run.start + run.count
            // The farther back the run begins, the more a later packet must carry.
            while open > 0, index < packets.count, index - run.start <= UDPTLSender.historyLimit {
                if packets[index].arrived {
                    let reach = index - depths.depth(of: packets[index].category)
                    open = min(open, max(0, reach - run.start))
                }
                index += 1
            }
            left += open
        }
        return left
    }

    /// Octets of the largest datagram when each packet carries so many earlier ones.
    func largestDatagram(_ depths: UDPTLSender.Depths) -> Int {
        packets.indices.map { index in
            let depth = min(depths.depth(of: packets[index].category), index, UDPTLSender.historyLimit)
            let copies = packets[index - depth..<index].map(\.length)
            return Self.datagram(packets[index].length, copies)
        }.max() ?? 0
    }

    /// Sequence number, primary, flag, count, copies (T.38 9.1; X.691: a length below 128 takes one octet).
    private static func datagram(_ primary: Int, _ copies: [Int], fec: Bool = false) -> Int {
        func field(_ length: Int) -> Int { length + (length < 128 ? 1 : 2) }
        return 2 + field(primary) + 1 + (fec ? 2 : 0) + 1 + copies.reduce(0) { $0 + field($1) }
    }

    // MARK: - Parity

    /// Packets that stay lost when each packet carries `entries` parities over `span` packets each (T.38 9.1.4.2).
    func unrepaired(span: Int, entries: Int) -> Int {
        var known = packets.map(\.arrived)
        var parities: [Range<Int>.Index] = []
        for index in packets.indices where packets[index].arrived {
            if index >= span * entries {
                parities.append(index)
            } else {
                // The first packets carry copies instead.
                for earlier in max(0, index - entries)..<index { known[earlier] = true }
            }
        }
        solve(&known, parities, span, entries)
        let end = packets.lastIndex(where: \.arrived) ?? 0
        return known[..<end].count { !$0 }
    }

    /// Again and again: one repair can make the next possible, forwards and backwards.
    private func solve(_ known: inout [Bool], _ carriers: [Int], _ span: Int, _ entries: Int) {
        var isSolving = true
        var passes = 0
        while isSolving, passes < Self.passes {
            isSolving = false
            passes += 1
            for carrier in carriers {
                for entry in 0..<entries {
                    let first = carrier + entry - span * entries
                    var missing: Int?
                    var count = 0
                    for place in stride(from: first, to: carrier, by: entries) where !known[place] {
                        missing = place
                        count += 1
                    }
                    if count == 1, let missing {
                        known[missing] = true
                        isSolving = true
                    }
                }
            }
        }
    }

    private static let passes = 8

    /// Octets of the largest datagram with parity: an entry is as long as the longest packet that it covers.
    func largestDatagram(span: Int, entries: Int) -> Int {
        let reach = span * entries
        return packets.indices.map { index in
            guard index >= reach else {
                return Self.datagram(packets[index].length, packets[max(0, index - entries)..<index].map(\.length))
            }
            let parities = (0..<entries).map { entry in
                stride(from: index + entry - reach, to: index, by: entries).map { packets[$0].length }.max() ?? 0
            }
            return Self.datagram(packets[index].length, parities, fec: true)
        }.max() ?? 0
    }
}

extension UDPTLSender.Depths {
    /// Of a packet whose category nobody knows, the least.
    func depth(of category: UDPTLSender.Category?) -> Int {
        switch category {
        case .indicator: indicator
        case .controlData: controlData
        case .controlEnd: controlEnd
        case .imageData: imageData
        case .imageEnd: imageEnd
        case nil: min(indicator, controlData, controlEnd, imageData, imageEnd)
        }
    }
}
