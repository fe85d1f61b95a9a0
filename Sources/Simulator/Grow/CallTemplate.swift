import FaxCore
import FaxWire

/// A small capture taken apart so that copies of it can be made that differ in address and in everything by which SIP
/// tells calls apart. Only IPv4 over Ethernet, and of it UDP and TCP: other frames are left out and counted.
public struct CallTemplate: Sendable {
    struct Frame: Sendable {
        /// From the first frame of the template.
        var after: Duration
        /// Place in `octets`.
        var range: Range<Int>
        /// From the start of the frame.
        var ip: Int
        var transport: Int
        var end: Int
        var isTCP: Bool
        /// Index into `addresses`.
        var source: Int
        var destination: Int
        var patches: [Patch]
    }

    /// A place in a frame where text is exchanged for text of the same length.
    struct Patch: Sendable {
        var offset: Int
        var what: What

        enum What: Sendable {
            /// Index into `addresses`.
            case address(Int)
            /// Digits of a telephone number.
            case number(length: Int)
            /// Tail of a Call-ID, tag or branch.
            case token(length: Int)
        }
    }

    /// At most so many frames are kept of one capture.
    public static let frameLimit = 1_000_000

    public let name: String
    public private(set) var duration: Duration = .zero
    public private(set) var leftOut = 0
    public var frameCount: Int { frames.count }
    /// Octets of its records in a classic pcap file.
    public var recordOctets: Int { octets.count + 16 * frames.count }

    private(set) var octets: [UInt8] = []
    private(set) var frames: [Frame] = []
    private(set) var addresses: [IPAddress] = []

    /// - Parameter pcap: a classic pcap file of Ethernet frames, whole.
    /// - Throws: `DecodeFailure` when it is not one, holds IP fragments (their checksums span frames) or nothing usable.
    public init(name: String, pcap: [UInt8]) throws(DecodeFailure) {
        self.name = name
        let header = try PcapHeader(pcap.span.bytes)
        guard header.linkType == .ethernet else {
            throw DecodeFailure(layer: .file, field: "link type", offset: 20, reason: .invalid("is not Ethernet"))
        }
        try readRecords(pcap.span.bytes, header)
        guard !frames.isEmpty else {
            throw DecodeFailure(layer: .file, field: "records", offset: 24, reason: .invalid("hold no UDP or TCP"))
        }
        findText()
    }

    private mutating func readRecords(_ bytes: RawSpan, _ header: PcapHeader) throws(DecodeFailure) {
        var reader = ByteReader(bytes, layer: .file, offset: PcapHeader.length)
        var start: Instant?
        while !reader.isAtEnd, frames.count < Self.frameLimit {
            try reader.require(header.recordHeaderLength, "record header")
            let record = PcapRecordHeader(bytes, at: reader.offset, order: header.order)
            try reader.skip(header.recordHeaderLength, "record header")
            let frame = try reader.slice(Int(record.capturedLength), "frame")
            let scale: Int64 = header.resolution == .nanoseconds ? 1 : 1000
            let time = Instant(nanoseconds: Int64(record.seconds) * 1_000_000_000 + Int64(record.fraction) * scale)
            if start == nil { start = time }
            let after = max(.zero, time - (start ?? time))
            if try !keep(frame, after: after) { leftOut += 1 }
            duration = max(duration, after)
        }
    }

    /// Ethernet II, IPv4 (RFC 791 §3.1), UDP or TCP.
    private mutating func keep(_ frame: RawSpan, after: Duration) throws(DecodeFailure) -> Bool {
        let ip = 14
        guard frame.byteCount >= ip + 20, frame.be16(12) == 0x0800, frame.octet(ip) >> 4 == 4 else { return false }
        let transport = ip + Int(frame.octet(ip) & 15) * 4
        let end = ip + Int(frame.be16(ip + 2))
        let isTCP = frame.octet(ip + 9) == 6
        guard isTCP || frame.octet(ip + 9) == 17 else { return false }
        guard frame.be16(ip + 6) & 0x3FFF == 0 else {
            throw DecodeFailure(layer: .ip, field: "fragment", offset: ip + 6, reason: .invalid("cannot be copied"))
        }
        guard end <= frame.byteCount, transport + (isTCP ? 20 : 8) <= end else { return false }
        let source = index(of: IPAddress(v4: frame.be32(ip + 12)))
        let destination = index(of: IPAddress(v4: frame.be32(ip + 16)))
        let start = octets.count
        octets.append(contentsOf: frame.copied())
        frames.append(
            Frame(
                after: after, range: start..<octets.count, ip: ip, transport: transport, end: end, isTCP: isTCP,
                source: source, destination: destination, patches: []))
        return true
    }

    private mutating func index(of address: IPAddress) -> Int {
        if let known = addresses.firstIndex(of: address) { return known }
        addresses.append(address)
        return addresses.count - 1
    }
}

// MARK: - The texts that tell calls apart

extension CallTemplate {
    /// Characters of a token that are exchanged: enough for two thousand million copies.
    static let tokenTail = 6

    private mutating func findText() {
        var ports: Set<UInt16> = []
        var tokens: Set<[UInt8]> = []
        for frame in frames {
            let payload = payload(frame)
            guard SIPText.isMessage(payload) else { continue }
            ports.insert(port(frame, 0))
            tokens.formUnion(SIPText.tokens(payload))
        }
        // Longest first, so that a token inside a longer one does not break it; then by octets, for one order always.
        let ordered = tokens.sorted { $0.count != $1.count ? $0.count > $1.count : $0.lexicographicallyPrecedes($1) }
        let texts = addresses.map { [UInt8]($0.description.utf8) }
        for index in frames.indices {
            let frame = frames[index]
            guard ports.contains(port(frame, 0)) || ports.contains(port(frame, 2)) else { continue }
            let found = patches(payload(frame), in: frame, tokens: ordered, texts: texts)
            frames[index].patches = found
        }
    }

    /// The source port at `offset` 0 of the transport header, the destination port at 2.
    private func port(_ frame: Frame, _ offset: Int) -> UInt16 {
        octets.span.bytes.be16(frame.range.lowerBound + frame.transport + offset)
    }

    private func payload(_ frame: Frame) -> ArraySlice<UInt8> {
        let base = frame.range.lowerBound
        let header = frame.isTCP ? Int(octets[base + frame.transport + 12] >> 4) * 4 : 8
        let start = min(frame.transport + header, frame.end)
        return octets[base + start..<base + frame.end]
    }

    private func patches(
        _ payload: ArraySlice<UInt8>, in frame: Frame, tokens: [[UInt8]], texts: [[UInt8]]
    ) -> [Patch] {
        var taken: [Range<Int>] = []
        var patches: [Patch] = []
        func claim(_ range: Range<Int>) -> Bool {
            if taken.contains(where: { $0.overlaps(range) }) { return false }
            taken.append(range)
            return true
        }
        func add(_ offset: Int, _ what: Patch.What) {
            patches.append(Patch(offset: offset - frame.range.lowerBound, what: what))
        }
        for token in tokens {
            for range in SIPText.places(of: token, in: payload) where claim(range) {
                let length = min(token.count, Self.tokenTail)
                add(range.upperBound - length, .token(length: length))
            }
        }
        for (index, text) in texts.enumerated() {
            for range in SIPText.places(of: text, in: payload)
            where !SIPText.isPartOfNumber(range, in: payload) && claim(range) {
                add(range.lowerBound, .address(index))
            }
        }
        for range in SIPText.telephoneNumbers(in: payload) where claim(range) {
            add(range.lowerBound, .number(length: range.count))
        }
        return patches
    }
}
