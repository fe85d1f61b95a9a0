/// The records of a DNS answer that tell where SIP is served: NAPTR (RFC 3403 §4) and SRV (RFC 2782).
struct DNSAnswer: Sendable {
    enum Kind: UInt16, Sendable {
        case srv = 33
        case naptr = 35
    }

    struct Service: Sendable, Hashable {
        var priority: UInt16
        var weight: UInt16
        var port: UInt16
        /// Without the dot at the end; empty: the service is not offered.
        var target: String
    }

    struct Pointer: Sendable, Hashable {
        var order: UInt16
        var preference: UInt16
        /// Lower case; `s`: the replacement has SRV records.
        var flags: String
        /// Upper case: `SIP+D2U` and others.
        var service: String
        var replacement: String
    }

    private(set) var services: [Service] = []
    private(set) var pointers: [Pointer] = []

    /// Records that are read; further ones are left.
    static let recordLimit = 64

    /// Throws ``DNSReader/Malformed`` for a message that is cut or lies. Records of other types are passed over.
    init(_ message: [UInt8]) throws(DNSReader.Malformed) {
        var reader = DNSReader(message)
        try reader.skip(4)
        let questions = try reader.u16()
        let answers = min(Int(try reader.u16()), Self.recordLimit)
        try reader.skip(4)
        for _ in 0..<questions {
            _ = try reader.name()
            try reader.skip(4)
        }
        for _ in 0..<answers { try readRecord(&reader) }
    }

    private mutating func readRecord(_ reader: inout DNSReader) throws(DNSReader.Malformed) {
        _ = try reader.name()
        let kind = Kind(rawValue: try reader.u16())
        try reader.skip(6)
        let length = Int(try reader.u16())
        var content = reader
        try reader.skip(length)
        switch kind {
        case .srv:
            services.append(
                Service(
                    priority: try content.u16(), weight: try content.u16(), port: try content.u16(),
                    target: try content.name()))
        case .naptr:
            let (order, preference) = (try content.u16(), try content.u16())
            let (flags, service) = (try content.text(), try content.text())
            _ = try content.text()
            pointers.append(
                Pointer(
                    order: order, preference: preference, flags: flags.lowercased(), service: service.uppercased(),
                    replacement: try content.name()))
        case nil: break
        }
        guard kind == nil || content.place == reader.place else { throw DNSReader.Malformed() }
    }
}

/// Reads the parts of a DNS message (RFC 1035 §4.1).
struct DNSReader {
    struct Malformed: Error {}

    private let octets: [UInt8]
    private(set) var place = 0

    /// Octets of a name, and pointers in it.
    private static let nameLimit = 255
    private static let pointerLimit = 32

    init(_ octets: [UInt8]) { self.octets = octets }

    private func octet(_ at: Int) throws(Malformed) -> UInt8 {
        guard at < octets.count else { throw Malformed() }
        return octets[at]
    }

    mutating func skip(_ count: Int) throws(Malformed) {
        guard count <= octets.count - place else { throw Malformed() }
        place += count
    }

    mutating func u16() throws(Malformed) -> UInt16 {
        let value = UInt16(try octet(place)) << 8 | UInt16(try octet(place + 1))
        place += 2
        return value
    }

    /// A text with its length before it.
    mutating func text() throws(Malformed) -> String {
        let start = place + 1
        try skip(1 + Int(try octet(place)))
        return String(decoding: octets[start..<place], as: UTF8.self)
    }

    /// A name; pointers in it are followed (§4.1.4).
    mutating func name() throws(Malformed) -> String {
        var labels: [String] = []
        var (at, length, pointers) = (place, 0, 0)
        while true {
            let head = Int(try octet(at))
            if head >= 0xC0 {
                let target = (head & 0x3F) << 8 | Int(try octet(at + 1))
                if pointers == 0 { place = at + 2 }
                pointers += 1
                guard pointers <= Self.pointerLimit else { throw Malformed() }
                at = target
            } else if head == 0 {
                if pointers == 0 { place = at + 1 }
                return labels.joined(separator: ".")
            } else {
                length += head + 1
                guard head < 0x40, length <= Self.nameLimit, at + 1 + head <= octets.count else { throw Malformed() }
                labels.append(String(decoding: octets[(at + 1)..<(at + 1 + head)], as: UTF8.self))
                at += 1 + head
            }
        }
    }
}
