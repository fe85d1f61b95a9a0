import FaxCore
import FaxWire

/// Frames of IAX2 (RFC 5456): what its elements say of people, keys pressed, texts, and the sound.
struct IAX2Mask {
    let names: Pseudonyms
    /// The new payload of a piece of sound.
    let audio: (ArraySlice<UInt8>) -> [UInt8]

    func masked(_ octets: [UInt8]) -> [UInt8] {
        guard let frame = try? IAX2Frame(octets.span.bytes) else { return octets.map { _ in 0 } }
        var result = octets
        switch frame {
        case .full(let frame): full(frame, octets, &result)
        case .mini(let frame): sound(frame.data, octets, &result)
        case .trunk(let frames): for frame in frames { sound(frame.data, octets, &result) }
        case .video: for index in min(6, octets.count)..<octets.count { result[index] = 0 }
        }
        return result
    }

    private func sound(_ place: Range<Int>, _ octets: [UInt8], _ result: inout [UInt8]) {
        if !names.isLearning { result.replaceSubrange(place, with: audio(octets[place])) }
    }

    private func full(_ frame: IAX2FullFrame, _ octets: [UInt8], _ result: inout [UInt8]) {
        switch frame.kind {
        case .voice: sound(frame.data, octets, &result)
        case .iax: elements(frame.data, &result)
        case .dtmfBegin, .dtmfEnd:
            // One digit for another in all of a call, as a key has two frames.
            var random = names.random("iax2 \(octets[11])", Int(frame.source))
            if MaskedText.isDigit(octets[11]), !names.isLearning {
                result[11] = UInt8.random(in: 0x30...0x39, using: &random)
            }
        case .control, .null, .comfortNoise: break
        case .video, .text, .image, .html, .modem, nil: for index in frame.data { result[index] = 0 }
        }
    }

    /// Type, length, value (§8.6).
    private func elements(_ range: Range<Int>, _ result: inout [UInt8]) {
        var place = range.lowerBound
        while range.upperBound - place >= 2 {
            let end = place + 2 + Int(result[place + 1])
            guard end <= range.upperBound else { break }
            var text = MaskedText(Array(result[place + 2..<end]), names)
            let all = 0..<text.octets.count
            switch result[place] {
            // Numbers, names, contexts, DNID, RDNIS, music.
            case 1...6, 13, 26, 28: text.identity(all)
            // Password, challenge, results, keys, call token.
            case 7, 15...17, 44, 54: text.token(all)
            case 18: text.apparentAddress()
            case 22: text.mention(all)
            case 8...12, 14, 19...21, 23...25, 27, 31, 38...43, 45...51, 55, 56: break
            default: text.zero(all)
            }
            result.replaceSubrange(place + 2..<end, with: text.octets)
            place = end
        }
        for index in place..<range.upperBound { result[index] = 0 }
    }
}

extension MaskedText {
    /// A socket address: family u16, port u16, IPv4 address (§8.6.17).
    fileprivate mutating func apparentAddress() {
        guard octets.count >= 8 else { return zero(0..<octets.count) }
        let new = names.replacement(Array(octets[4..<8]), .ipv4)
        for index in 4..<octets.count { put(octet: index < 8 ? new[index - 4] : 0, at: index) }
    }
}
