import FaxCore
import FaxWire
import PcapDecode

/// From a call to its fax: what was on the line, the T.30 story in it, and the outcome.
public struct FaxAnalyzer: Sendable {
    public struct Options: Sendable {
        /// Decode page images (`false`: count pages only).
        public var decodePages = true
        /// Decode what the fields of T.30 frames mean (`false`: their names and octets only).
        public var describeFrames = true
        /// Ask only the rules that may find the root cause (``Diagnosis/init(_:_:rootCauseOnly:)``).
        public var rootCauseOnly = false
        /// What stands where audio packets were lost; `nil`: what makes most sense of them (``AudioCarriage``).
        public var fill: AudioFill?
        /// Keep the samples in the session, for pictures and recordings.
        public var keepsSamples = false

        public init() {}
    }

    public let options: Options

    public init(options: Options = Options()) {
        self.options = options
    }

    public func analyze(_ call: Call) -> FaxSession {
        let line = LineStreams(call.streams)
        let audio = AudioCarriage.read(line.streams, fill: options.fill)
        let t38 = T38Carriage.read(line.streams)
        let record = t38 + audio.record
        var story = StoryBuilder(options)
        let parties = PartyGuess(record)
        var events = record.inOrderOfEnd
        if call.isMixedRecording { MixedLine.assign(&events) }
        for var event in events {
            event.party = event.party ?? (call.isMixedRecording ? nil : parties[event.stream])
            story.take(event)
        }
        story.finish()
        var session = story.session
        session.bursts = audio.bursts.map { burst in
            var burst = burst
            burst.party = burst.party ?? (call.isMixedRecording ? session.sender : parties[burst.stream])
            return burst
        }
        session.codewords = audio.codewords
        session.ifpSignals = record.ifpSignals.map { signal in
            var signal = signal
            signal.party = signal.party ?? parties[signal.stream]
            return signal
        }.sorted { ($0.start, $0.stream) < ($1.start, $1.stream) }
        session.remarks += BurstRemarks(session).remarks
        session.remarks += TimerCheck(session).remarks
        session.remarks += record.quirks.map(SessionRemark.init)
        session.remarks.sort { $0.time < $1.time }
        session.carriedBy = carriage(of: call, t38, audio.record)
        if options.keepsSamples {
            session.audio = audio.audio.map {
                let party = $0.party ?? (call.isMixedRecording ? nil : parties[$0.stream])
                return SessionAudio(party: party, stream: $0.stream, timeline: $0.timeline)
            }
        }
        summarize(&session, accepted: story.lastAcceptedSettings)
        let judge = FaxJudge(
            call: call, story: story, hasT30: record.hasT30,
            heard: audio.audio.filter { call.streams[$0.stream].isTransparent }.map {
                ($0.party, AudioTimeline.duration($0.timeline.samples.count))
            })
        session.outcome = judge.outcome(of: session)
        session.isCut = judge.isCut(session)
        session.parties = parties.all
        for (stream, place) in line.readElsewhere { session.parties[stream] = parties[place] }
        session.otherHops = line.otherHops
        if session.outcome == .notFax { session.carriedBy = "none" }
        if session.outcome == .failed {
            session.pagesSent = session.pagesSent ?? 0
            session.pagesConfirmed = session.pagesConfirmed ?? 0
        }
        return session
    }

    /// The contract's figures: of the last confirmed page, else of the last accepted training.
    private func summarize(_ session: inout FaxSession, accepted: ImageSettings?) {
        let numbers = Set(session.pages.map(\.number))
        let hasFax = !session.messages.isEmpty || !session.pages.isEmpty
        session.pagesSent = hasFax ? numbers.count : nil
        session.pagesConfirmed = hasFax ? Set(session.pages.filter { $0.confirmedBy != nil }.map(\.number)).count : nil
        let page = session.pages.last { $0.confirmedBy != nil }
        session.modem = page?.modem ?? accepted?.modem?.rawValue
        session.rateBps = page?.rateBps ?? accepted?.rateBps
        session.ecm = page?.ecm ?? accepted?.ecm
        session.compression = page?.compression ?? accepted?.compression
        session.resolutionDPI = page?.resolutionDPI ?? accepted?.resolution
        session.widthPx = page?.widthPx ?? accepted?.widthPx
    }

    /// Where T.30 ran; without any, what was agreed on.
    private func carriage(of call: Call, _ t38: LineRecord, _ audio: LineRecord) -> String {
        if t38.hasT30 || call.streams.contains(where: { $0.t38?.entries.isEmpty == false }) {
            return audio.hasT30 ? "t38+g711" : "t38"
        }
        if !audio.hasT30, let change = call.signalling.t38Switch, let status = change.status,
            (200..<300).contains(status)
        {
            return "t38"
        }
        if call.isRecording { return "audio" }
        guard let codec = call.streams.first(where: { $0.isAudio })?.codec else {
            return "none"
        }
        return codec == "PCMU" || codec == "PCMA" ? "g711" : codec
    }
}

extension MediaStream {
    fileprivate var isAudio: Bool {
        switch kind {
        case .rtp, .srtp, .iax2, .recording: true
        case .udptl, .t38RTP, .t38TCP: false
        }
    }

    /// Its codec lets every fax signal through, so that one that is not heard was not sent.
    fileprivate var isTransparent: Bool {
        switch codec?.uppercased() {
        case "PCMU", "PCMA", "L16", "CLEARMODE", "G722": true
        case nil: kind == .recording
        case .some: false
        }
    }
}

/// Who is who where no signalling tells: CED, DIS and its companions come from the called side, CNG and DTC from the
/// caller; of the other signals the bit X tells who got the DIS (T.30 5.3.6.1).
struct PartyGuess {
    private enum Sign {
        case sure(Party), likely(Party)
    }

    private var parties: [Int: Party] = [:]

    init(_ record: LineRecord) {
        var streams: [Int] = []
        var likely: [Int: Party] = [:]
        for event in record.events where event.party == nil {
            if !streams.contains(event.stream) { streams.append(event.stream) }
            guard parties[event.stream] == nil else { continue }
            switch Self.sign(event) {
            case .sure(let party): parties[event.stream] = party
            case .likely(let party): likely[event.stream] = likely[event.stream] ?? party
            case nil: break
            }
        }
        for stream in streams { parties[stream] = parties[stream] ?? likely[stream] }
        guard streams.count == 2, parties.count == 1, let (known, party) = parties.first else { return }
        for stream in streams where stream != known { parties[stream] = party.other }
    }

    subscript(stream: Int) -> Party? { parties[stream] }
    /// By places of streams in the call.
    var all: [Int: Party] { parties }

    private static func sign(_ event: LineEvent) -> Sign? {
        switch event.content {
        case .signal(.cng): return .sure(.caller)
        case .signal(.ced), .signal(.ansReversed), .signal(.ansam), .signal(.ansamReversed): return .sure(.callee)
        case .signal, .burst, .v8: return nil
        case .frame(let frame):
            guard frame.isControl, frame.crcOK == true, frame.octets.count >= 3 else { return nil }
            let frame = T30Frame(lax: frame.octets)
            switch frame.signal {
            case .dis, .csi, .nsf: return .sure(.callee)
            case .dtc, .cig, .nsc: return .sure(.caller)
            case nil: return nil
            case .some: return .likely(frame.directionBit ? .caller : .callee)
            }
        }
    }
}

extension LineRecord {
    static func + (left: LineRecord, right: LineRecord) -> LineRecord {
        // Mostly one of them carried the fax.
        if right.isEmpty { return left }
        if left.isEmpty { return right }
        return joined(left, right)
    }

    private var isEmpty: Bool { events.isEmpty && quirks.isEmpty && unreadable == 0 && ifpSignals.isEmpty }

    private static func joined(_ left: LineRecord, _ right: LineRecord) -> LineRecord {
        LineRecord(
            events: left.events + right.events, quirks: left.quirks + right.quirks,
            unreadable: left.unreadable + right.unreadable, ifpSignals: left.ifpSignals + right.ifpSignals)
    }

    /// A frame or page of T.30, not only a tone, came across.
    var hasT30: Bool {
        events.contains { event in
            switch event.content {
            case .frame(let frame): frame.crcOK != false
            case .burst, .v8: true
            case .signal: false
            }
        }
    }

    /// In order of their ends, those of one stream as they stood on the line.
    fileprivate var inOrderOfEnd: [LineEvent] {
        // Places are sorted, for an event is much larger than its place.
        let keys = events.map { (end: $0.span.end, stream: $0.stream) }
        return keys.indices.sorted {
            (keys[$0].end, keys[$0].stream, $0) < (keys[$1].end, keys[$1].stream, $1)
        }.map { events[$0] }
    }
}

extension SessionRemark {
    init(_ quirk: LineQuirk) {
        self.init(
            name: quirk.name, time: quirk.time, frames: quirk.frames, direction: quirk.party,
            text: quirk.name == LineQuirk.signalCut ? "the packets end inside a signal" : "\(quirk.count) ×")
    }
}
