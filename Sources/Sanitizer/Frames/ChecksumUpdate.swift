/// Checksums after a change (RFC 1624): each moves by what its octets moved, so that right ones stay right and wrong ones
/// wrong, also where the capture holds only a part of what they cover.
extension CaptureImage {
    mutating func update(_ place: ChecksumPlace) {
        let octets = frames[place.frame].octets
        guard place.field + 2 <= octets.count else { return }
        let old = UInt16(octets[place.field]) << 8 | UInt16(octets[place.field + 1])
        if place.isUDP, old == 0 { return }
        var sum = UInt64(~old)
        // Pieces of a payload may begin at any octet of it: its parity goes on from piece to piece.
        var isOdd = false
        for piece in place.covered {
            let frame = frames[piece.frame]
            for index in piece.range {
                let (before, after) = (frame.original[index], frame.octets[index])
                if before != after {
                    sum += UInt64(isOdd ? UInt16(after) : UInt16(after) << 8)
                    sum += UInt64(~(isOdd ? UInt16(before) : UInt16(before) << 8))
                }
                isOdd.toggle()
            }
        }
        while sum >> 16 != 0 { sum = (sum & 0xFFFF) + (sum >> 16) }
        var new = ~UInt16(truncatingIfNeeded: sum)
        if place.isUDP, new == 0 { new = 0xFFFF }
        frames[place.frame].octets[place.field] = UInt8(new >> 8)
        frames[place.frame].octets[place.field + 1] = UInt8(new & 0xFF)
    }
}
