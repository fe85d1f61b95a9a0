/// The latest IFP packets that were sent, in a circle.
struct IFPHistory: Sendable {
    /// ``UDPTLSender/historyLimit``, a power of two.
    private static let capacity = 64

    private var packets: [[UInt8]] = []
    private var end = 0

    var count: Int { packets.count }

    /// 0 is the latest.
    subscript(_ age: Int) -> [UInt8] { packets[(end &- 1 &- age) & (Self.capacity - 1)] }

    mutating func add(_ packet: [UInt8]) {
        if packets.count < Self.capacity { packets.append(packet) } else { packets[end] = packet }
        end = (end + 1) & (Self.capacity - 1)
    }

    /// T.38 9.1.4.2: entry m covers the packets span·entries - m, (span - 1)·entries - m … entries - m before the next.
    func parity(_ index: Int, span: Int, entries: Int) -> [UInt8] {
        var parity: [UInt8] = []
        for turn in 1...span {
            let packet = self[turn * entries - index - 1]
            if packet.count > parity.count { parity += [UInt8](repeating: 0, count: packet.count - parity.count) }
            for place in packet.indices { parity[place] ^= packet[place] }
        }
        return parity
    }
}

/// Writes into a buffer that has the room.
struct OctetPen {
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

    /// An IFP packet with its length (X.691 11.9: one octet below 128, two below 16384).
    static func entryLength(_ count: Int) -> Int { count + (count < 0x80 ? 1 : 2) }

    mutating func put(_ octet: UInt8) {
        buffer[count] = octet
        count += 1
    }

    mutating func put16(_ value: UInt16) {
        put(UInt8(value >> 8))
        put(UInt8(truncatingIfNeeded: value))
    }

    mutating func putEntry(_ octets: [UInt8]) {
        if octets.count < 0x80 {
            put(UInt8(octets.count))
        } else {
            put16(0x8000 | UInt16(truncatingIfNeeded: octets.count))
        }
        guard !octets.isEmpty else { return }
        let target = UnsafeMutableBufferPointer(rebasing: buffer[count..<count + octets.count])
        _ = target.update(fromContentsOf: octets)
        count += octets.count
    }
}
