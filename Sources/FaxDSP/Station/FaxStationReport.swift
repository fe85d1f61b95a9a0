import FaxWire

/// What a fax terminal knows of its call so far. Times are counts of samples, 8,000 a second, that it was given.
public struct FaxStationReport: Sendable {
    public struct Frame: Sendable, Hashable {
        public var isSent: Bool
        /// Address, control and facsimile fields, without FCS, first bit on the line = least significant.
        public var octets: [UInt8]
        /// When it was handled: handed to the modem, or received as a whole.
        public var sample: Int
    }

    public struct Event: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            /// T.30 phase B is over: the capabilities are known.
            case negotiated
            /// T.30 phase D: a page was confirmed or refused.
            case pageEnded(Page)
            /// T.30 phase E, with libspandsp's completion code.
            case ended(code: Int)
        }

        public var kind: Kind
        public var sample: Int
    }

    /// A page as it stood in phase D.
    public struct Page: Sendable, Hashable {
        /// Sent or received whole, this one included when it was taken.
        public var pages: Int
        public var widthPx: Int
        public var rows: Int
        /// Without ECM: rows that did not decode, and the longest run of them.
        public var badRows: Int
        public var longestBadRun: Int
        /// As coded on the line, in octets.
        public var codedOctets: Int
        /// Of the call so far.
        public var ecmRetries: Int
    }

    /// A DCS and what became of the TCF after it.
    public struct Training: Sendable, Hashable {
        public enum Answer: Sendable, Hashable {
            case confirmed, failed, none
        }

        /// Of the DCS.
        public var sample: Int
        public var rateBps: Int?
        public var answer: Answer
    }

    /// In order, as libspandsp's T.30 handled them; frames that came damaged are not among them.
    public var frames: [Frame] = []
    /// Frames beyond ``frameLimit``.
    public var framesNotKept = 0
    public var events: [Event] = []
    /// What the other side called itself.
    public var remoteIdentification = ""
    /// SUB and SEP of the other side; empty: none came.
    public var subaddress = ""
    public var selectivePollingAddress = ""
    /// Who made the other machine, and which model it is, by its NSF, where libspandsp knows; `nil` otherwise.
    public var remoteVendor: String?
    public var remoteModel: String?
    public var rateBps = 0
    public var hasECM = false
    public var pagesSent = 0
    public var pagesReceived = 0
    /// Of the last page received, without ECM.
    public var badRows = 0
    /// Frames sent once more because of a PPR.
    public var ecmRetries = 0
    /// libspandsp's completion code, 0 = success; `nil` while phase E has not been reached.
    public var completion: Int?
    public var completionText: String?

    /// A terminal handles no more frames than this in a call that is of use; those beyond are only counted.
    public static let frameLimit = 100_000
    public static let eventLimit = 10_000

    public init() {}

    /// The end of the call, in samples.
    public var endSample: Int? {
        for event in events { if case .ended = event.kind { return event.sample } }
        return nil
    }

    /// Every DCS in order with the answer that followed it (T.30 5.3.6.1.3 and 5.3.6.1.4).
    public var trainings: [Training] {
        var trainings: [Training] = []
        for frame in frames {
            let read = T30Frame(lax: frame.octets)
            switch read.signal {
            case .dcs:
                let rate = DigitalCommand(information: read.information).modulation?.rateBps
                trainings.append(Training(sample: frame.sample, rateBps: rate, answer: .none))
            case .cfr: if let last = trainings.indices.last { trainings[last].answer = .confirmed }
            case .ftt: if let last = trainings.indices.last { trainings[last].answer = .failed }
            default: break
            }
        }
        return trainings
    }
}
