import FaxCore

// Frames as they go out; what is written here is what IAX2Frame and IAX2Elements read.

extension IAX2Elements {
    /// In the order of their types, but for the version, which a NEW begins with (RFC 5456 §6.2.2). Longer data than an
    /// element can hold is cut.
    public var octets: [UInt8] {
        var writer = ByteWriter()
        Self.put(11, version.map { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }, &writer)
        Self.put(1, calledNumber, &writer)
        Self.put(2, callingNumber, &writer)
        Self.put(4, callingName, &writer)
        Self.put(6, username, &writer)
        Self.put(7, password, &writer)
        Self.put(8, Self.bits(capability), &writer)
        Self.put(9, Self.bits(format), &writer)
        Self.put(14, Self.two(authenticationMethods), &writer)
        Self.put(15, challenge, &writer)
        Self.put(16, md5Result, &writer)
        Self.put(19, Self.two(refresh), &writer)
        Self.put(22, cause, &writer)
        Self.put(23, unknownCommand.map { [UInt8(truncatingIfNeeded: $0)] }, &writer)
        Self.put(42, causeCode.map { [UInt8(truncatingIfNeeded: $0)] }, &writer)
        Self.put(43, wantsEncryption ? [0, 1] : nil, &writer)
        Self.put(54, callToken, &writer)
        return writer.bytes
    }

    private static func put(_ type: UInt8, _ text: String?, _ writer: inout ByteWriter) {
        put(type, text.map { Array($0.utf8) }, &writer)
    }

    private static func put(_ type: UInt8, _ data: [UInt8]?, _ writer: inout ByteWriter) {
        guard let data = data?.prefix(maximumLength) else { return }
        writer.u8(type)
        writer.u8(UInt8(data.count))
        writer.raw(data)
    }

    private static func two(_ value: Int?) -> [UInt8]? {
        value.map { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }

    /// Four octets (§8.6.7, §8.6.8): formats beyond bit 31 have no place there.
    private static func bits(_ value: UInt64?) -> [UInt8]? {
        value.map { value in stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) }
        }
    }
}

extension IAX2FullFrame {
    /// A frame that is to be written; `data` follows with ``octets(_:)``.
    public init(
        source: UInt16, destination: UInt16, timestamp: UInt32, outbound: UInt8, inbound: UInt8, kind: Kind,
        subclass: UInt64
    ) {
        self.source = source & 0x7FFF
        self.destination = destination & 0x7FFF
        isRetransmission = false
        self.timestamp = timestamp
        self.outbound = outbound
        self.inbound = inbound
        type = kind.rawValue
        self.subclass = subclass
        data = Self.headerLength..<Self.headerLength
    }

    /// The whole datagram. A subclass that one octet cannot hold is written as the power of two that it is (§8.1.1).
    public func octets(_ data: [UInt8] = []) -> [UInt8] {
        var writer = ByteWriter()
        writer.u16(source | 0x8000)
        writer.u16(destination | (isRetransmission ? 0x8000 : 0))
        writer.u32(timestamp)
        writer.u8(outbound)
        writer.u8(inbound)
        writer.u8(type)
        writer.u8(subclass < 0x80 ? UInt8(subclass) : 0x80 | UInt8(truncatingIfNeeded: subclass.trailingZeroBitCount))
        writer.raw(data)
        return writer.bytes
    }
}

extension IAX2MiniFrame {
    /// The whole datagram.
    public static func octets(source: UInt16, timestamp: UInt16, _ data: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.u16(source & 0x7FFF)
        writer.u16(timestamp)
        writer.raw(data)
        return writer.bytes
    }
}
