import FaxCore
import FaxWire
import PcapDecode

/// What is kept of one leg of a call until the other one has ended too: bounded, whatever the call was.
struct LegDigest: Sendable {
    enum Limit {
        /// T.30 frames, image frames left out.
        static let messages = 600
        /// IFP packets of one direction.
        static let packets = 50_000
    }

    /// The IFP packets of one T.38 stream.
    struct Stream: Sendable {
        var from: Endpoint
        var to: Endpoint
        var firstFrame: FrameRef
        var lastFrame: FrameRef
        var marks: [ContentMark]
        /// Content that does not come again by chance.
        var telling: Set<ContentMark>
    }

    let id: Int
    /// Numbers of the calls that are taken for its other legs.
    var related: [Int] = []
    let signalling: Signalling
    let outcome: FaxSession.Outcome
    let firstTime: Instant
    let lastTime: Instant
    let messages: [T30Message]
    let pages: [(number: Int, rows: Int?, badRows: Int?, ecm: Bool?, lastFrame: FrameRef?)]
    let streams: [Party: [Stream]]
    /// Audio of this party was seen after the image offer or at all.
    let hasAudio: Bool

    init(_ analyzed: AnalyzedCall) {
        let call = analyzed.call
        id = call.id
        signalling = call.signalling
        outcome = analyzed.fax.outcome
        (firstTime, lastTime) = (call.firstTime, call.lastTime)
        messages = Array(analyzed.fax.messages.lazy.filter { !$0.isImageFrame }.prefix(Limit.messages))
        pages = analyzed.fax.pages.map { ($0.number, $0.rows, $0.badRows, $0.ecm, $0.lastFrame) }
        var streams: [Party: [Stream]] = [:]
        for stream in call.streams {
            guard let party = stream.direction, let log = stream.t38, stream.kind == .udptl else { continue }
            streams[party, default: []].append(Stream(stream, log))
        }
        self.streams = streams
        hasAudio = call.streams.contains { $0.kind == .rtp || $0.kind == .srtp }
    }

    var isFailed: Bool { outcome == .failed || outcome == .partial }
    var invited: Instant { signalling.inviteTime ?? firstTime }
    /// The switch to T.38 that both sides agreed to.
    var agreedSwitch: T38Switch? { signalling.t38Switch.flatMap { $0.isAccepted ? $0 : nil } }
    /// The switch that was refused or declined, when none was agreed.
    var refusedSwitch: T38Switch? {
        signalling.t38Switch.flatMap { !$0.isAccepted && ($0.status ?? 0) >= 200 ? $0 : nil }
    }
}

extension LegDigest.Stream {
    init(_ stream: MediaStream, _ log: T38Log) {
        (from, to) = (stream.from, stream.to)
        (firstFrame, lastFrame) = (stream.firstFrame, stream.lastFrame)
        marks = []
        telling = []
        let octets = log.octets.span.bytes
        for entry in log.entries.prefix(LegDigest.Limit.packets) {
            let packet = octets.extracting(entry.offset..<entry.offset + entry.length)
            let mark = ContentMark(packet)
            marks.append(mark)
            if packet.byteCount >= 8 { telling.insert(mark) }
        }
    }
}
