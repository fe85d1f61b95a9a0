import FaxCore
import FaxWire

/// One frame of a capture whose UDP payload can be exchanged: lengths and checksums of IP and UDP follow by themselves.
public struct CapturedFrame: Sendable {
    public let linkType: LinkType
    public private(set) var octets: [UInt8]
    /// Octets of the frame on the wire; more than `octets` where the file was cut.
    public private(set) var originalLength: Int
    private let place: Place?

    /// Where the headers begin.
    private struct Place: Sendable {
        var ip: Int
        var isV6: Bool
        var udp: Int
        var payload: Int { udp + 8 }
    }

    public init(linkType: LinkType, octets: [UInt8], originalLength: Int) {
        self.linkType = linkType
        self.octets = octets
        self.originalLength = originalLength
        place = Self.place(octets, linkType)
    }

    /// `nil`: no whole, unfragmented UDP datagram (behind at most two VLAN tags).
    public var payload: [UInt8]? { place.map { Array(octets[$0.payload..<end($0)]) } }

    public var source: Endpoint? { place.map { Endpoint(address($0, atSource: true), be16($0.udp)) } }
    public var destination: Endpoint? { place.map { Endpoint(address($0, atSource: false), be16($0.udp + 2)) } }

    /// Puts another payload in; frames without a UDP datagram stay as they are.
    public mutating func setPayload(_ payload: [UInt8]) {
        guard let place else { return }
        octets.replaceSubrange(place.payload..., with: payload)
        originalLength = octets.count
        put(UInt16(truncatingIfNeeded: 8 + payload.count), at: place.udp + 4)
        put(
            UInt16(truncatingIfNeeded: octets.count - place.ip - (place.isV6 ? 40 : 0)),
            at: place.ip + (place.isV6 ? 4 : 2))
        mend(place)
    }

    /// Puts other addresses in; of the family that is there.
    public mutating func setSource(_ endpoint: Endpoint) {
        guard let place else { return }
        put(endpoint.address, at: place.ip + (place.isV6 ? 8 : 12), isV6: place.isV6)
        put(endpoint.port, at: place.udp)
        mend(place)
    }

    public mutating func setDestination(_ endpoint: Endpoint) {
        guard let place else { return }
        put(endpoint.address, at: place.ip + (place.isV6 ? 24 : 16), isV6: place.isV6)
        put(endpoint.port, at: place.udp + 2)
        mend(place)
    }

    /// Another IPv4 identification, as a datagram that is sent again has.
    public mutating func renumber(by step: UInt16) {
        guard let place, !place.isV6 else { return }
        put(be16(place.ip + 4) &+ step, at: place.ip + 4)
        mend(place)
    }

    // MARK: - Headers

    private static func place(_ octets: [UInt8], _ linkType: LinkType) -> Place? {
        func be16(_ offset: Int) -> Int {
            offset + 1 < octets.count ? Int(octets[offset]) << 8 | Int(octets[offset + 1]) : 0
        }
        var ip: Int
        switch linkType {
        case .ethernet:
            ip = 14
            while ip <= 18, [0x8100, 0x88A8].contains(be16(ip - 2)) { ip += 4 }
        case .linuxSLL: ip = 16
        case .linuxSLL2: ip = 20
        default: ip = 0
        }
        guard octets.count > ip + 28 else { return nil }
        let isV6 = octets[ip] >> 4 == 6
        guard isV6 || octets[ip] >> 4 == 4 else { return nil }
        guard octets[ip + (isV6 ? 6 : 9)] == 17, isV6 || be16(ip + 6) & 0x3FFF == 0 else { return nil }
        let udp = ip + (isV6 ? 40 : Int(octets[ip] & 15) * 4)
        guard udp + 8 <= octets.count, udp + be16(udp + 4) <= octets.count, be16(udp + 4) >= 8 else { return nil }
        return Place(ip: ip, isV6: isV6, udp: udp)
    }

    private func be16(_ offset: Int) -> UInt16 { UInt16(octets[offset]) << 8 | UInt16(octets[offset + 1]) }

    private func end(_ place: Place) -> Int { place.udp + Int(be16(place.udp + 4)) }

    private func address(_ place: Place, atSource: Bool) -> IPAddress {
        func be64(_ offset: Int) -> UInt64 { octets[offset..<offset + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        let start = place.ip + (place.isV6 ? (atSource ? 8 : 24) : (atSource ? 12 : 16))
        if place.isV6 { return IPAddress(high: be64(start), low: be64(start + 8)) }
        return IPAddress(v4: octets[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) })
    }

    private mutating func put(_ value: UInt16, at offset: Int) {
        octets[offset] = UInt8(value >> 8)
        octets[offset + 1] = UInt8(truncatingIfNeeded: value)
    }

    private mutating func put(_ address: IPAddress, at offset: Int, isV6: Bool) {
        let all = [address.high, address.low].flatMap { half in
            (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) }
        }
        octets.replaceSubrange(offset..<offset + (isV6 ? 16 : 4), with: isV6 ? all[...] : all[12...])
    }

    /// The checksums (RFC 1071) of the IPv4 header and of UDP with its pseudo header; one of UDP that was not in use (0)
    /// stays out of use.
    private mutating func mend(_ place: Place) {
        if !place.isV6 {
            put(0, at: place.ip + 10)
            put(~Self.sum(octets[place.ip..<place.udp]), at: place.ip + 10)
        }
        guard place.isV6 || be16(place.udp + 6) != 0 else { return }
        put(0, at: place.udp + 6)
        let addresses = octets[place.ip + (place.isV6 ? 8 : 12)..<place.ip + (place.isV6 ? 40 : 20)]
        let length = end(place) - place.udp
        let pseudo = Array(addresses) + [0, 17, UInt8(length >> 8), UInt8(truncatingIfNeeded: length)]
        let checksum = ~Self.sum((pseudo + octets[place.udp..<end(place)])[...])
        put(checksum == 0 ? 0xFFFF : checksum, at: place.udp + 6)
    }

    private static func sum(_ octets: ArraySlice<UInt8>) -> UInt16 {
        var sum: UInt32 = 0
        for (index, octet) in octets.enumerated() {
            sum += index.isMultiple(of: 2) ? UInt32(octet) << 8 : UInt32(octet)
            sum = (sum & 0xFFFF) + (sum >> 16)
        }
        return UInt16(truncatingIfNeeded: sum)
    }
}
