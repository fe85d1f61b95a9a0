import FaxCore
import FaxDSP
import FaxWire
import PcapDecode

/// The fax of one call: what T.30 said, in either carriage. Values not known are `nil`, never guessed.
public struct FaxSession: Sendable {
    public enum Outcome: String, Sendable {
        case success, partial, failed
        case notFax = "not-fax"
        case unknown
    }

    public var outcome: Outcome = .unknown
    /// `t38`, `g711`, `t38+g711`, a codec's name, `none`.
    public var carriedBy: String = "none"
    public var sender: Party?
    /// TSI and CSI as text, trimmed.
    public var senderID: String?
    public var receiverID: String?
    /// `V.17`, `V.29`, `V.27ter`, `V.34`.
    public var modem: String?
    public var rateBps: Int?
    public var ecm: Bool?
    /// `MH`, `MR`, `MMR`, `JBIG`.
    public var compression: String?
    public var resolutionDPI: Resolution?
    public var widthPx: Int?
    public var pagesSent: Int?
    public var pagesConfirmed: Int?
    public var trainings: [Training] = []
    public var pages: [FaxPage] = []
    public var phases: [PhaseSpan] = []
    /// Every T.30 frame (and V.8 message) in order of time.
    public var messages: [T30Message] = []
    /// Tones, preambles, trainings and page data, as spans on the time axis.
    public var signals: [FaxSignal] = []
    /// The message channel as received from audio, in order of time.
    public var bursts: [BurstReport] = []
    /// Which values of G.711 each stream uses, for streams of enough of it.
    public var codewords: [CodewordReport] = []
    /// Signals as IFP packets told them, in order of time; empty where T.38 did not carry the fax.
    public var ifpSignals: [IFPSignal] = []
    /// Timers that ran out, breaches of T.30's limits.
    public var remarks: [SessionRemark] = []
    /// The audio of each stream that was heard; empty unless asked for (`FaxAnalyzer.Options.keepsSamples`).
    public var audio: [SessionAudio] = []
    /// The capture begins or ends inside the fax: what was not confirmed in it may have been outside of it.
    public var isCut = false
    /// Who sent streams of which no signalling tells (places in `Call.streams`), as far as signals of fax do.
    public var parties: [Int: Party] = [:]
    /// Streams (places in `Call.streams`) with the same media as others on another hop, from which the fax was read.
    public var otherHops: Set<Int> = []
    /// First fax signal to last.
    public var start: Instant?
    public var end: Instant?

    public init() {}
}

extension FaxSession {
    /// Frames of the control channel: those of ECM page data, of which there are hundreds to one, left out.
    var controlMessages: [T30Message] { messages { !$0.isImageFrame } }

    /// Those of them that were whole.
    var commands: [T30Message] { messages { $0.crcOK != false && !$0.isImageFrame } }

    /// As `filter` does, but copies none that are not wanted.
    private func messages(where isWanted: (borrowing T30Message) -> Bool) -> [T30Message] {
        var wanted: [T30Message] = []
        for index in messages.indices where isWanted(messages[index]) { wanted.append(messages[index]) }
        return wanted
    }
}

/// The samples of one stream of a call.
public struct SessionAudio: Sendable {
    /// Who sent it; `nil` unknown, or both on one line.
    public var party: Party?
    /// Index in `Call.streams`.
    public var stream: Int
    public var timeline: AudioTimeline

    public init(party: Party?, stream: Int, timeline: AudioTimeline) {
        self.party = party
        self.stream = stream
        self.timeline = timeline
    }
}

/// Dots per inch, across and down.
public struct Resolution: Sendable, Hashable {
    public var x: Int
    public var y: Int

    public init(x: Int, y: Int) {
        self.x = x
        self.y = y
    }
}

/// One training: the DCS that announced it, its TCF, the answer.
public struct Training: Sendable {
    public var time: Instant
    public var frame: FrameRef?
    public var rateBps: Int?
    public var modem: String?
    /// TCF as carried: longest run of zero bits and the bits that were not zero; `nil` when TCF was not carried.
    public var longestZeroRunBits: Int?
    public var errors: Int?
    /// Ones before its first zero, in bits.
    public var leadingOneBits: Int?
    /// `CFR`, `FTT`; `nil` none seen.
    public var answer: String?
    public var answerFrame: FrameRef?

    public init(time: Instant, frame: FrameRef?) {
        self.time = time
        self.frame = frame
    }
}

/// One page as the receiver got it.
public struct FaxPage: Sendable {
    public var number: Int
    public var rows: Int?
    public var badRows: Int?
    /// Octets of coded image data.
    public var octets: Int?
    public var modem: String?
    public var rateBps: Int?
    public var ecm: Bool?
    public var compression: String?
    public var resolutionDPI: Resolution?
    public var widthPx: Int?
    /// Runs of bad rows of a page without ECM.
    public var badRuns: [BadRowRun] = []
    /// The coded data of a page without ECM has its end: RTC, or the beginning of one; and the bits that came after it.
    public var hasEnd: Bool?
    public var bitsAfterEnd: Int?
    /// The longest way from one end of line to the next.
    public var longestLineBits: Int?
    /// The signal with the data came to its own end.
    public var isDataEnded: Bool?
    /// ECM frames of the page, and how many had to be sent again.
    public var ecmFrames: Int?
    public var ecmRetransmitted: Int?
    /// ECM frames that never came.
    public var ecmMissing: Int?
    public var confirmedBy: String?
    public var rejectedBy: String?
    public var firstFrame: FrameRef?
    public var lastFrame: FrameRef?
    public var start: Instant?
    public var end: Instant?
    /// The decoded picture (`nil` with `--calls`, without data, or when the compression cannot be decoded).
    public var image: PageBitmap?
    /// Coded data kept when it cannot be decoded (JBIG …).
    public var rawData: [UInt8]?

    public init(number: Int) {
        self.number = number
    }
}

/// Bad rows of a page one after the other.
public struct BadRowRun: Sendable, Hashable {
    /// Index in the picture, from 0.
    public var firstRow: Int
    public var rows: Int
    /// The packets that carried them.
    public var firstFrame: FrameRef?
    public var lastFrame: FrameRef?
    /// Packets with data of these rows did not come.
    public var isAtLoss: Bool
}

public struct PhaseSpan: Sendable {
    public enum Phase: String, Sendable, CaseIterable { case A, B, C, D, E }

    public var phase: Phase
    public var start: Instant
    public var end: Instant
    public var firstFrame: FrameRef?
    public var lastFrame: FrameRef?

    public init(phase: Phase, start: Instant, end: Instant, firstFrame: FrameRef?, lastFrame: FrameRef?) {
        self.phase = phase
        self.start = start
        self.end = end
        self.firstFrame = firstFrame
        self.lastFrame = lastFrame
    }
}

/// One T.30 frame as it was carried.
public struct T30Message: Sendable {
    /// Start of its first octet (preamble precedes it) and its end.
    public var time: Instant
    public var end: Instant
    public var frame: FrameRef?
    public var lastFrame: FrameRef?
    /// Who sent it; `nil` unknown.
    public var direction: Party?
    /// `DIS`, `PPS-EOP`, `FCD 17` …
    public var name: String {
        didSet { isImageFrame = Self.namesImageFrame(name) }
    }
    /// A frame of ECM page data: FCD, or the RCP after them (T.4 Annex A). Kept, for every rule asks it of every frame.
    public private(set) var isImageFrame: Bool
    /// Address, control and facsimile fields without FCS, first bit on the line = least
    /// significant bit of each octet (`ff 13 80 …`).
    public var octets: [UInt8]
    /// Decoded facsimile information, in order, for people and JSON.
    public var fields: [T30Field]
    /// `nil`: no FCS indication came.
    public var crcOK: Bool?

    public init(
        time: Instant, end: Instant, frame: FrameRef?, lastFrame: FrameRef?, direction: Party?, name: String,
        octets: [UInt8], fields: [T30Field], crcOK: Bool?
    ) {
        self.time = time
        self.end = end
        self.frame = frame
        self.lastFrame = lastFrame
        self.direction = direction
        self.name = name
        isImageFrame = Self.namesImageFrame(name)
        self.octets = octets
        self.fields = fields
        self.crcOK = crcOK
    }

    private static func namesImageFrame(_ name: String) -> Bool {
        // Letter by letter, and most names by the first: asked of every frame of a page.
        var letters = name.utf8.makeIterator()
        switch letters.next() {
        case UInt8(ascii: "F"): return letters.next() == UInt8(ascii: "C") && letters.next() == UInt8(ascii: "D")
        case UInt8(ascii: "R"): return name == "RCP"
        default: return false
        }
    }
}

/// A signal on the line (or the indicator that stands for it).
public struct FaxSignal: Sendable {
    /// `CNG`, `CED`, `V.21 preamble`, `V.17 14400 long training`, `TCF`, `page data` …
    public var name: String
    public var direction: Party?
    public var start: Instant
    public var end: Instant
    public var firstFrame: FrameRef?
    public var lastFrame: FrameRef?
    /// Of what was heard in audio.
    public var measure: SignalMeasure?
    /// A signal of fax terminals or of what comes before them, not a voice or a ringing tone.
    public var isFax: Bool

    public init(
        name: String, direction: Party?, start: Instant, end: Instant, firstFrame: FrameRef?, lastFrame: FrameRef?,
        measure: SignalMeasure? = nil, isFax: Bool = true
    ) {
        self.name = name
        self.direction = direction
        self.start = start
        self.end = end
        self.firstFrame = firstFrame
        self.lastFrame = lastFrame
        self.measure = measure
        self.isFax = isFax
    }
}

/// A breach of T.30 or something worth a line: a timer that ran out, a command repeated, an interruption.
public struct SessionRemark: Sendable {
    /// Short and stable: `t4-expired`, `command-repeated`, `pri-q` …
    public var name: String
    public var time: Instant
    public var frames: [FrameRef]
    public var direction: Party?
    public var text: String

    public init(name: String, time: Instant, frames: [FrameRef], direction: Party?, text: String) {
        self.name = name
        self.time = time
        self.frames = frames
        self.direction = direction
        self.text = text
    }
}
