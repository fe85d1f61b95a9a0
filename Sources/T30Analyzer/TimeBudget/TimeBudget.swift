import FaxCore
import PcapDecode

/// Where the time of a fax call went, and what T.30 needs for the same pages.
///
/// The classes part the call's time from its INVITE (without signalling: from the first fax signal) to its end: the
/// actual durations add up to it. Where signals overlap, the one that moves the page forward counts.
public struct TimeBudget: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// INVITE to answer.
        case setup
        /// CED and its kin.
        case answerTone = "answer_tone"
        /// V.8 menus.
        case v8
        /// Flags and frames of the control channel.
        case v21
        /// Trainings and TCF.
        case training
        /// Page data, sent for the first time.
        case image
        /// Page data, sent again.
        case retransmission
        /// None of the others: silence, CNG, delay.
        case waiting
        /// After DCN, or after the last confirmation.
        case release

        public var inWords: String {
            switch self {
            case .answerTone: "answer tone"
            case .v8: "V.8"
            case .v21: "V.21"
            case .setup, .training, .image, .retransmission, .waiting, .release: rawValue
            }
        }
    }

    /// Something that went wrong once, and the time it took. Costs may overlap.
    public struct Cost: Sendable, Hashable {
        public enum Kind: String, Sendable {
            case failedTraining = "failed-training"
            case repeatedFrames = "repeated-frames"
            case rejectedPage = "rejected-page"
            case repeatedCommand = "repeated-command"
            case lowerRate = "lower-rate"
        }

        public var kind: Kind
        /// Such as `FTT at 14400 bit/s`.
        public var what: String
        public var time: Instant
        public var length: Duration
        public var frames: [FrameRef]
    }

    public let start: Instant
    public let end: Instant
    /// In order of time; what a lower rate costs, last.
    public let costs: [Cost]
    /// Octets of coded image data that the receiver confirmed.
    public let confirmedOctets: Int
    /// First fax signal to last.
    public let faxDuration: Duration
    private let actual: [Duration]
    private let least: [Duration]

    /// `nil`: no fax, or nothing of it in the capture.
    public init?(_ call: Call, _ fax: FaxSession) {
        guard fax.outcome != .notFax, let first = fax.start, let last = fax.end, !fax.messages.isEmpty else {
            return nil
        }
        start = min(call.signalling.inviteTime ?? first, first)
        end = max(call.signalling.endTime ?? call.lastTime, last)
        let turns = Turn.all(fax)
        let partition = TimePartition(call.signalling, fax, turns, start...max(start, end))
        actual = Kind.allCases.map { partition.length(of: $0) }
        let needed = LeastTime(fax, turns)
        // How long a network takes to connect is no matter of T.30.
        least = Kind.allCases.map { $0 == .setup ? partition.length(of: .setup) : needed.length(of: $0) }
        costs = TimeCosts(fax, turns, firstRateBps: needed.rateBps).costs
        confirmedOctets = fax.distinctPages.filter { $0.confirmedBy != nil }.reduce(0) { $0 + ($1.octets ?? 0) }
        faxDuration = last - first
    }

    public func actual(_ kind: Kind) -> Duration { actual[kind.place] }
    /// What T.30 needs at the first rate that both sides had.
    public func optimum(_ kind: Kind) -> Duration { least[kind.place] }
    /// Never below zero.
    public func excess(_ kind: Kind) -> Duration { max(.zero, actual(kind) - optimum(kind)) }

    public var duration: Duration { end - start }

    /// Confirmed image bits by the time of the fax, bit/s; `nil`: nothing was confirmed.
    public var throughputBps: Double? {
        let seconds = faxDuration.inSeconds
        return confirmedOctets > 0 && seconds > 0 ? Double(confirmedOctets) * 8 / seconds : nil
    }
}

extension TimeBudget.Kind {
    var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension FaxSession {
    /// Each page once: of a page that was sent again, the last time.
    var distinctPages: [FaxPage] {
        var numbers: Set<Int> = []
        return Array(pages.reversed().filter { numbers.insert($0.number).inserted }.reversed())
    }
}
