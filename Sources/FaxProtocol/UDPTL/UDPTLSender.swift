import FaxCore
import FaxWire

/// The sending end of UDPTL (T.38 9.1): numbers IFP packets and adds what lets the other side repair losses.
public struct UDPTLSender: Sendable {
    public typealias Category = IFPCategory

    /// How many of the packets before go along, by the category of the packet that carries them.
    public struct Depths: Sendable, Hashable {
        public var indicator: Int
        public var controlData: Int
        public var controlEnd: Int
        public var imageData: Int
        public var imageEnd: Int

        public init(indicator: Int, controlData: Int, controlEnd: Int, imageData: Int, imageEnd: Int) {
            self.indicator = indicator
            self.controlData = controlData
            self.controlEnd = controlEnd
            self.imageData = imageData
            self.imageEnd = imageEnd
        }

        public init(all depth: Int) {
            self.init(indicator: depth, controlData: depth, controlEnd: depth, imageData: depth, imageEnd: depth)
        }

        func depth(_ category: Category) -> Int {
            switch category {
            case .indicator: indicator
            case .controlData: controlData
            case .controlEnd: controlEnd
            case .imageData: imageData
            case .imageEnd: imageEnd
            }
        }
    }

    public enum Correction: Sendable, Hashable {
        case none
        case redundancy(Depths)
        /// `entries` parity entries over `span` packets each: bursts up to `entries` are repaired. The first packets,
        /// which have too few before them, carry up to `entries` secondaries instead.
        case fec(span: Int, entries: Int)
    }

    /// Packets before the current one that are kept.
    public static let historyLimit = 64

    public let correction: Correction
    /// Largest UDP payload the other side takes (T38FaxMaxDatagram); correction that does not fit is left out.
    public let maximumDatagram: Int
    public private(set) var nextSequence: UInt16
    /// Datagrams that carry less correction than asked for, because of their size.
    public private(set) var shortened = 0
    /// Datagrams larger than ``maximumDatagram`` although they carry their primary only.
    public private(set) var oversized = 0
    /// The latest first.
    private var history: [[UInt8]] = []

    public init(correction: Correction, maximumDatagram: Int, firstSequence: UInt16 = 0) {
        self.correction = correction
        self.maximumDatagram = maximumDatagram
        nextSequence = firstSequence
    }

    /// The datagram for the next IFP packet.
    public mutating func send(_ packet: [UInt8], category: Category) -> [UInt8] {
        precondition(packet.count <= UDPTLPacket.maximumLength)
        var datagram = UDPTLPacket(sequence: nextSequence, primary: packet, recovery: recovery(category))
        fit(&datagram)
        nextSequence &+= 1
        history.insert(packet, at: 0)
        if history.count > Self.historyLimit { history.removeLast() }
        return datagram.octets
    }

    private func recovery(_ category: Category) -> UDPTLPacket.Recovery {
        switch correction {
        case .none:
            return .redundancy([])
        case .redundancy(let depths):
            return .redundancy(Array(history.prefix(max(0, depths.depth(category)))))
        case .fec(let span, let entries):
            guard span >= 1, entries >= 1, span * entries <= Self.historyLimit else { return .redundancy([]) }
            guard history.count >= span * entries else { return .redundancy(Array(history.prefix(entries))) }
            return .fec(span: span, parity: (0..<entries).map { parity($0, span: span, entries: entries) })
        }
    }

    /// T.38 9.1.4.2: entry m covers the packets span·entries - m, (span - 1)·entries - m … entries - m before this one.
    private func parity(_ index: Int, span: Int, entries: Int) -> [UInt8] {
        var parity: [UInt8] = []
        for turn in 1...span {
            let packet = history[turn * entries - index - 1]
            if packet.count > parity.count { parity += [UInt8](repeating: 0, count: packet.count - parity.count) }
            for place in packet.indices { parity[place] ^= packet[place] }
        }
        return parity
    }

    private mutating func fit(_ datagram: inout UDPTLPacket) {
        guard datagram.octets.count > maximumDatagram else { return }
        shortened += 1
        switch datagram.recovery {
        case .redundancy(var secondaries):
            while !secondaries.isEmpty, datagram.octets.count > maximumDatagram {
                secondaries.removeLast()
                datagram.recovery = .redundancy(secondaries)
            }
        case .fec:
            datagram.recovery = .redundancy([])
        }
        if datagram.octets.count > maximumDatagram { oversized += 1 }
    }
}
