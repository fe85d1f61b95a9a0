import FaxCore
import FaxWire

/// Where the octets of frames and bursts stand in a log of IFP packets.
struct LineOctets {
    enum Kind {
        /// `isGood`: its check sequence was right and nothing is missing inside it. `mayLackStart`: packets are missing
        /// before its first octet.
        case frame(T38DataType, isGood: Bool, mayLackStart: Bool)
        case burst(T38DataType)
    }

    var kind: Kind
    /// In order, in the octets of the log.
    var ranges: [Range<Int>]
}

/// Finds the frames and bursts of one T.38 stream, packet by packet.
struct LineOctetReader {
    private(set) var found: [LineOctets] = []
    /// What belongs to nothing that can be read.
    private(set) var unread: [Range<Int>] = []

    private var type: T38DataType?
    private var frame: [Range<Int>] = []
    private var burst: [Range<Int>] = []
    private var hasGap = false
    private var isLostBefore = false
    private var mayLackStart = false

    mutating func gap() {
        if frame.isEmpty, burst.isEmpty { isLostBefore = true } else { hasGap = true }
    }

    /// The packet at `place` of `bytes`.
    mutating func packet(_ bytes: RawSpan, at place: Range<Int>, form: IFPForm) {
        let packet = bytes.extracting(place)
        var end = 1
        do throws(DecodeFailure) {
            var cursor = try Self.cursor(packet, form)
            end = cursor.end
            switch cursor.head {
            case .indicator: close()
            case .data(let new):
                if type != new { close() }
                type = new
            }
            defer { end = cursor.end }
            while let field = try cursor.next(packet) { take(field, place.lowerBound) }
        } catch {
            gap()
        }
        if end < place.count { unread.append(place.lowerBound + end..<place.upperBound) }
    }

    mutating func finish() { close() }

    /// As the analysis reads it: fields bit by bit unless only octet alignment reads to the end.
    private static func cursor(_ packet: RawSpan, _ form: IFPForm) throws(DecodeFailure) -> IFPCursor {
        let cursor = try IFPCursor(packet, form: form)
        guard form == .v2002, !reads(cursor, packet) else { return cursor }
        let aligned = try IFPCursor(packet, form: form, alignment: .octets)
        return reads(aligned, packet) ? aligned : cursor
    }

    private static func reads(_ cursor: IFPCursor, _ packet: RawSpan) -> Bool {
        var cursor = cursor
        do throws(DecodeFailure) {
            while try cursor.next(packet) != nil {}
            return !cursor.hasDirtyPadding
        } catch {
            return false
        }
    }

    private mutating func take(_ field: IFPCursor.FieldPlace, _ start: Int) {
        let range = field.octets.map { start + $0.lowerBound..<start + $0.upperBound }
        switch field.type {
        case .hdlcData, .hdlcFCSOK, .hdlcFCSBad, .hdlcFCSOKSigEnd, .hdlcFCSBadSigEnd, .hdlcSigEnd:
            if let range {
                if frame.isEmpty { mayLackStart = isLostBefore }
                isLostBefore = false
                frame.append(range)
            }
            if field.type != .hdlcData { closeFrame(isGood: field.type.frameCheck == true) }
        case .t4NonECMData, .t4NonECMSigEnd:
            if let range { burst.append(range) }
            isLostBefore = false
        // V.8 octets name nobody (T.38 8).
        case .cmMessage, .jmMessage, .ciMessage, .v34Rate: break
        }
        if field.type.endsSignal { close() }
    }

    private mutating func closeFrame(isGood: Bool) {
        if let type, !frame.isEmpty {
            let kind = LineOctets.Kind.frame(type, isGood: isGood && !hasGap, mayLackStart: mayLackStart)
            found.append(LineOctets(kind: kind, ranges: frame))
        }
        frame = []
        hasGap = false
    }

    private mutating func close() {
        closeFrame(isGood: false)
        if let type, !burst.isEmpty { found.append(LineOctets(kind: .burst(type), ranges: burst)) }
        burst = []
    }
}
