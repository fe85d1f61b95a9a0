import FaxCore

/// What a datagram of IAX2 is (RFC 5456 §8.1), by its first bits.
public enum IAX2Frame: Sendable, Hashable {
    case full(IAX2FullFrame)
    case mini(IAX2MiniFrame)
    /// Mini frames of many calls in one datagram.
    case trunk([IAX2MiniFrame])
    /// A mini frame of video.
    case video

    /// Mini frames of one trunk frame; a datagram holds fewer.
    public static let maximumTrunkEntries = 2_048

    public init(_ bytes: RawSpan) throws(DecodeFailure) {
        var reader = ByteReader(bytes, layer: .iax2)
        let first = try reader.u16("call number")
        if first & 0x8000 != 0 {
            self = .full(try IAX2FullFrame(bytes))
        } else if first != 0 {
            let timestamp = try reader.u16("timestamp")
            self = .mini(
                IAX2MiniFrame(source: first, timestamp: timestamp, data: reader.offset..<bytes.byteCount))
        } else {
            self = try Self.meta(&reader)
        }
    }

    /// Sixteen zero bits, then what kind of meta frame it is (§8.1.3).
    private static func meta(_ reader: inout ByteReader) throws(DecodeFailure) -> IAX2Frame {
        let command = try reader.u8("meta command")
        if command & 0x80 != 0 {
            try reader.skip(3, "video header")
            return .video
        }
        guard command == 1 else { throw reader.invalid("meta command", "command \(command) is not known") }
        let hasTimestamps = try reader.u8("command data") & 1 != 0
        let time = try reader.u32("timestamp")
        var entries: [IAX2MiniFrame] = []
        while !reader.isAtEnd {
            guard entries.count < maximumTrunkEntries else {
                throw DecodeFailure(
                    layer: .iax2, field: "trunk", offset: reader.offset,
                    reason: .limit("maximumTrunkEntries", maximumTrunkEntries))
            }
            let first = try reader.u16("trunk entry")
            let second = try reader.u16("trunk entry")
            let length = Int(hasTimestamps ? first : second)
            let timestamp = hasTimestamps ? try reader.u16("timestamp") : UInt16(truncatingIfNeeded: time)
            let start = reader.offset
            try reader.skip(length, "trunk data")
            entries.append(
                IAX2MiniFrame(
                    source: (hasTimestamps ? second : first) & 0x7FFF, timestamp: timestamp,
                    data: start..<start + length))
        }
        return .trunk(entries)
    }

    /// A NEW as only IAX2 has it: nothing came before, and its information elements begin with the version (§6.2.2), or
    /// end just where the datagram does.
    public static func looksLikeNew(_ bytes: RawSpan) -> Bool {
        // First what tells most packets of other kinds at a glance: type 6, subclass 1.
        guard bytes.byteCount >= 14, bytes.be16(10) == 0x0601, bytes.octet(0) & 0x80 != 0,
            let frame = try? IAX2FullFrame(bytes), frame.isIAX(.new)
        else { return false }
        guard frame.destination == 0, frame.outbound == 0, frame.inbound == 0, frame.source != 0 else { return false }
        let elements = IAX2Elements.read(bytes.extracting(frame.data))
        return elements.stoppedBy == nil && elements.value.version == IAX2Elements.version
    }

    /// Every length fits; for datagrams on IAX2's port.
    public static func looksLike(_ bytes: RawSpan) -> Bool {
        guard let frame = try? IAX2Frame(bytes) else { return false }
        switch frame {
        case .full(let frame): return frame.source != 0 && frame.kind != nil
        case .mini(let frame): return !frame.data.isEmpty
        case .trunk(let entries): return !entries.isEmpty
        case .video: return true
        }
    }

    /// IANA's port.
    public static let port: UInt16 = 4_569
}

/// Sixteen bits of timestamp and media, without a number, of the format that the last full voice frame told (§8.1.2).
public struct IAX2MiniFrame: Sendable, Hashable {
    public var source: UInt16
    /// The low 16 bits of the milliseconds.
    public var timestamp: UInt16
    /// Place in the datagram.
    public var data: Range<Int>

    public init(source: UInt16, timestamp: UInt16, data: Range<Int>) {
        self.source = source
        self.timestamp = timestamp
        self.data = data
    }
}

/// A frame that is acknowledged (§8.1.1):
///
///     1 source(15) · R destination(15) · timestamp(32) · OSeqno(8) · ISeqno(8) · type(8) · C subclass(7) · data
public struct IAX2FullFrame: Sendable, Hashable {
    public enum Kind: UInt8, Sendable {
        case dtmfEnd = 1
        case voice = 2
        case video = 3
        case control = 4
        case null = 5
        case iax = 6
        case text = 7
        case image = 8
        case html = 9
        case comfortNoise = 10
        case modem = 11
        case dtmfBegin = 12
    }

    public var source: UInt16
    /// 0: not known yet.
    public var destination: UInt16
    public var isRetransmission: Bool
    /// Milliseconds since the call began.
    public var timestamp: UInt32
    public var outbound: UInt8
    public var inbound: UInt8
    public var type: UInt8
    /// Of media: the format's bit. 64 bits, for a power of two may be meant.
    public var subclass: UInt64
    /// Place in the datagram.
    public var data: Range<Int>

    public static let headerLength = 12

    public init(_ bytes: RawSpan) throws(DecodeFailure) {
        var reader = ByteReader(bytes, layer: .iax2)
        let first = try reader.u16("source call number")
        guard first & 0x8000 != 0 else { throw reader.invalid("source call number", "not a full frame") }
        source = first & 0x7FFF
        let second = try reader.u16("destination call number")
        isRetransmission = second & 0x8000 != 0
        destination = second & 0x7FFF
        timestamp = try reader.u32("timestamp")
        outbound = try reader.u8("OSeqno")
        inbound = try reader.u8("ISeqno")
        type = try reader.u8("frame type")
        let code = try reader.u8("subclass")
        subclass = code & 0x80 == 0 ? UInt64(code) : code & 0x7F < 64 ? 1 << UInt64(code & 0x7F) : 0
        data = reader.offset..<bytes.byteCount
    }

    public var kind: Kind? { Kind(rawValue: type) }

    public func isIAX(_ command: IAX2Command) -> Bool { kind == .iax && subclass == UInt64(command.rawValue) }

    public func isControl(_ control: IAX2Control) -> Bool { kind == .control && subclass == UInt64(control.rawValue) }

    public var command: IAX2Command? { kind == .iax ? UInt8(exactly: subclass).flatMap(IAX2Command.init) : nil }
    public var control: IAX2Control? { kind == .control ? UInt8(exactly: subclass).flatMap(IAX2Control.init) : nil }
}
