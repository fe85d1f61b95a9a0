import FaxCore
import FaxProtocol
import FaxWire
import PcapDecode

/// What error correction the losses of one T.38 stream call for: its packets as they were sent, replayed against its own
/// pattern of losses. Depths count the earlier packets that a packet carries; losses after the last packet seen are
/// not known and left out.
public struct RelayForecast: Sendable {
    /// Depths by the kind of packet that carries the copies.
    public struct Depths: Sendable, Hashable {
        public var indicator: Int
        /// T.30 frames in V.21, and their ends.
        public var v21: Int
        /// TCF and pages.
        public var image: Int
    }

    /// How many stay lost at one depth for all, and how large a datagram then gets.
    public struct Trial: Sendable, Hashable {
        public var depth: Int
        public var unrepaired: Int
        public var largestDatagram: Int
    }

    public struct Parity: Sendable, Hashable {
        public var span: Int
        public var entries: Int
        public var largestDatagram: Int
        /// `nil`: nobody said a limit.
        public var fits: Bool?
    }

    /// Index in `Call.streams`, and who sends it.
    public var stream: Int
    public var party: Party?
    /// Datagrams lost, with one that arrived after them.
    public var lost: Int
    /// Of those, lost for good with the correction that was used, and its depth.
    public var unrepaired: Int
    public var depthUsed: Int?
    /// The model of Gilbert fitted to the losses.
    public var fit: GilbertFit?
    /// The least depth for all packets that repairs everything; `nil`: more than packets can carry.
    public var depth: Int?
    /// The least by kind of packet: less of any one of them, and something stays lost.
    public var depths: Depths?
    /// Octets of the largest datagram at ``depths``, against what the receiver takes (`T38FaxMaxDatagram`).
    public var largestDatagram: Int?
    public var maximumDatagram: Int?
    /// From 0 copies to ``depth``, at most ``trialLimit``.
    public var trials: [Trial]
    /// The parity with the smallest datagrams that repairs everything; `nil`: none of those tried does.
    public var parity: Parity?
    /// The stream is too long, its end was left out.
    public var isCut: Bool

    public static let trialLimit = 9
    /// Entries and spans that are tried, and packets of a stream for that.
    static let entriesLimit = 16
    static let spans = [2, 3, 4, 6, 8]
    static let parityLimit = 20_000

    /// Whether the receiver takes datagrams of that size; `nil`: it did not say.
    public var fits: Bool? {
        guard let largestDatagram, let maximumDatagram else { return nil }
        return largestDatagram <= maximumDatagram
    }

    /// `nil`: no UDPTL, or nothing lost.
    init?(_ call: Call, stream index: Int) {
        let stream = call.streams[index]
        guard stream.kind == .udptl, let log = stream.t38, (stream.statistics.lost ?? 0) > 0 else { return nil }
        let replay = ReplayedStream(log)
        guard replay.lost > 0 else { return nil }
        self.stream = index
        party = stream.direction
        lost = replay.lost
        unrepaired = stream.statistics.unrecovered ?? 0
        depthUsed = stream.statistics.errorCorrection == .redundancy ? stream.statistics.redundancyDepth : nil
        fit = GilbertFit(stream.statistics)
        isCut = replay.isCut
        maximumDatagram = Self.maximumDatagram(to: stream, call)
        let needed = replay.runs.map(\.count).max() ?? 0
        trials = (0...min(needed, Self.trialLimit - 1)).map { depth in
            let depths = UDPTLSender.Depths(all: depth)
            return Trial(
                depth: depth, unrepaired: replay.unrepaired(depths), largestDatagram: replay.largestDatagram(depths))
        }
        guard needed <= UDPTLSender.historyLimit else { return }
        depth = needed
        let depths = Self.least(replay)
        self.depths = depths
        largestDatagram = replay.largestDatagram(depths.all)
        if replay.packets.count <= Self.parityLimit { parity = Self.parity(replay, maximumDatagram) }
    }

    /// What the receiver said last of the place that the stream goes to.
    private static func maximumDatagram(to stream: MediaStream, _ call: Call) -> Int? {
        let own = call.signalling.sessions.filter { $0.t38 != nil && $0.endpoint == stream.to }
        let said = own.last ?? call.signalling.sessions.last { $0.t38 != nil && $0.party == stream.direction?.other }
        return said?.t38?.maxDatagram
    }

    /// Each run of losses is repaired by the packet after it; then each kind in turn is lowered as far as others make up
    /// for it.
    private static func least(_ replay: ReplayedStream) -> Depths {
        var depths = Depths(indicator: 0, v21: 0, image: 0)
        for run in replay.runs {
            switch run.carrier {
            case .indicator: depths.indicator = max(depths.indicator, run.count)
            case .controlData, .controlEnd: depths.v21 = max(depths.v21, run.count)
            case .imageData, .imageEnd: depths.image = max(depths.image, run.count)
            }
        }
        // Page data first: its copies are the largest.
        for kind in [\Depths.image, \Depths.v21, \Depths.indicator] {
            while depths[keyPath: kind] > 0 {
                var less = depths
                less[keyPath: kind] -= 1
                guard replay.unrepaired(less.all) == 0 else { break }
                depths = less
            }
        }
        return depths
    }

    /// The fewest entries, and of these the shortest span, that repairs everything.
    private static func parity(_ replay: ReplayedStream, _ maximum: Int?) -> Parity? {
        for entries in 1...entriesLimit {
            for span in spans
            where span * entries <= UDPTLSender.historyLimit && replay.unrepaired(span: span, entries: entries) == 0 {
                let largest = replay.largestDatagram(span: span, entries: entries)
                return Parity(
                    span: span, entries: entries, largestDatagram: largest, fits: maximum.map { largest <= $0 })
            }
        }
        return nil
    }
}

extension RelayForecast.Depths {
    /// As a sender takes them.
    var all: UDPTLSender.Depths {
        UDPTLSender.Depths(
            indicator: indicator, controlData: v21, controlEnd: v21, imageData: image, imageEnd: image)
    }
}
