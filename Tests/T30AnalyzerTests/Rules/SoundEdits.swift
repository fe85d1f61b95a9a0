import FaxCore
import FaxDSP
import FaxWire
import PcapDecode
import Simulator
import TestSupport

/// Changes what can be heard in a capture of G.711 (μ-law).
extension CaptureEditor {
    /// The samples of a party's packets between two times, all at once; as many must come back.
    mutating func editSound(
        of sender: Party, after start: Instant? = nil, before end: Instant? = nil, _ change: ([Int16]) -> [Int16]
    ) {
        let packets = media(.rtp, from: sender, after: start, before: end).filter { $0.payload[1] & 0x7F == 0 }
        let samples = packets.flatMap { G711.muLaw.samples($0.payload[12...]) }
        let changed = change(samples)
        guard changed.count == samples.count else { return complain("\(changed.count) samples for \(samples.count)") }
        var place = 0
        for packet in packets {
            let count = packet.payload.count - 12
            let octets = G711.muLaw.octets(changed[place..<place + count])
            records[packet.place].frame.setPayload(Array(packet.payload[..<12]) + octets)
            place += count
        }
    }

    /// Packets between two times are not sent; the numbers go on without a hole, the timestamps do not, and the first
    /// packet after it is marked (RFC 3551 §4.1).
    mutating func suppressSilence(of sender: Party, from start: Instant, to end: Instant) {
        let silent = media(.rtp, from: sender, after: start, before: end)
        let step = UInt16(truncatingIfNeeded: silent.count)
        var isFirst = true
        editMedia(.rtp, from: sender, after: end - .nanoseconds(1)) { payload, _ in
            let number = (UInt16(payload[2]) << 8 | UInt16(payload[3])) &- step
            (payload[2], payload[3]) = (UInt8(number >> 8), UInt8(number & 0xFF))
            if isFirst { payload[1] |= 0x80 }
            isFirst = false
        }
        dropMedia(.rtp, from: sender, after: start, before: end)
    }
}

/// T.30 frames as the bits of V.21 channel 2 (ISO/IEC 13239: flags, zero insertion, check sequence).
enum HDLCBits {
    static func turn(_ frames: [[UInt8]], preambleFlags: Int = 38) -> [Int16] {
        let bits = FSKMaker.flags(preambleFlags) + frames.flatMap { framed($0) + FSKMaker.flags(2) }
        return FSKMaker.v21(channel: 2).samples(bits)
    }

    private static func framed(_ octets: [UInt8]) -> [Bool] {
        let check = ~octets.reduce(UInt16(0xFFFF)) { sum, octet in
            (0..<8).reduce(sum ^ UInt16(octet)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x8408 : value >> 1 }
        }
        var bits: [Bool] = []
        var ones = 0
        for octet in octets + [UInt8(check & 0xFF), UInt8(check >> 8)] {
            for place in 0..<8 {
                let bit = octet >> UInt8(place) & 1 == 1
                bits.append(bit)
                ones = bit ? ones + 1 : 0
                if ones == 5 {
                    bits.append(false)
                    ones = 0
                }
            }
        }
        return bits
    }
}
