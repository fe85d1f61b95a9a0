import FaxCore
import FaxWire

extension FrameWalker {
    private enum Port {
        static let vxlan = [4789, 8472]
    }

    mutating func transport(_ packet: IPPacket) {
        guard let first = packet.pieces.first, !first.range.isEmpty else { return }
        switch packet.transport {
        case 17: udp(packet, first)
        case 6: tcp(packet, first)
        case 1: icmp(packet, first, pseudo: nil)
        case 58: icmp(packet, first, pseudo: packet.addresses)
        case let number where [4, 41, 47].contains(number) && packet.pieces.count == 1 && depth < Limit.depth:
            depth += 1
            if number == 47 { gre(at: first.range.lowerBound) } else { anyIP(at: first.range.lowerBound) }
        default: unread += packet.pieces
        }
    }

    // MARK: UDP

    private mutating func udp(_ packet: IPPacket, _ first: Piece) {
        let start = first.range.lowerBound
        guard first.range.count >= 8 else {
            unread += packet.pieces
            return
        }
        var length = be16(start + 4)
        if length > packet.lengthOnWire || length < 8 { length = max(8, packet.lengthOnWire) }
        let (source, destination) = (be16(start), be16(start + 2))
        let (payload, behind) = packet.pieces.dropping(8).split(after: length - 8)
        unread += behind
        checksums.append(
            ChecksumPlace(
                frame: frame, field: start + 6,
                covered: [packet.addresses, rest(from: start, to: start + 6)] + payload, isUDP: true))
        guard !payload.isEmpty else { return }
        if payload.count == 1, wrapped(payload[0], destination) { return }
        datagrams.append(
            Datagram(
                source: Endpoint(packet.source, UInt16(source)),
                destination: Endpoint(packet.destination, UInt16(destination)), pieces: payload,
                isCut: packet.isCut, time: time))
    }

    /// VXLAN (RFC 7348) or HEP; `false`: neither.
    private mutating func wrapped(_ payload: Piece, _ port: Int) -> Bool {
        let start = payload.range.lowerBound
        if has(8 + 34, at: start), Port.vxlan.contains(port), octets[start] & 8 != 0, octets[start + 7] == 0,
            depth < Limit.depth
        {
            depth += 1
            ethernet(at: start + 8)
            return true
        }
        return hep(payload) > 0
    }

    // MARK: TCP

    private mutating func tcp(_ packet: IPPacket, _ first: Piece) {
        let start = first.range.lowerBound
        guard first.range.count >= 20, case let length = Int(octets[start + 12] >> 4) * 4, length >= 20,
            length <= first.range.count
        else {
            unread += packet.pieces
            return
        }
        let payload = packet.pieces.dropping(length)
        checksums.append(
            ChecksumPlace(
                frame: frame, field: start + 16,
                covered: [
                    packet.addresses, rest(from: start, to: start + 16), rest(from: start + 18, to: start + length),
                ] + payload, isUDP: false))
        // A segment in fragments, which hardly anyone sends, is given up.
        guard payload.count == 1 else {
            unread += payload
            return
        }
        if hepMessages(payload[0]) { return }
        segments.append(
            Segment(
                source: Endpoint(packet.source, UInt16(be16(start))),
                destination: Endpoint(packet.destination, UInt16(be16(start + 2))),
                sequence: UInt32(be16(start + 4)) << 16 | UInt32(be16(start + 6)),
                isStart: octets[start + 13] & 2 != 0, piece: payload[0], time: time))
    }

    // MARK: ICMP

    /// RFC 792, RFC 4443: of errors the packet that they quote; of everything else nothing but the header.
    private mutating func icmp(_ packet: IPPacket, _ first: Piece, pseudo: Piece?) {
        let start = first.range.lowerBound
        guard packet.pieces.count == 1, first.range.count >= 8 else {
            unread += packet.pieces
            return
        }
        checksums.append(
            ChecksumPlace(
                frame: frame, field: start + 2,
                covered: (pseudo.map { [$0] } ?? [])
                    + [rest(from: start, to: start + 2), rest(from: start + 4, to: first.range.upperBound)],
                isUDP: false))
        let type = octets[start]
        let isError = pseudo == nil ? [3, 4, 5, 11, 12].contains(type) : (1...4).contains(type)
        // A redirect names the gateway.
        if pseudo == nil, type == 5 { address(start + 4, 4, .ipv4) }
        if isError {
            quote(from: start + 8, to: first.range.upperBound)
        } else {
            unread.append(rest(from: start + 8, to: first.range.upperBound))
        }
    }

    private mutating func quote(from start: Int, to end: Int) {
        let isV6 = has(1, at: start) && octets[start] >> 4 == 6
        let headerLength = isV6 ? 40 : has(1, at: start) ? Int(octets[start] & 15) * 4 : 0
        guard headerLength >= 20, end - start >= headerLength else {
            return unread.append(rest(from: start, to: end))
        }
        let number = octets[start + (isV6 ? 6 : 9)]
        let (source, destination): (IPAddress, IPAddress)
        if isV6 {
            address(start + 8, 16, .ipv6)
            address(start + 24, 16, .ipv6)
            source = IPAddress(v6: octets[start + 8..<start + 24])
            destination = IPAddress(v6: octets[start + 24..<start + 40])
        } else {
            address(start + 12, 4, .ipv4)
            address(start + 16, 4, .ipv4)
            source = IPAddress(v4: UInt32(be16(start + 12)) << 16 | UInt32(be16(start + 14)))
            destination = IPAddress(v4: UInt32(be16(start + 16)) << 16 | UInt32(be16(start + 18)))
            if headerLength > 20 { unread.append(rest(from: start + 20, to: start + headerLength)) }
            checksums.append(
                ChecksumPlace(
                    frame: frame, field: start + 10,
                    covered: [rest(from: start, to: start + 10), rest(from: start + 12, to: start + headerLength)],
                    isUDP: false))
        }
        let behind = start + headerLength
        let header = number == 17 ? 8 : number == 6 ? 20 : 0
        guard header > 0, end - behind > header else {
            return unread.append(rest(from: header > 0 ? end : behind, to: end))
        }
        quotes.append(
            Datagram(
                source: Endpoint(source, UInt16(be16(behind))),
                destination: Endpoint(destination, UInt16(be16(behind + 2))),
                pieces: [rest(from: behind + header, to: end)], isCut: true, time: time))
    }

    // MARK: Tunnels

    /// RFC 2784, RFC 2890; ERSPAN as the types say.
    private mutating func gre(at start: Int) {
        guard has(4, at: start) else { return give(up: start) }
        let flags = be16(start)
        let type = be16(start + 2)
        let hasSequence = flags & 0x1000 != 0
        var offset = start + 4
        if flags & 0xC000 != 0 { offset += 4 }
        if flags & 0x2000 != 0 { offset += 4 }
        if hasSequence { offset += 4 }
        if flags & 7 == 1, flags & 0x0080 != 0 { offset += 4 }
        switch type {
        case 0x6558: ethernet(at: offset)
        case 0x88BE: ethernet(at: offset + (hasSequence ? 8 : 0))
        case 0x22EB:
            guard has(12, at: offset) else { return give(up: offset) }
            ethernet(at: offset + 12 + (octets[offset + 11] & 1 == 1 ? 8 : 0))
        default: network(type, at: offset)
        }
    }
}

extension [Piece] {
    /// Without the first `count` octets, which stand in the first piece.
    func dropping(_ count: Int) -> [Piece] { split(after: count).behind }

    func split(after count: Int) -> (front: [Piece], behind: [Piece]) {
        var left = Swift.max(0, count)
        var (front, behind): ([Piece], [Piece]) = ([], [])
        for piece in self {
            let middle = piece.range.lowerBound + Swift.min(left, piece.range.count)
            left -= middle - piece.range.lowerBound
            if middle > piece.range.lowerBound {
                front.append(Piece(frame: piece.frame, range: piece.range.lowerBound..<middle))
            }
            if middle < piece.range.upperBound {
                behind.append(Piece(frame: piece.frame, range: middle..<piece.range.upperBound))
            }
        }
        return (front, behind)
    }
}

extension IPAddress {
    /// Sixteen octets as they stand in a header.
    init(v6 octets: ArraySlice<UInt8>) {
        func half(_ part: ArraySlice<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(high: half(octets.prefix(8)), low: half(octets.dropFirst(8)))
    }
}
