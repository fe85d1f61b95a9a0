import FaxCore
import FaxWire

/// What the parties put on the line, whatever carried it: T.38 gives it directly, G.711 through modems. In order of
/// time, both directions together; the T.30 story is read from nothing else.
struct LineRecord: Sendable {
    var events: [LineEvent] = []
    var quirks: [LineQuirk] = []
    /// Packets of the carriage that could not be read.
    var unreadable = 0
    /// Signals as IFP told them; of audio none.
    var ifpSignals: [IFPSignal] = []
}

/// One thing on the line.
struct LineEvent: Sendable {
    enum Content: Sendable {
        case signal(LineSignal)
        case frame(LineFrame)
        case burst(LineBurst)
        case v8(V8Octets)
    }

    var content: Content
    /// Who sent it; `nil` unknown. Events of one stream always carry the same `stream`.
    var party: Party?
    var stream: Int
    var span: LineSpan
    /// What the signal began with, where the reader knows it.
    var preamble: LineSpan?
    /// Of signals heard in audio.
    var measure: SignalMeasure?
}

extension LineEvent {
    /// No part of a fax.
    var isSound: Bool {
        guard case .signal(.sound) = content else { return false }
        return true
    }
}

/// Place of an event in time and in the capture.
struct LineSpan: Sendable {
    var start: Instant
    var end: Instant
    var firstFrame: FrameRef?
    var lastFrame: FrameRef?
}

/// A tone, preamble or training: what comes before data.
enum LineSignal: Sendable, Hashable {
    case cng, ced, v21Preamble
    case training(T38Modem, rateBps: Int, short: Bool)
    case ansReversed, ansam, ansamReversed, v8
    case v34(String)
    /// What is no signal of a fax: voice, ringing, keys.
    case sound(String)

    /// What announces a fax before T.30 begins.
    static let namesOfPhaseA = Set([cng, ced, ansReversed, ansam, ansamReversed].map(\.name))

    var name: String {
        switch self {
        case .cng: "CNG"
        case .ced: "CED"
        case .v21Preamble: "V.21 preamble"
        case .training(let modem, let rateBps, let short):
            modem == .v17
                ? "\(modem.rawValue) \(rateBps) \(short ? "short" : "long") training"
                : "\(modem.rawValue) \(rateBps) training"
        case .ansReversed: "/ANS"
        case .ansam: "ANSam"
        case .ansamReversed: "/ANSam"
        case .v8: "V.8 signal"
        case .v34(let part), .sound(let part): part
        }
    }
}

/// An HDLC frame.
struct LineFrame: Sendable {
    /// Address, control, FCF, FIF … without FCS, first bit on the line = least significant (`ff 13 80 …`).
    var octets: [UInt8]
    /// `nil`: the carriage did not say (no FCS indication came).
    var crcOK: Bool?
    /// `.v21` for T.30 commands; the image modem for ECM frames.
    var modem: T38Modem
    var rateBps: Int?
    /// Something of the frame was lost on the way.
    var hasGap: Bool
    /// The capture kept only the beginning of a packet: what is missing may have reached the receiver.
    var isCut = false

    /// T.30 commands and responses: V.21, and the control channel of V.34 (T.30 Annex F).
    var isControl: Bool { modem == .v21 || (modem == .v34 && rateBps == 1_200) }
}

/// Continuous data without framing: TCF or a non-ECM page.
struct LineBurst: Sendable {
    /// First bit on the line = most significant.
    var octets: [UInt8]
    var modem: T38Modem
    var rateBps: Int?
    /// Where packets were lost: offsets in `octets`, at most `LineBurst.gapLimit`.
    var gaps: [Int]
    /// Octets after a gap that it may still spoil: a modem has to find its place again.
    var gapReach = 0
    /// Frames of the capture by offset: `marks[i]` is where octets from `marks[i].offset` on came from.
    var marks: [Mark]
    /// An end of signal came.
    var ended: Bool
    /// The capture kept only the beginning of a packet: what is missing may have reached the receiver.
    var isCut = false

    static let gapLimit = 10_000

    struct Mark: Sendable {
        var offset: Int
        var frame: FrameRef
        var time: Instant
    }
}

/// A V.8 message (CM, JM, CI) as octets.
struct V8Octets: Sendable {
    var name: String
    var octets: [UInt8]
}

/// An oddity of the carriage (catalogue layer E), counted.
struct LineQuirk: Sendable {
    /// The catalogue's id, such as `ifp-data-in-fcs`.
    var name: String
    var party: Party?
    var time: Instant
    var count: Int
    /// The first ones.
    var frames: [FrameRef]

    static let frameLimit = 16
    /// The packets of a stream end inside a signal.
    static let signalCut = "signal-cut"
}
