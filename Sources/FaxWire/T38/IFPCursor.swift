import FaxCore

/// Walks one IFP packet (T.38 7, Annex A; X.691 aligned PER) field by field without copying.
///
///     octet 0   d t e vvvv -        d: data-field present, t: 0 indicator / 1 data, e: extension value follows
///               d t 1 0 vvvv | vv   extension: a normally small number of six bits
///     octet 1   number of fields, then per field
///               p ttt               1998: field-data present, type
///               p e ttt             2002: field-data present, extension, type
///               p 1 0 vvvvvv        2002: extension type
///               length - 1 (2 octets, aligned), octets        only with p
///
/// A field without data is not aligned: the next one goes on in the same octet. Some senders of the 2002 form do begin
/// every field on an octet (``Alignment/octets``).
public struct IFPCursor: Sendable {
    /// Whether fields of the 2002 form follow one another bit by bit, as PER says, or begin on an octet each.
    public enum Alignment: Sendable { case bits, octets }

    public enum Head: Sendable, Hashable {
        case indicator(T38Indicator)
        case data(T38DataType)
    }

    public struct FieldPlace: Sendable, Hashable {
        public var type: T38FieldType
        /// Of the field-data; `nil` when the field has none.
        public var octets: Range<Int>?
    }

    public let form: IFPForm
    public let alignment: Alignment
    public private(set) var head: Head
    /// Fields that the packet announces; `nil`: it has no data-field.
    public private(set) var fieldCount: Int?
    public private(set) var fieldsRead = 0
    /// Bits read so far.
    private var position: Int
    /// A padding bit was not zero.
    public private(set) var hasDirtyPadding = false

    /// The first octet after what was read.
    public var end: Int { (position + 7) / 8 }

    /// Reads up to the first field.
    public init(_ bytes: RawSpan, form: IFPForm, alignment: Alignment = .bits) throws(DecodeFailure) {
        self.form = form
        self.alignment = alignment
        position = 0
        head = .indicator(.noSignal)
        if let type = Self.plainType(bytes) {
            head = .data(type)
            hasDirtyPadding = bytes.octet(0) & 1 != 0
            fieldCount = Int(bytes.octet(1))
            position = 16
            return
        }
        let hasData = try bit(bytes, "data-field")
        let isData = try bit(bytes, "type-of-msg")
        let extended = try bit(bytes, isData ? "t30-data" : "t30-indicator")
        if isData {
            let value =
                extended ? T38DataType.rootCount + (try smallNumber(bytes, "t30-data")) : try bits(bytes, 4, "t30-data")
            guard extended || value < T38DataType.rootCount, let type = T38DataType(rawValue: UInt8(value)) else {
                throw invalid("t30-data", "unknown value \(value)")
            }
            head = .data(type)
        } else {
            let value =
                extended
                ? T38Indicator.rootCount + (try smallNumber(bytes, "t30-indicator"))
                : try bits(bytes, 4, "t30-indicator")
            guard let indicator = T38Indicator(rawValue: UInt8(value)) else {
                throw invalid("t30-indicator", "unknown value \(value)")
            }
            head = .indicator(indicator)
        }
        if hasData { fieldCount = try count(bytes) }
    }

    /// Of a packet with data fields of no extended type and a count below 128, as nearly all are: read in one piece.
    @inline(__always)
    private static func plainType(_ bytes: RawSpan) -> T38DataType? {
        guard bytes.byteCount >= 2, bytes.octet(0) & 0xE0 == 0xC0, bytes.octet(1) < 0x80 else { return nil }
        let value = bytes.octet(0) >> 1 & 0x0F
        return value < T38DataType.rootCount ? T38DataType(rawValue: value) : nil
    }

    /// A field with octets in it and of no extended type that begins on an octet, read in one piece.
    @inline(__always)
    private mutating func nextPlain(_ bytes: RawSpan) -> FieldPlace? {
        let place = position >> 3
        guard position & 7 == 0, bytes.byteCount &- place >= 3 else { return nil }
        let first = bytes.octet(place)
        let isOld = form == .v1998
        guard first & 0x80 != 0, isOld || first & 0x40 == 0,
            let type = T38FieldType(rawValue: first >> (isOld ? 4 : 3) & 7)
        else { return nil }
        let start = place &+ 3
        let end = start &+ Int(bytes.be16(place &+ 1)) &+ 1
        guard end <= bytes.byteCount else { return nil }
        if first & (isOld ? 0x0F : 0x07) != 0 { hasDirtyPadding = true }
        fieldsRead &+= 1
        position = end &* 8
        return FieldPlace(type: type, octets: start..<end)
    }

    /// The field of a packet that is nothing but one field of data on a line that has such data: of these a page is made.
    /// `nil`: any other packet, also one with oddities. Reading it field by field comes to the same.
    @inline(__always)
    public static func onlyField(_ bytes: RawSpan, of type: T38DataType, form: IFPForm) -> FieldPlace? {
        guard bytes.byteCount > 5, type.rawValue < T38DataType.rootCount,
            bytes.octet(0) == 0xC0 | type.rawValue << 1, bytes.octet(1) == 1,
            Int(bytes.be16(3)) + 6 == bytes.byteCount
        else { return nil }
        let isOld = form == .v1998
        let field = bytes.octet(2)
        guard field & (isOld ? 0x8F : 0xC7) == 0x80, let type = T38FieldType(rawValue: field >> (isOld ? 4 : 3) & 7),
            type == .hdlcData || type == .t4NonECMData
        else { return nil }
        return FieldPlace(type: type, octets: 5..<bytes.byteCount)
    }

    /// What is still to be read is one field that both alignments read the same way.
    public func isOfOnePlainField(_ bytes: RawSpan) -> Bool {
        guard fieldCount == fieldsRead + 1 else { return false }
        var cursor = self
        return cursor.nextPlain(bytes) != nil && !cursor.hasDirtyPadding
    }

    /// The next field, `nil` after the last one.
    public mutating func next(_ bytes: RawSpan) throws(DecodeFailure) -> FieldPlace? {
        guard let fieldCount, fieldsRead < fieldCount else {
            align(bytes)
            return nil
        }
        if let plain = nextPlain(bytes) { return plain }
        if form == .v2002, alignment == .octets { align(bytes) }
        let hasData = try bit(bytes, "field-data")
        let type = try fieldType(bytes)
        fieldsRead += 1
        guard hasData else { return FieldPlace(type: type, octets: nil) }
        align(bytes)
        let length = try bits(bytes, 16, "field-data length") + 1
        let start = position / 8
        guard bytes.byteCount - start >= length else {
            throw DecodeFailure(
                layer: .ifp, field: "field-data", offset: start,
                reason: .lies(claimed: length, available: bytes.byteCount - start))
        }
        position += 8 * length
        return FieldPlace(type: type, octets: start..<start + length)
    }

    private mutating func fieldType(_ bytes: RawSpan) throws(DecodeFailure) -> T38FieldType {
        var value = 0
        if form == .v2002, try bit(bytes, "field-type") {
            value = T38FieldType.rootCount + (try fieldExtension(bytes))
        } else {
            value = try bits(bytes, 3, "field-type")
        }
        guard let type = T38FieldType(rawValue: UInt8(value)) else {
            throw invalid("field-type", "unknown value \(value)")
        }
        return type
    }

    /// The number of an extension field-type. libspandsp writes it one bit late; the last bit then stands where
    /// padding should be zero.
    private mutating func fieldExtension(_ bytes: RawSpan) throws(DecodeFailure) -> Int {
        let value = try smallNumber(bytes, "field-type")
        let isLate = position % 8 == 1 && bytes.octet(position / 8) & 0x40 != 0
        guard isLate, alignment == .octets else { return value }
        position += 1
        return value << 1 | 1
    }

    /// X.691 11.9: the length determinant of the data-field.
    private mutating func count(_ bytes: RawSpan) throws(DecodeFailure) -> Int {
        align(bytes)
        let first = try bits(bytes, 8, "data-field count")
        if first < 0x80 { return first }
        guard first < 0xC0 else { throw invalid("data-field count", "fragmented length form") }
        return (first & 0x3F) << 8 | (try bits(bytes, 8, "data-field count"))
    }

    /// X.691 11.6: a normally small non-negative whole number; its long form has no use here.
    private mutating func smallNumber(_ bytes: RawSpan, _ field: StaticString) throws(DecodeFailure) -> Int {
        if try bit(bytes, field) { throw invalid(field, "extension number above 63") }
        return try bits(bytes, 6, field)
    }

    @inline(__always)
    private mutating func bit(_ bytes: RawSpan, _ field: StaticString) throws(DecodeFailure) -> Bool {
        try bits(bytes, 1, field) == 1
    }

    /// The next `count` bits, at most 16.
    @inline(__always)
    private mutating func bits(_ bytes: RawSpan, _ count: Int, _ field: StaticString) throws(DecodeFailure) -> Int {
        let first = position >> 3
        let last = (position &+ count &- 1) >> 3
        guard last < bytes.byteCount else { throw short(bytes, last, field) }
        var value = Int(bytes.octet(first))
        if last > first { value = value << 8 | Int(bytes.octet(first + 1)) }
        if last > first + 1 { value = value << 8 | Int(bytes.octet(last)) }
        position &+= count
        return (value >> (8 &* (last &+ 1) &- position)) & (1 << count - 1)
    }

    private func short(_ bytes: RawSpan, _ last: Int, _ field: StaticString) -> DecodeFailure {
        DecodeFailure(
            layer: .ifp, field: field.description, offset: position / 8,
            reason: .short(needed: last + 1 - position / 8, have: bytes.byteCount - position / 8))
    }

    /// Goes to the next octet; padding bits are zero in PER.
    private mutating func align(_ bytes: RawSpan) {
        let used = position % 8
        guard used != 0 else { return }
        if bytes.octet(position / 8) & (0xFF >> UInt8(used)) != 0 { hasDirtyPadding = true }
        position += 8 - used
    }

    private func invalid(_ field: StaticString, _ what: String) -> DecodeFailure {
        DecodeFailure(layer: .ifp, field: field.description, offset: max(0, (position - 1) / 8), reason: .invalid(what))
    }
}
