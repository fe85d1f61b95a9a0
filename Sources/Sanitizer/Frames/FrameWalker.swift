import FaxCore
import FaxWire
import PcapDecode

/// Walks the headers of every frame and writes down where things stand: addresses, checksums, payloads. What stands in
/// none of these places is set to zero: padding, other protocols, options of IP.
struct FrameWalker {
    var addresses: [AddressPlace] = []
    /// In the order of the layers: those further in come later.
    var checksums: [ChecksumPlace] = []
    var datagrams: [Datagram] = []
    var segments: [Segment] = []
    /// Payloads of protocols that are not read.
    var unread: [Piece] = []
    /// Packets that ICMP errors quote, behind their IP header and ports.
    var quotes: [Datagram] = []
    var fragments = FragmentBook()

    let frames: [CaptureImage.Frame]
    var octets: [UInt8] = []
    var frame = 0
    var time = Instant.zero
    var depth = 0

    enum Limit {
        static let depth = 8
        static let headers = 16
    }

    init(_ frames: [CaptureImage.Frame]) {
        self.frames = frames
        for index in frames.indices {
            visit(index)
            link(frames[index].header.linkType)
        }
        for whole in fragments.datagrams() {
            visit(whole.pieces[0].frame)
            time = whole.time
            transport(whole)
        }
        unread += fragments.leftOver
    }

    private mutating func visit(_ index: Int) {
        octets = frames[index].original
        frame = index
        time = frames[index].header.time
        depth = 0
    }

    // MARK: Octets

    func has(_ count: Int, at offset: Int) -> Bool { offset >= 0 && octets.count - offset >= count }
    func be16(_ offset: Int) -> Int { Int(octets[offset]) << 8 | Int(octets[offset + 1]) }
    func rest(from offset: Int, to end: Int? = nil) -> Piece {
        let end = min(end ?? octets.count, octets.count)
        return Piece(frame: frame, range: min(offset, end)..<end)
    }

    mutating func give(up offset: Int) {
        let piece = rest(from: offset)
        if !piece.range.isEmpty { unread.append(piece) }
    }

    mutating func address(_ offset: Int, _ count: Int, _ kind: Pseudonyms.Kind) {
        addresses.append(AddressPlace(piece: Piece(frame: frame, range: offset..<offset + count), kind: kind))
    }

    // MARK: Link

    private mutating func link(_ type: LinkType) {
        switch type {
        case .ethernet: ethernet(at: 0)
        case .rawIP, .ipv4, .ipv6: anyIP(at: 0)
        case .linuxSLL where has(16, at: 0):
            cookedAddress(at: 6, length: be16(4))
            network(be16(14), at: 16)
        case .linuxSLL2 where has(20, at: 0):
            cookedAddress(at: 12, length: Int(octets[11]))
            network(be16(0), at: 20)
        case .null, .loop: loopback()
        case .ppp, .pppHDLC: ppp(at: 0)
        case .pppWithDirection: ppp(at: 1)
        case .pppoe: pppoe(at: 0)
        case .ciscoHDLC where has(4, at: 0): network(be16(2), at: 4)
        default: give(up: 0)
        }
    }

    /// The field has eight octets, of which an Ethernet address takes six.
    private mutating func cookedAddress(at offset: Int, length: Int) {
        if length == 6 { address(offset, 6, .mac) } else { unread.append(rest(from: offset, to: offset + 8)) }
    }

    mutating func ethernet(at start: Int) {
        guard has(14, at: start) else { return give(up: start) }
        address(start, 6, .mac)
        address(start + 6, 6, .mac)
        network(be16(start + 12), at: start + 14)
    }

    mutating func network(_ first: Int, at start: Int) {
        var type = first
        var offset = start
        for _ in 0..<Limit.headers {
            switch type {
            case 0x0800: return ipv4(at: offset)
            case 0x86DD: return ipv6(at: offset)
            case 0x8100, 0x88A8, 0x9100:
                guard has(4, at: offset) else { return give(up: offset) }
                type = be16(offset + 2)
                offset += 4
            case 0x8847, 0x8848: return mpls(at: offset)
            case 0x8864: return pppoe(at: offset)
            case 0x880B: return ppp(at: offset)
            default: return give(up: offset)
            }
        }
        give(up: offset)
    }

    private mutating func mpls(at start: Int) {
        var offset = start
        for _ in 0..<Limit.headers where has(4, at: offset) {
            offset += 4
            if octets[offset - 2] & 1 == 1 { return anyIP(at: offset) }
        }
        give(up: offset)
    }

    private mutating func loopback() {
        guard has(4, at: 0) else { return give(up: 0) }
        let value = octets[0..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        switch min(value, value.byteSwapped) {
        case 2: ipv4(at: 4)
        case 10, 24, 28, 30: ipv6(at: 4)
        default: give(up: 4)
        }
    }

    private mutating func ppp(at start: Int) {
        var offset = start
        if has(2, at: offset), be16(offset) == 0xFF03 { offset += 2 }
        guard has(2, at: offset) else { return give(up: offset) }
        let isCompressed = octets[offset] & 1 == 1
        let type = isCompressed ? Int(octets[offset]) : be16(offset)
        offset += isCompressed ? 1 : 2
        switch type {
        case 0x0021: ipv4(at: offset)
        case 0x0057: ipv6(at: offset)
        case 0x0281, 0x0283: mpls(at: offset)
        default: give(up: offset)
        }
    }

    private mutating func pppoe(at start: Int) {
        guard has(6, at: start), octets[start + 1] == 0 else { return give(up: start) }
        ppp(at: start + 6)
    }

    mutating func anyIP(at start: Int) {
        guard has(1, at: start) else { return }
        switch octets[start] >> 4 {
        case 4: ipv4(at: start)
        case 6: ipv6(at: start)
        default: give(up: start)
        }
    }

    // MARK: IP

    private mutating func ipv4(at start: Int) {
        guard has(20, at: start) else { return give(up: start) }
        let headerLength = Int(octets[start] & 0x0F) * 4
        guard octets[start] >> 4 == 4, headerLength >= 20, has(headerLength, at: start) else {
            return give(up: start)
        }
        var total = be16(start + 2)
        if total == 0 { total = octets.count - start }
        guard total >= headerLength else { return give(up: start) }
        let end = min(start + total, octets.count)
        address(start + 12, 4, .ipv4)
        address(start + 16, 4, .ipv4)
        if headerLength > 20 { unread.append(rest(from: start + 20, to: start + headerLength)) }
        checksums.append(
            ChecksumPlace(
                frame: frame, field: start + 10,
                covered: [rest(from: start, to: start + 10), rest(from: start + 12, to: start + headerLength)],
                isUDP: false))
        give(up: end)
        let packet = IPPacket(
            transport: octets[start + 9], pieces: [rest(from: start + headerLength, to: end)],
            lengthOnWire: total - headerLength,
            source: IPAddress(v4: UInt32(be16(start + 12)) << 16 | UInt32(be16(start + 14))),
            destination: IPAddress(v4: UInt32(be16(start + 16)) << 16 | UInt32(be16(start + 18))),
            addresses: rest(from: start + 12, to: start + 20), time: time)
        let fragment = be16(start + 6)
        if fragment & 0x3FFF != 0 {
            fragments.add(
                packet, id: UInt32(be16(start + 4)), offset: (fragment & 0x1FFF) * 8,
                isLast: fragment & 0x2000 == 0)
        } else {
            transport(packet)
        }
    }

    private mutating func ipv6(at start: Int) {
        guard has(40, at: start), octets[start] >> 4 == 6 else { return give(up: start) }
        address(start + 8, 16, .ipv6)
        address(start + 24, 16, .ipv6)
        var length = be16(start + 4)
        if length == 0 { length = octets.count - start - 40 }
        let end = min(start + 40 + length, octets.count)
        give(up: end)
        var next = octets[start + 6]
        var offset = start + 40
        for _ in 0..<Limit.headers {
            let isFragment = next == 44
            guard isFragment || [0, 43, 51, 60, 135].contains(next) else { break }
            guard end - offset >= 8 else { return give(up: offset) }
            let units = Int(octets[offset + 1])
            let extent = isFragment ? 8 : next == 51 ? (units + 2) * 4 : (units + 1) * 8
            next = octets[offset]
            guard end - offset >= extent else { return give(up: offset) }
            if isFragment, be16(offset + 2) & 0xFFF9 != 0 {
                let packet = ipv6Packet(start, next, from: offset + 8, to: end, length - (offset + 8 - start - 40))
                let field = be16(offset + 2)
                let id = UInt32(be16(offset + 4)) << 16 | UInt32(be16(offset + 6))
                return fragments.add(packet, id: id, offset: field & 0xFFF8, isLast: field & 1 == 0)
            }
            // Options and routes may name addresses.
            if !isFragment { unread.append(rest(from: offset + 2, to: offset + extent)) }
            offset += extent
        }
        transport(ipv6Packet(start, next, from: offset, to: end, length - (offset - start - 40)))
    }

    private func ipv6Packet(
        _ start: Int, _ transport: UInt8, from offset: Int, to end: Int, _ lengthOnWire: Int
    ) -> IPPacket {
        IPPacket(
            transport: transport, pieces: [rest(from: offset, to: end)], lengthOnWire: max(0, lengthOnWire),
            source: IPAddress(v6: octets[start + 8..<start + 24]),
            destination: IPAddress(v6: octets[start + 24..<start + 40]),
            addresses: rest(from: start + 8, to: start + 40), time: time)
    }
}
