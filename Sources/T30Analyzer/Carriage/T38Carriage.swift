import FaxCore
import FaxProtocol
import FaxWire
import PcapDecode

/// From the IFP packets of a call's T.38 streams to what was on the line.
enum T38Carriage {
    static func read(_ streams: [MediaStream]) -> LineRecord {
        var record = LineRecord()
        for (index, stream) in streams.enumerated() {
            guard let log = stream.t38 else { continue }
            let isCut = stream.quirks.contains { $0.name == UDPTLStatistics.Quirk.truncated.rawValue }
            var reader = T38StreamReader(stream: index, party: stream.direction, form: log.form, isCut: isCut)
            reader.read(log)
            record.events += reader.events
            record.quirks += reader.quirks.list
            record.unreadable += reader.unreadable
        }
        return record
    }
}

/// One stream, packet by packet.
private struct T38StreamReader {
    let stream: Int
    let party: Party?
    let form: IFPForm
    /// Packets were cut by the capture: what does not read is the capture's doing.
    let isCut: Bool
    var events: [LineEvent] = []
    var quirks: QuirkTally
    var unreadable = 0

    private var state = State.silent
    private var data = Data()
    /// Packets were lost since the last indicator or frame: what begins now may lack its beginning.
    private var lostBefore = false
    private var place: Place
    private var nextSequence: Int?
    /// Of the data seen last, and whether the field just read ended it.
    private var lastType: T38DataType?
    private var hasEnded = false
    /// No packet was taken yet: a capture may begin inside a signal.
    private var isFirst = true

    /// Octets of one HDLC frame; ECM frames have 260, T.30 commands below 300.
    static let frameOctetLimit = 4_096

    private struct Place {
        var frame = FrameRef(number: 0)
        var time = Instant.zero
    }

    /// What is on the line.
    private enum State {
        case silent
        case signal(LineSignal, since: Place)
        /// What came of it stands in `data`, where it grows without being copied.
        case data(T38DataType)
    }

    /// Data of one modem, since its first field.
    private struct Data {
        var since = Place()
        /// An indicator came before it, or may have been lost.
        var isAnnounced = false
        var isEmpty = true
        /// The capture cut a packet of it.
        var isCut = false
        var frame: OpenFrame?
        var burst: OpenBurst?
    }

    private struct OpenFrame {
        var octets: [UInt8] = []
        var since: Place
        var until: Place
        /// Packets are missing before its first octet.
        var mayLackBeginning: Bool
        var hasGap = false
        var isCut = false

        mutating func append(_ bytes: RawSpan) {
            if octets.isEmpty { octets.reserveCapacity(Self.usualOctets) }
            let start = octets.count
            bytes.withUnsafeBytes { octets.append(contentsOf: $0) }
            // All at once: an ECM page is made of a hundred thousand of them.
            octets.withUnsafeMutableBufferPointer { octets in
                for place in start..<octets.count { octets[place] = octets[place].bitReversed }
            }
        }

        /// An ECM frame of 256 octets with its headers.
        private static let usualOctets = 260

        /// Address and control field stand where a frame begins: nothing of it was lost before them.
        var beginsWhole: Bool {
            octets.count >= 2 && octets[0] == 0xFF && (octets[1] == 0x03 || octets[1] == 0x13)
        }
    }

    private struct OpenBurst {
        var octets: [UInt8] = []
        var since: Place
        var until: Place
        var gaps: [Int] = []
        var marks: [LineBurst.Mark] = []

        mutating func append(_ bytes: RawSpan, _ place: Place) {
            marks.append(LineBurst.Mark(offset: octets.count, frame: place.frame, time: place.time))
            bytes.withUnsafeBytes { octets.append(contentsOf: $0) }
        }
    }

    init(stream: Int, party: Party?, form: IFPForm, isCut: Bool) {
        self.stream = stream
        self.party = party
        self.form = form
        self.isCut = isCut
        quirks = QuirkTally(party: party)
        place = Place()
    }

    mutating func read(_ log: T38Log) {
        let bytes = log.octets.span.bytes
        for entry in log.entries {
            place = Place(frame: entry.frame, time: entry.time)
            if let nextSequence, entry.sequence > nextSequence { noteGap() }
            nextSequence = entry.sequence + 1
            take(bytes.extracting(entry.offset..<entry.offset + entry.length))
            isFirst = false
        }
        if case .data = state { note(LineQuirk.signalCut) }
        finish(ended: false)
    }

    private mutating func take(_ bytes: RawSpan) {
        do throws(DecodeFailure) {
            var cursor = try cursor(for: bytes)
            switch cursor.head {
            case .indicator(let indicator): take(indicator)
            case .data(let type):
                begin(type)
                while let field = try cursor.next(bytes) { take(field, bytes) }
            }
        } catch {
            if isCut {
                noteCut()
            } else {
                unreadable += 1
                note("ifp-unreadable")
                noteGap()
            }
        }
    }

    /// Fields of the 2002 form are packed bit by bit, unless only octet alignment reads to the end.
    private func cursor(for bytes: RawSpan) throws(DecodeFailure) -> IFPCursor {
        let cursor = try IFPCursor(bytes, form: form)
        guard form == .v2002, (cursor.fieldCount ?? 0) > 0, !Self.reads(cursor, bytes) else { return cursor }
        let aligned = try IFPCursor(bytes, form: form, alignment: .octets)
        return Self.reads(aligned, bytes) ? aligned : cursor
    }

    private static func reads(_ cursor: IFPCursor, _ bytes: RawSpan) -> Bool {
        var cursor = cursor
        do throws(DecodeFailure) {
            while try cursor.next(bytes) != nil {}
            return !cursor.hasDirtyPadding
        } catch {
            return false
        }
    }

    // MARK: - Indicators

    private mutating func take(_ indicator: T38Indicator) {
        defer { lostBefore = false }
        guard let signal = LineSignal(indicator) else {
            finish(ended: true)
            return
        }
        if case .signal(let current, _) = state, current == signal { return }
        if case .data = state, !isCut, !lostBefore { note("ifp-missing-end") }
        finish(ended: false)
        state = .signal(signal, since: place)
    }

    private mutating func begin(_ type: T38DataType) {
        var isAnnounced = lostBefore || isFirst || isCut
        switch state {
        case .data(let current) where current == type:
            return
        case .data:
            finish(ended: false)
        case .signal(let signal, let since):
            emit(.signal(signal), since: since, until: place)
            isAnnounced = isAnnounced || signal.announces(type)
        case .silent:
            break
        }
        state = .data(type)
        data = Data(since: place, isAnnounced: isAnnounced)
    }

    // MARK: - Fields

    private mutating func take(_ field: IFPCursor.FieldPlace, _ bytes: RawSpan) {
        guard case .data(let type) = state else {
            // The signal ended earlier in this packet.
            guard case .silent = state, let type = lastType else { return }
            state = .data(type)
            data = Data(since: place)
            return take(field, bytes)
        }
        if data.isEmpty, !open(field, type) { return }
        lastType = type
        hasEnded = false
        read(field, type, bytes)
        if field.type.endsSignal {
            closeBurst(type, ended: true)
            hasEnded = true
            state = .silent
        }
    }

    /// The first field of a signal; `false`: it is the end of one that had ended before.
    private mutating func open(_ field: IFPCursor.FieldPlace, _ type: T38DataType) -> Bool {
        data.isEmpty = false
        if !data.isAnnounced, hasEnded, lastType == type, field.octets == nil, field.type.endsSignal {
            note("ifp-superfluous-sig-end")
            state = .silent
            return false
        }
        if !data.isAnnounced { note("ifp-missing-indicator") }
        return true
    }

    private mutating func read(_ field: IFPCursor.FieldPlace, _ type: T38DataType, _ bytes: RawSpan) {
        switch field.type {
        case .hdlcData:
            appendToFrame(field, bytes)
        case .hdlcFCSOK, .hdlcFCSBad, .hdlcFCSOKSigEnd, .hdlcFCSBadSigEnd:
            if field.octets != nil {
                note("ifp-data-in-fcs")
                appendToFrame(field, bytes)
            }
            closeFrame(type, crcOK: field.type.frameCheck)
        case .hdlcSigEnd:
            if data.burst != nil { note("ifp-wrong-sig-end-type") }
            closeFrame(type, crcOK: nil)
        case .t4NonECMData:
            appendToBurst(field, bytes)
        case .t4NonECMSigEnd:
            if field.octets != nil { appendToBurst(field, bytes) }
            if data.burst == nil, data.frame != nil { note("ifp-wrong-sig-end-type") }
            closeFrame(type, crcOK: nil)
        case .cmMessage, .jmMessage, .ciMessage:
            emitV8(field, bytes)
        case .v34Rate:
            note("v34-rate")
        }
    }

    private mutating func appendToFrame(_ field: IFPCursor.FieldPlace, _ bytes: RawSpan) {
        guard let octets = field.octets else { return }
        if data.frame == nil { data.frame = OpenFrame(since: place, until: place, mayLackBeginning: lostBefore) }
        lostBefore = false
        data.frame?.until = place
        if (data.frame?.octets.count ?? 0) + octets.count <= Self.frameOctetLimit {
            data.frame?.append(bytes.extracting(octets))
        } else {
            note("ifp-frame-too-long")
        }
    }

    private mutating func closeFrame(_ type: T38DataType, crcOK: Bool?) {
        if crcOK == false { note("ifp-fcs-bad") }
        guard var frame = data.frame else { return }
        lostBefore = false
        data.frame = nil
        if crcOK != nil { frame.until = place }
        let hasGap = frame.hasGap || (frame.mayLackBeginning && !frame.beginsWhole)
        // What the sender found right did not come whole; how a packet went on that the capture cut nobody knows.
        let isCut = frame.isCut || (isCut && !frame.beginsWhole)
        let check = isCut ? nil : hasGap ? crcOK.map { _ in false } : crcOK
        let content = LineFrame(
            octets: frame.octets, crcOK: check, modem: type.modem, rateBps: type.rateBps,
            hasGap: hasGap || isCut, isCut: isCut)
        emit(.frame(content), since: frame.since, until: frame.until)
    }

    private mutating func appendToBurst(_ field: IFPCursor.FieldPlace, _ bytes: RawSpan) {
        guard let octets = field.octets else { return }
        if data.burst == nil {
            data.burst = OpenBurst(since: data.isCut ? data.since : place, until: place, gaps: lostBefore ? [0] : [])
        }
        lostBefore = false
        data.burst?.until = place
        data.burst?.append(bytes.extracting(octets), place)
    }

    private mutating func closeBurst(_ type: T38DataType, ended: Bool) {
        guard var burst = data.burst else { return }
        data.burst = nil
        if ended { burst.until = place }
        let content = LineBurst(
            octets: burst.octets, modem: type.modem, rateBps: type.rateBps, gaps: burst.gaps, marks: burst.marks,
            ended: ended, isCut: data.isCut)
        emit(.burst(content), since: burst.since, until: burst.until)
    }

    private mutating func emitV8(_ field: IFPCursor.FieldPlace, _ bytes: RawSpan) {
        let octets = field.octets.map { bytes.extracting($0).copied() } ?? []
        let name =
            switch field.type {
            case .cmMessage: "CM"
            case .jmMessage: "JM"
            default: "CI"
            }
        emit(.v8(V8Octets(name: name, octets: octets)), since: place, until: place)
    }

    // MARK: - Ends and gaps

    /// The signal is over: by its own end (`ended`), or because something else began or the stream stopped.
    private mutating func finish(ended: Bool) {
        switch state {
        case .silent:
            break
        case .signal(let signal, let since):
            emit(.signal(signal), since: since, until: place)
        case .data(let type):
            closeFrame(type, crcOK: nil)
            closeBurst(type, ended: ended)
        }
        state = .silent
        lastType = nil
        hasEnded = false
    }

    /// Packets are missing before the current one.
    private mutating func noteGap() {
        lostBefore = true
        guard case .data = state else { return }
        if data.frame != nil || data.burst != nil { lostBefore = false }
        data.frame?.hasGap = true
        if let burst = data.burst, burst.gaps.count < LineBurst.gapLimit {
            data.burst?.gaps.append(burst.octets.count)
        }
    }

    /// The capture kept only the beginning of this packet.
    private mutating func noteCut() {
        guard case .data = state else { return }
        data.isEmpty = false
        data.isCut = true
        data.frame?.isCut = true
    }

    private mutating func note(_ name: String) { quirks.note(name, place.frame, place.time) }

    private mutating func emit(_ content: LineEvent.Content, since: Place, until: Place) {
        events.append(
            LineEvent(
                content: content, party: party, stream: stream,
                span: LineSpan(start: since.time, end: until.time, firstFrame: since.frame, lastFrame: until.frame)))
    }
}

/// Counts oddities by name, in the order of their first appearance.
struct QuirkTally {
    let party: Party?
    private(set) var list: [LineQuirk] = []

    init(party: Party?) {
        self.party = party
    }

    mutating func note(_ name: String, _ frame: FrameRef, _ time: Instant) {
        guard let index = list.firstIndex(where: { $0.name == name }) else {
            list.append(LineQuirk(name: name, party: party, time: time, count: 1, frames: [frame]))
            return
        }
        list[index].count += 1
        if list[index].frames.count < LineQuirk.frameLimit, list[index].frames.last != frame {
            list[index].frames.append(frame)
        }
    }
}

extension LineSignal {
    /// `nil`: no signal.
    init?(_ indicator: T38Indicator) {
        switch indicator {
        case .noSignal: return nil
        case .cng: self = .cng
        case .ced: self = .ced
        case .v21Preamble: self = .v21Preamble
        case .v8Ansam: self = .ansam
        case .v8Signal: self = .v8
        case .v34ControlChannel1200: self = .v34("V.34 control channel")
        case .v34PrimaryChannel: self = .v34("V.34 primary channel")
        case .v34ControlChannelRetrain: self = .v34("V.34 control channel retrain")
        case .v27Training2400, .v27Training4800, .v29Training7200, .v29Training9600, .v17ShortTraining7200,
            .v17LongTraining7200, .v17ShortTraining9600, .v17LongTraining9600, .v17ShortTraining12000,
            .v17LongTraining12000, .v17ShortTraining14400, .v17LongTraining14400, .v33Training12000, .v33Training14400:
            guard let training = indicator.training else { return nil }
            self = .training(training.modem, rateBps: training.rateBps, short: training.short)
        }
    }

    /// This signal is what must come before data of that type.
    func announces(_ type: T38DataType) -> Bool {
        switch self {
        case .cng, .ced, .ansReversed, .ansam, .ansamReversed, .sound: false
        case .v21Preamble: type.modem == .v21
        case .training(let modem, let rateBps, _): type.modem == modem && type.rateBps == rateBps
        case .v8: type.modem == .v8
        case .v34: type.modem == .v34
        }
    }
}

extension UInt8 {
    /// Most significant bit first becomes least significant bit first.
    var bitReversed: UInt8 {
        var value = self
        value = (value & 0xF0) >> 4 | (value & 0x0F) << 4
        value = (value & 0xCC) >> 2 | (value & 0x33) << 2
        return (value & 0xAA) >> 1 | (value & 0x55) << 1
    }
}
