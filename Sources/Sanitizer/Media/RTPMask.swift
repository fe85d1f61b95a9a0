import FaxCore
import FaxWire
import PcapDecode

/// RTP and RTCP packets: headers, times and losses stay, content goes.
struct RTPMask {
    let names: Pseudonyms
    /// Encodings by payload type, as signalling and content told them.
    var formats: [UInt8: String] = [:]
    private(set) var events = 0
    private let noise: NoisePayload

    init(_ names: Pseudonyms) {
        self.names = names
        noise = NoisePayload(names: names)
    }

    /// `audio` gives the new payload of a block of audio, by the timestamp of its first sample; `nil` is noise.
    mutating func masked(_ octets: [UInt8], audio: (UInt32, ArraySlice<UInt8>) -> [UInt8]?) -> [UInt8] {
        guard let header = RTPHeader(octets.span.bytes) else { return octets.map { _ in 0 } }
        var result = withoutContent(octets)
        let new = block(octets[header.payload], header.payloadType, header.timestamp, header.ssrc, audio)
        result.replaceSubrange(header.payload, with: new)
        return result
    }

    /// Header and lengths of the packet.
    func withoutContent(_ octets: [UInt8]) -> [UInt8] {
        guard let header = RTPHeader(octets.span.bytes) else { return octets.map { _ in 0 } }
        var result = octets
        let fixed = RTPHeader.fixedLength + 4 * Int(header.csrcCount)
        // Of an extension its kind and length.
        for index in min(fixed + 4, header.payload.lowerBound)..<octets.count { result[index] = 0 }
        for index in header.payload { result[index] = 0 }
        // The last octet of padding counts it.
        if header.paddingLength > 0, let last = octets.last { result[octets.count - 1] = last }
        return result
    }

    private mutating func block(
        _ octets: ArraySlice<UInt8>, _ type: UInt8, _ timestamp: UInt32, _ ssrc: UInt32,
        _ audio: (UInt32, ArraySlice<UInt8>) -> [UInt8]?
    ) -> [UInt8] {
        let encoding = formats[type] ?? PayloadFormat.assigned(type)?.encoding ?? ""
        switch encoding.lowercased() {
        case "telephone-event": return event(octets, timestamp, ssrc)
        // Cisco's signals of modems and fax name nobody.
        case "x-nse" where octets.count <= 8: return Array(octets)
        case "red": return redundant(octets, timestamp, ssrc, audio)
        default: return audio(timestamp, octets) ?? noise.payload(for: octets, encoding: encoding)
        }
    }

    /// RFC 4733 §2.3: one digit for all packets of an event; signals that are no digits stay.
    private mutating func event(_ octets: ArraySlice<UInt8>, _ timestamp: UInt32, _ ssrc: UInt32) -> [UInt8] {
        var result = Array(octets)
        for start in stride(from: 0, to: result.count - 3, by: 4) where result[start] <= 9 {
            events += 1
            var random = names.random("event", Int(ssrc) << 32 | Int(timestamp))
            result[start] = UInt8.random(in: 0...9, using: &random)
        }
        for index in result.count & ~3..<result.count { result[index] = 0 }
        return result
    }

    private mutating func redundant(
        _ octets: ArraySlice<UInt8>, _ timestamp: UInt32, _ ssrc: UInt32,
        _ audio: (UInt32, ArraySlice<UInt8>) -> [UInt8]?
    ) -> [UInt8] {
        var result = Array(octets)
        guard let blocks = try? RTPRedundancy(result.span.bytes).blocks else { return result.map { _ in 0 } }
        for place in blocks {
            let new = block(
                result[place.octets], place.payloadType, timestamp &- UInt32(place.timestampOffset), ssrc, audio)
            result.replaceSubrange(place.octets, with: new)
        }
        return result
    }

    // MARK: RTCP

    /// RFC 3550 §6: reports stay; names, reasons and what applications say go.
    func maskedReports(_ octets: [UInt8], isSealed: Bool = false) -> [UInt8] {
        guard !isSealed else { return octets.enumerated().map { $0.offset < 8 ? $0.element : 0 } }
        var result = octets
        var start = 0
        while octets.count - start >= 4 {
            let length = 4 * (Int(octets[start + 2]) << 8 | Int(octets[start + 3])) + 4
            let end = min(start + length, octets.count)
            switch octets[start + 1] {
            case 200, 201, 205, 207: break
            case 202: names(of: octets, start + 4..<end, &result)
            case 203:
                for index in min(start + 4 + 4 * Int(octets[start] & 31), end)..<end { result[index] = 0 }
            default: for index in min(start + 8, end)..<end { result[index] = 0 }
            }
            start = end
        }
        for index in start..<octets.count { result[index] = 0 }
        return result
    }

    /// Chunks of SSRC and items: kind u8, length u8, text (RFC 3550 §6.5).
    private func names(of octets: [UInt8], _ range: Range<Int>, _ result: inout [UInt8]) {
        var index = range.lowerBound
        while range.upperBound - index >= 6 {
            index += 4
            while index < range.upperBound, octets[index] != 0 {
                guard index + 1 < range.upperBound else { return }
                let end = min(index + 2 + Int(octets[index + 1]), range.upperBound)
                var text = MaskedText(Array(octets[min(index + 2, end)..<end]), names)
                text.callID(0..<text.octets.count)
                result.replaceSubrange(min(index + 2, end)..<end, with: text.octets)
                index = end
            }
            index = range.lowerBound + ((index - range.lowerBound) | 3) + 1
        }
    }
}
