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

    /// What broken senders do. Nothing of it is done unless asked for.
    public struct Faults: Sendable, Hashable {
        /// No secondaries and no parity, although agreed.
        public var omitsCorrection = false
        /// T38FaxMaxDatagram is taken for the size of the IFP packet: whole datagrams become larger than it.
        public var takesLimitForIFP = false
        /// Each datagram goes out so many times more, under the same number.
        public var duplicates = 0
        /// After so many datagrams the numbering begins again at 0, and again.
        public var restartsAfter: Int?
        /// From 65535 the numbering goes to 1.
        public var skipsZero = false

        public init() {}
    }

    /// Packets before the current one that are kept.
    public static let historyLimit = 64

    public let correction: Correction
    /// Largest UDP payload the other side takes (T38FaxMaxDatagram); correction that does not fit is left out.
    public let maximumDatagram: Int
    public var faults = Faults()
    public private(set) var nextSequence: UInt16
    /// Datagrams that carry less correction than asked for, because of their size.
    public private(set) var shortened = 0
    /// Datagrams larger than ``maximumDatagram`` although they carry their primary only.
    public private(set) var oversized = 0
    private var history = IFPHistory()
    private var sinceRestart = 0

    public init(correction: Correction, maximumDatagram: Int, firstSequence: UInt16 = 0) {
        self.correction = correction
        self.maximumDatagram = maximumDatagram
        nextSequence = firstSequence
    }

    /// The datagram for the next IFP packet.
    public mutating func send(_ packet: [UInt8], category: Category) -> [UInt8] {
        precondition(packet.count <= UDPTLPacket.maximumLength)
        let datagram = datagram(packet, category)
        history.add(packet)
        advance()
        return datagram
    }

    /// As often as ``Faults/duplicates`` wants it, and once without that fault.
    public mutating func send(_ packet: [UInt8], category: Category, into datagrams: inout [[UInt8]]) {
        let datagram = send(packet, category: category)
        for _ in 0...max(0, min(faults.duplicates, 10)) { datagrams.append(datagram) }
    }

    private mutating func advance() {
        nextSequence &+= 1
        if nextSequence == 0, faults.skipsZero { nextSequence = 1 }
        sinceRestart += 1
        guard let limit = faults.restartsAfter, sinceRestart >= limit else { return }
        sinceRestart = 0
        nextSequence = 0
        history = IFPHistory()
    }

    private mutating func datagram(_ packet: [UInt8], _ category: Category) -> [UInt8] {
        switch correction {
        case _ where faults.omitsCorrection:
            return redundant(packet, depth: 0)
        case .none:
            return redundant(packet, depth: 0)
        case .redundancy(let depths):
            return redundant(packet, depth: depths.depth(category))
        case .fec(let span, let entries):
            guard span >= 1, entries >= 1, span * entries <= Self.historyLimit else {
                return redundant(packet, depth: 0)
            }
            guard history.count >= span * entries else { return redundant(packet, depth: entries) }
            return parity(packet, span: span, entries: entries)
        }
    }

    /// Whatever is said, a limit that is taken for that of the IFP packet does not bound the datagram.
    private var limit: Int { faults.takesLimitForIFP ? .max : maximumDatagram }

    /// With as many secondaries as there are, at most `depth`, and as fit.
    private mutating func redundant(_ packet: [UInt8], depth: Int) -> [UInt8] {
        let wanted = min(max(depth, 0), history.count)
        // Sequence, primary, kind of recovery and the count of entries, which is below 128.
        var length = 2 + OctetPen.entryLength(packet.count) + 2
        var entries = 0
        while entries < wanted {
            let longer = length + OctetPen.entryLength(history[entries].count)
            if longer > limit { break }
            length = longer
            entries += 1
        }
        if entries < wanted { shortened += 1 }
        if length > limit { oversized += 1 }
        return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            var pen = OctetPen(buffer)
            pen.put16(nextSequence)
            pen.putEntry(packet)
            pen.put(0)
            pen.put(UInt8(truncatingIfNeeded: entries))
            for index in 0..<entries { pen.putEntry(history[index]) }
            count = pen.count
        }
    }

    private mutating func parity(_ packet: [UInt8], span: Int, entries: Int) -> [UInt8] {
        let parities = (0..<entries).map { history.parity($0, span: span, entries: entries) }
        let datagram = UDPTLPacket(
            sequence: nextSequence, primary: packet, recovery: .fec(span: span, parity: parities)
        ).octets
        guard datagram.count > limit else { return datagram }
        shortened += 1
        return redundant(packet, depth: 0)
    }
}
