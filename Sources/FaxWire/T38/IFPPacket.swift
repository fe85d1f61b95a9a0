import FaxCore

/// An Internet facsimile protocol packet (T.38 7): an indicator, or data of one modem in fields.
public enum IFPPacket: Hashable, Sendable {
    public struct Field: Hashable, Sendable {
        public var type: T38FieldType
        /// The field-data, first bit of the line = most significant bit of the first octet; empty when it has none.
        public var octets: [UInt8]

        public init(_ type: T38FieldType, _ octets: [UInt8] = []) {
            self.type = type
            self.octets = octets
        }
    }

    case indicator(T38Indicator)
    case data(T38DataType, [Field])

    /// X.691 11.9.3.6: what fits the two-octet length form.
    public static let maximumFields = 0x3FFF
    /// T.38 Annex A: OCTET STRING (SIZE (1..65535)).
    public static let maximumFieldOctets = 0xFFFF
}

// MARK: - Reading

extension IFPPacket {
    /// What a lax reading found.
    public struct Reading: Hashable, Sendable {
        /// Fields up to where the reading stopped; `nil`: not even the kind of message could be read.
        public var packet: IFPPacket?
        /// Octets after the packet's end: encoder faults, or zero padding after repair by parity.
        public var trailing: Int
        /// Padding bits that are not zero, or a data-field with an indicator, and the like: see ``Quirk``.
        public var quirks: Set<Quirk>
    }

    public enum Quirk: String, Sendable, CaseIterable {
        /// Padding bits that PER wants zero are not.
        case dirtyPadding = "ifp-dirty-padding"
        /// An indicator announces a data-field.
        case indicatorWithData = "ifp-indicator-with-data"
        /// A data message without data-field or with no field.
        case dataWithoutFields = "ifp-data-without-fields"
        /// Fields of the 2002 form begin on an octet each, where PER packs bits.
        case octetAlignedFields = "ifp-octet-aligned-fields"
    }

    /// Reads a packet that must fill `bytes` to the end. The bitwise layout of the 2002 form is tried first, then the one
    /// with fields on octets.
    public init(_ bytes: RawSpan, form: IFPForm) throws(DecodeFailure) {
        let decoded = Self.read(bytes, form: form)
        if let failure = decoded.stoppedBy { throw failure }
        guard let packet = decoded.value.packet else {
            throw DecodeFailure(layer: .ifp, field: "packet", offset: 0, reason: .invalid("nothing could be read"))
        }
        if decoded.value.trailing > 0 {
            throw DecodeFailure(
                layer: .ifp, field: "end of packet", offset: bytes.byteCount - decoded.value.trailing,
                reason: .invalid("\(decoded.value.trailing) octets too many"))
        }
        self = packet
    }

    /// Reads as far as it goes.
    public static func read(_ bytes: RawSpan, form: IFPForm) -> Decoded<Reading> {
        let first = read(bytes, form: form, alignment: .bits)
        guard form == .v2002, first.stoppedBy != nil || !endsInZeros(bytes, first.value) else { return first }
        var second = read(bytes, form: form, alignment: .octets)
        guard second.stoppedBy == nil, second.value.trailing == 0, !second.value.quirks.contains(.dirtyPadding) else {
            return first
        }
        second.value.quirks.insert(.octetAlignedFields)
        return second
    }

    /// Nothing but zeros after the packet, which is how parity pads; and none but zeros inside, where PER pads.
    private static func endsInZeros(_ bytes: RawSpan, _ reading: Reading) -> Bool {
        !reading.quirks.contains(.dirtyPadding)
            && (bytes.byteCount - reading.trailing..<bytes.byteCount).allSatisfy { bytes.octet($0) == 0 }
    }

    private static func read(_ bytes: RawSpan, form: IFPForm, alignment: IFPCursor.Alignment) -> Decoded<Reading> {
        var reading = Reading(packet: nil, trailing: 0, quirks: [])
        do throws(DecodeFailure) {
            var cursor = try IFPCursor(bytes, form: form, alignment: alignment)
            switch cursor.head {
            case .indicator(let indicator):
                reading.packet = .indicator(indicator)
                if cursor.fieldCount != nil { reading.quirks.insert(.indicatorWithData) }
            case .data(let type):
                reading.packet = .data(type, [])
                if cursor.fieldCount ?? 0 == 0 { reading.quirks.insert(.dataWithoutFields) }
            }
            let failure = reading.readFields(&cursor, bytes)
            if cursor.hasDirtyPadding { reading.quirks.insert(.dirtyPadding) }
            if let failure { return Decoded(reading, stoppedBy: failure) }
            reading.trailing = bytes.byteCount - cursor.end
            return Decoded(reading)
        } catch {
            return Decoded(reading, stoppedBy: error)
        }
    }

    /// The octets of a packet without its trailing zeros, as parity repair leaves them: the shortest end that reads.
    public static func length(_ bytes: RawSpan, form: IFPForm) -> Int? {
        let decoded = read(bytes, form: form)
        return decoded.stoppedBy == nil ? bytes.byteCount - decoded.value.trailing : nil
    }
}

extension IFPPacket.Reading {
    fileprivate mutating func readFields(_ cursor: inout IFPCursor, _ bytes: RawSpan) -> DecodeFailure? {
        var fields: [IFPPacket.Field] = []
        var failure: DecodeFailure?
        do throws(DecodeFailure) {
            while let place = try cursor.next(bytes) {
                fields.append(IFPPacket.Field(place.type, place.octets.map { bytes.extracting($0).copied() } ?? []))
            }
        } catch {
            failure = error
        }
        if case .data(let type, _) = packet { packet = .data(type, fields) }
        return failure
    }
}

// MARK: - Writing

extension IFPPacket {
    /// The packet's octets, or `nil` when the form cannot say it (an extension field in the 1998 form, too many octets).
    public func octets(form: IFPForm) -> [UInt8]? {
        var writer = BitWriter()
        switch self {
        case .indicator(let indicator):
            writer.bits(0b00, 2)
            writer.enumerated(Int(indicator.rawValue), root: T38Indicator.rootCount, rootBits: 4)
        case .data(let type, let fields):
            writer.bits(fields.isEmpty ? 0b01 : 0b11, 2)
            writer.enumerated(Int(type.rawValue), root: T38DataType.rootCount, rootBits: 4)
            guard fields.isEmpty || Self.write(fields, form, &writer) else { return nil }
        }
        return writer.octets
    }

    private static func write(_ fields: [Field], _ form: IFPForm, _ writer: inout BitWriter) -> Bool {
        guard fields.count <= maximumFields else { return false }
        writer.align()
        writer.length(fields.count)
        for field in fields {
            guard field.octets.count <= maximumFieldOctets else { return false }
            writer.bits(field.octets.isEmpty ? 0 : 1, 1)
            switch form {
            case .v2002:
                writer.enumerated(Int(field.type.rawValue), root: T38FieldType.rootCount, rootBits: 3)
            case .v1998:
                guard field.type.rawValue < T38FieldType.rootCount else { return false }
                writer.bits(Int(field.type.rawValue), 3)
            }
            guard !field.octets.isEmpty else { continue }
            writer.align()
            writer.bits(field.octets.count - 1, 16)
            writer.raw(field.octets)
        }
        return true
    }
}

/// Writes bit fields most significant bit first (X.691 aligned PER).
struct BitWriter {
    private(set) var octets: [UInt8] = []
    private var free = 0

    mutating func bits(_ value: Int, _ count: Int) {
        for shift in stride(from: count - 1, through: 0, by: -1) {
            if free == 0 {
                octets.append(0)
                free = 8
            }
            free -= 1
            octets[octets.count - 1] |= UInt8((value >> shift) & 1) << UInt8(free)
        }
    }

    mutating func align() { free = 0 }

    /// Whole octets; aligned before.
    mutating func raw(_ bytes: [UInt8]) {
        align()
        octets += bytes
    }

    /// An extensible enumeration: root values in `rootBits`, extension values as normally small numbers (X.691 14).
    mutating func enumerated(_ value: Int, root: Int, rootBits: Int) {
        if value < root {
            bits(0, 1)
            bits(value, rootBits)
        } else {
            bits(0b10, 2)
            bits(value - root, 6)
        }
    }

    /// A length determinant below 16384 (X.691 11.9).
    mutating func length(_ value: Int) {
        align()
        if value < 0x80 { bits(value, 8) } else { bits(0x8000 | value, 16) }
    }
}
