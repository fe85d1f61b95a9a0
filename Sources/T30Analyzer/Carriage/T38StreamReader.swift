import FaxCore
import FaxWire
import PcapDecode

/// One stream, packet by packet.
struct T38StreamReader {
    let stream: Int
    let party: Party?
    let form: IFPForm
    /// Packets were cut by the capture: what does not read is the capture's doing.
    let isCut: Bool
    var events: [LineEvent] = []
    var quirks: QuirkTally
    var unreadable = 0
    var signals: [IFPSignal] { log.signals }

    private var state = State.silent
    private var data = T38OpenData()
    /// Packets were lost since the last indicator or frame: what begins now may lack its beginning.
    private var lostBefore = false
    private var place = T38Place()
    private var log: IFPSignalLog
    private var nextSequence: Int?
    /// Of the data seen last, and whether the field just read ended it.
    private var lastType: T38DataType?
    private var hasEnded = false
    /// The packet that ended the last signal.
    private var lastEnd: [UInt8] = []
    /// No packet was taken yet: a capture may begin inside a signal.
    private var isFirst = true
    /// The packet being read was computed from parity.
    private var isComputed = false

    /// What is on the line.
    private enum State {
        case silent
        case signal(LineSignal, since: T38Place)
        /// What came of it stands in `data`, where it grows without being copied.
        case data(T38DataType)
    }

    init(stream: Int, party: Party?, form: IFPForm, isCut: Bool) {
        self.stream = stream
        self.party = party
        self.form = form
        self.isCut = isCut
        quirks = QuirkTally(party: party)
        log = IFPSignalLog(stream: stream, party: party)
    }

    mutating func read(_ log: T38Log) {
        let bytes = log.octets.span.bytes
        for entry in log.entries {
            place = T38Place(frame: entry.frame, time: entry.time, isOwn: entry.origin.isOwnPacket)
            if let nextSequence, entry.sequence > nextSequence {
                place.followsGap = true
                noteGap()
            }
            nextSequence = entry.sequence + 1
            isComputed = entry.origin == .fec
            take(bytes.extracting(entry.offset..<entry.offset + entry.length))
            isFirst = false
        }
        if case .data = state { note(LineQuirk.signalCut) }
        finish(ended: false)
        self.log.end(.streamEnd, place)
    }

    private mutating func take(_ bytes: RawSpan) {
        // Most packets only go on with what is on the line. (After a final frame, its end may have to be missed first.)
        if case .data(let type) = state, !data.isFinal,
            let field = IFPCursor.onlyField(bytes, of: type, form: form)
        {
            if !goesOn(with: field, bytes) { take(field, bytes) }
            return
        }
        do throws(DecodeFailure) {
            var cursor = try cursor(for: bytes)
            switch cursor.head {
            case .indicator(let indicator):
                if cursor.fieldCount == nil {
                    _ = try cursor.next(bytes)
                } else {
                    note("ifp-indicator-with-data")
                }
                take(indicator)
            case .data(let type):
                if cursor.fieldCount ?? 0 == 0 { note("ifp-data-without-fields") }
                noteMissingEnd()
                // The packet that ended a signal, under another number, with nothing between.
                if hasEnded, case .silent = state, Self.isSame(bytes, lastEnd) {
                    return note("ifp-superfluous-sig-end")
                }
                if !isInside(type) { begin(type) }
                while let field = try cursor.next(bytes) { take(field, bytes) }
            }
            if hasEnded { lastEnd = bytes.copied() }
            noteCoding(cursor, bytes)
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

    private static func isSame(_ bytes: RawSpan, _ known: [UInt8]) -> Bool {
        guard bytes.byteCount == known.count else { return false }
        return known.span.bytes.withUnsafeBytes { known in
            bytes.withUnsafeBytes { again in known.elementsEqual(again) }
        }
    }

    /// Fields of the 2002 form are packed bit by bit, unless only octet alignment reads to the end.
    private func cursor(for bytes: RawSpan) throws(DecodeFailure) -> IFPCursor {
        let cursor = try IFPCursor(bytes, form: form)
        guard form == .v2002, (cursor.fieldCount ?? 0) > 0, !cursor.isOfOnePlainField(bytes),
            !Self.reads(cursor, bytes)
        else { return cursor }
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

    /// What T.38's coding does not allow, though it reads; a packet computed from parity may end in zeros.
    private mutating func noteCoding(_ cursor: IFPCursor, _ bytes: RawSpan) {
        if cursor.alignment == .octets { note("ifp-octet-aligned-fields") }
        if cursor.hasDirtyPadding { note("ifp-dirty-padding") }
        let isWhole = cursor.fieldCount.map { $0 == cursor.fieldsRead } ?? true
        if isWhole, cursor.end < bytes.byteCount, !isComputed { note("ifp-trailing-octets") }
    }

    // MARK: - Indicators

    private mutating func take(_ indicator: T38Indicator) {
        defer { lostBefore = false }
        noteMissingEnd()
        guard let signal = LineSignal(indicator) else {
            finish(ended: true)
            log.end(.noSignal, place)
            return
        }
        if case .signal(let current, _) = state, current == signal { return }
        if case .data = state, !isCut, !lostBefore, !place.followsGap, !data.lacksEnd { note("ifp-missing-end") }
        finish(ended: false)
        log.end(.otherSignal, place)
        log.announce(indicator, place)
        state = .signal(signal, since: place)
    }

    /// The last frame of a turn is whole, and for too long nothing says that the signal is over.
    private mutating func noteMissingEnd() {
        guard case .data = state, data.isFinal, data.frame == nil, !data.lacksEnd, !isCut, !lostBefore,
            !place.followsGap, place.time - data.until > Self.longestOpenEnd
        else { return }
        data.lacksEnd = true
        note("ifp-missing-end")
    }

    /// Ours: a gateway that waits longer than this holds a carrier that means nothing.
    private static let longestOpenEnd = Duration.milliseconds(500)

    @inline(__always)
    private func isInside(_ type: T38DataType) -> Bool {
        if case .data(let current) = state { return current == type }
        return false
    }

    /// Data of another signal than before.
    private mutating func begin(_ type: T38DataType) {
        var isAnnounced = lostBefore || isFirst || isCut
        var isContinued = false
        switch state {
        case .data:
            finish(ended: false)
            log.end(.otherSignal, place)
        case .signal(let signal, let since):
            emit(.signal(signal), since: since, until: place)
            isContinued = true
            isAnnounced = isAnnounced || signal.announces(type)
        case .silent:
            break
        }
        state = .data(type)
        data = T38OpenData(since: place, isAnnounced: isAnnounced)
        data.opensStream = isFirst
        log.begin(type, isContinued: isContinued, place)
    }

    // MARK: - Fields

    private mutating func take(_ field: IFPCursor.FieldPlace, _ bytes: RawSpan) {
        guard case .data(let type) = state else {
            // The signal ended earlier in this packet.
            guard case .silent = state, let type = lastType else { return }
            state = .data(type)
            data = T38OpenData(since: place)
            log.begin(type, isContinued: false, place)
            return take(field, bytes)
        }
        if data.isEmpty, !open(field, type) { return }
        lastType = type
        hasEnded = false
        data.until = place.time
        log.take(place, isInside: !data.isFinal)
        read(field, type, bytes)
        if field.type.endsSignal {
            closeBurst(type, ended: true)
            hasEnded = true
            state = .silent
            log.end(.field, place)
        }
    }

    /// The first field of a signal; `false`: it is the end of one that had ended before.
    private mutating func open(_ field: IFPCursor.FieldPlace, _ type: T38DataType) -> Bool {
        data.isEmpty = false
        if !data.isAnnounced, hasEnded, lastType == type, field.octets == nil, field.type.endsSignal {
            note("ifp-superfluous-sig-end")
            state = .silent
            log.discard()
            return false
        }
        if !data.isAnnounced { note("ifp-missing-indicator") }
        return true
    }

    /// Nothing but more octets of the frame that is open, as most packets of a page in ECM: nothing else changes by them.
    @inline(__always)
    private mutating func goesOn(with field: IFPCursor.FieldPlace, _ bytes: RawSpan) -> Bool {
        guard field.type == .hdlcData, let octets = field.octets,
            data.frame?.append(bytes.extracting(octets), place) == true
        else { return false }
        data.until = place.time
        log.take(place, isInside: true)
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
            if data.burst == nil, data.hasFrames { note("ifp-wrong-sig-end-type") }
            closeFrame(type, crcOK: nil)
        case .cmMessage, .jmMessage, .ciMessage:
            emitV8(field, bytes)
        case .v34Rate:
            note("v34-rate")
        }
    }

    private mutating func appendToFrame(_ field: IFPCursor.FieldPlace, _ bytes: RawSpan) {
        guard let octets = field.octets else { return }
        if data.frame == nil {
            let mayLack = lostBefore || (data.opensStream && !data.hasFrames)
            data.frame = T38OpenFrame(since: place, until: place, mayLackBeginning: mayLack)
        }
        lostBefore = false
        data.hasFrames = true
        data.isFinal = false
        if data.frame?.append(bytes.extracting(octets), place) == false { note("ifp-frame-too-long") }
    }

    private mutating func closeFrame(_ type: T38DataType, crcOK: Bool?) {
        if crcOK == false { note("ifp-fcs-bad") }
        guard var frame = data.frame else { return }
        lostBefore = false
        data.frame = nil
        frame.close()
        if crcOK != nil { frame.until = place }
        let hasGap = frame.hasGap || (frame.mayLackBeginning && !frame.beginsWhole)
        // What the sender found right did not come whole; how a packet went on that the capture cut nobody knows.
        let isCut = frame.isCut || (isCut && !frame.beginsWhole)
        let check = isCut ? nil : hasGap ? crcOK.map { _ in false } : crcOK
        let content = LineFrame(
            octets: frame.octets, crcOK: check, modem: type.modem, rateBps: type.rateBps,
            hasGap: hasGap || isCut, isCut: isCut)
        data.isFinal = content.isControl && frame.isFinal
        if !content.isControl, check == true, frame.isCommand { note("ifp-wrong-modem") }
        emit(.frame(content), since: frame.since, until: frame.until)
    }

    private mutating func appendToBurst(_ field: IFPCursor.FieldPlace, _ bytes: RawSpan) {
        guard let octets = field.octets else { return }
        if data.burst == nil {
            data.burst = T38OpenBurst(since: data.isCut ? data.since : place, until: place, gaps: lostBefore ? [0] : [])
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

    private mutating func emit(_ content: LineEvent.Content, since: T38Place, until: T38Place) {
        events.append(
            LineEvent(
                content: content, party: party, stream: stream,
                span: LineSpan(start: since.time, end: until.time, firstFrame: since.frame, lastFrame: until.frame)))
    }
}

extension T38Log.Origin {
    /// It came in a packet of its own, at its own time.
    fileprivate var isOwnPacket: Bool {
        switch self {
        case .primary, .stream: true
        case .secondary, .fec: false
        }
    }
}
