/// An IPv4 or IPv6 address. IPv4 is held in its mapped form (`::ffff:a.b.c.d`, RFC 4291 §2.5.5.2) and shown as IPv4.
@frozen
public struct IPAddress: Hashable, Sendable {
    public var high: UInt64
    public var low: UInt64

    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    @inlinable
    public init(v4: UInt32) {
        high = 0
        low = 0xFFFF_0000_0000 | UInt64(v4)
    }

    @inlinable public var isV4: Bool { high == 0 && low >> 32 == 0xFFFF }
    @inlinable public var v4: UInt32 { UInt32(truncatingIfNeeded: low) }

    /// `0.0.0.0` or `::`.
    public var isUnspecified: Bool { (isV4 && v4 == 0) || (high == 0 && low == 0) }

    /// Private, link-local, loopback or shared (RFC 1918, 3927, 6598, 4193, 4291): not routable on the public Internet.
    public var isPrivate: Bool {
        if isV4 {
            let a = v4 >> 24
            let b = (v4 >> 16) & 0xFF
            return a == 10 || a == 127 || (a == 172 && (16...31).contains(b)) || (a == 192 && b == 168)
                || (a == 169 && b == 254) || (a == 100 && (64...127).contains(b))
        }
        return high >> 57 == 0x7E || high >> 54 == 0x3FA || (high == 0 && low == 1)
    }
}

extension IPAddress: CustomStringConvertible {
    public var description: String {
        if isV4 {
            let a = v4
            return "\(a >> 24).\((a >> 16) & 255).\((a >> 8) & 255).\(a & 255)"
        }
        let groups = (0..<8).map { index in
            UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)))
        }
        return Self.compressed(groups)
    }

    /// RFC 5952: the longest run of two or more zero groups becomes `::`.
    private static func compressed(_ groups: [UInt16]) -> String {
        var best = 0..<0
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start > max(1, best.count) { best = start..<end }
            start = max(end, start + 1)
        }
        func text(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        if best.isEmpty { return text(groups[...]) }
        return text(groups[..<best.lowerBound]) + "::" + text(groups[best.upperBound...])
    }

    /// Reads dotted IPv4 or any IPv6 form (with `::`, with an embedded IPv4 tail, with brackets, with a zone that is dropped).
    public init?(_ text: some StringProtocol) {
        // Nearly all are dotted IPv4, which needs no cutting.
        if let v4 = Self.dotted(text.utf8) {
            self.init(v4: v4)
            return
        }
        guard text.utf8.contains(where: { $0 == 0x3A || $0 == 0x5B || $0 == 0x25 }) else { return nil }
        var body = Substring(text)
        if body.hasPrefix("["), body.hasSuffix("]") { body = body.dropFirst().dropLast() }
        if let zone = body.firstIndex(of: "%") { body = body[..<zone] }
        if !body.contains(":") {
            guard let v4 = Self.dotted(body.utf8) else { return nil }
            self.init(v4: v4)
            return
        }
        guard let groups = Self.groups(body) else { return nil }
        let value = groups.map(UInt64.init)
        self.init(
            high: value[0] << 48 | value[1] << 32 | value[2] << 16 | value[3],
            low: value[4] << 48 | value[5] << 32 | value[6] << 16 | value[7])
    }

    private static func dotted(_ octets: some Sequence<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        for character in octets {
            if character == 0x2E {
                guard digits > 0, dots < 3 else { return nil }
                value = value << 8 | octet
                octet = 0
                digits = 0
                dots += 1
            } else {
                guard character >= 0x30, character <= 0x39, digits < 3 else { return nil }
                octet = octet * 10 + UInt32(character & 0x0F)
                digits += 1
                guard octet <= 255 else { return nil }
            }
        }
        return dots == 3 && digits > 0 ? value << 8 | octet : nil
    }

    private static func groups(_ text: Substring) -> [UInt16]? {
        func part(_ text: Substring) -> [UInt16]? {
            if text.isEmpty { return [] }
            var groups: [UInt16] = []
            let pieces = text.split(separator: ":", omittingEmptySubsequences: false)
            for (index, piece) in pieces.enumerated() {
                if index == pieces.count - 1, piece.contains("."), let v4 = dotted(piece.utf8) {
                    groups += [UInt16(v4 >> 16), UInt16(truncatingIfNeeded: v4)]
                } else {
                    guard (1...4).contains(piece.count), let group = UInt16(piece, radix: 16) else { return nil }
                    groups.append(group)
                }
            }
            return groups
        }
        guard let gap = text.firstRange(of: "::") else {
            guard let all = part(text), all.count == 8 else { return nil }
            return all
        }
        guard let head = part(text[..<gap.lowerBound]), let tail = part(text[gap.upperBound...]),
            head.count + tail.count <= 7
        else { return nil }
        return head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
    }
}

/// An address and a UDP or TCP port.
@frozen
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    public var address: IPAddress
    public var port: UInt16

    @inlinable
    public init(_ address: IPAddress, _ port: UInt16) {
        self.address = address
        self.port = port
    }

    public var description: String { address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
}
