import FaxCore
import FaxWire

// The audio line (RFC 3264 §5.1, §6.1; RFC 3551).
extension MediaSession {
    /// Our line: all codecs in an offer, the common ones in an answer, in the order of the offer.
    func audioLine(offered: MediaDescription?, isOpen: Bool) -> MediaDescription {
        guard let audio = capabilities.audio else {
            return MediaDescription(kind: "audio", port: 0, transport: "RTP/AVP", formats: ["0"])
        }
        let codecs = offered.map { commonCodecs(with: $0) } ?? audio.codecs.map { (codec: $0, type: $0.payloadType) }
        let event = offered.map { telephoneEvent(of: $0) } ?? audio.telephoneEvent
        var line = MediaDescription(
            kind: "audio", port: isOpen ? audio.port : 0, transport: "RTP/AVP", formats: codecs.map { "\($0.type)" })
        guard isOpen else { return line }
        for codec in codecs {
            line.attributes.append(SDPAttribute("rtpmap", "\(codec.type) \(codec.codec.rawValue)/8000"))
        }
        if let event {
            line.formats.append("\(event)")
            line.attributes.append(SDPAttribute("rtpmap", "\(event) telephone-event/8000"))
            line.attributes.append(SDPAttribute("fmtp", "\(event) 0-15,32-35"))
        }
        if audio.silenceSuppressionOff { line.attributes.append(SDPAttribute("silenceSupp", "off - - - -")) }
        line.attributes.append(SDPAttribute("ptime", "\(audio.packetTimeMs)"))
        return line
    }

    /// Codecs that the other side's line and we have in common, with its payload types, in its order.
    private func commonCodecs(with line: MediaDescription) -> [(codec: AudioCapabilities.Codec, type: UInt8)] {
        let ours = capabilities.audio?.codecs ?? []
        return line.payloadFormats.compactMap { type, format in
            guard let codec = AudioCapabilities.Codec(rawValue: format.encoding.uppercased()), ours.contains(codec),
                format.clockRate == 8_000
            else { return nil }
            return (codec, type)
        }
    }

    func commonCodec(with line: MediaDescription) -> (codec: AudioCapabilities.Codec, type: UInt8)? {
        commonCodecs(with: line).first
    }

    private func telephoneEvent(of line: MediaDescription) -> UInt8? {
        guard capabilities.audio?.telephoneEvent != nil else { return nil }
        return line.payloadFormats.first { $0.format.encoding.lowercased() == "telephone-event" }?.type
    }

    func answerAudio(
        _ line: MediaDescription, _ offer: SessionDescription, _ agreed: inout AgreedMedia
    ) -> MediaDescription {
        agreed.audio = agreedAudio(line, offer)
        var answer = audioLine(offered: line, isOpen: true)
        let direction = offer.direction(of: line).mirrored
        if direction != .sendrecv { answer.attributes.append(SDPAttribute(direction.rawValue)) }
        return answer
    }

    /// What their line means for what we send.
    func agreedAudio(_ line: MediaDescription, _ description: SessionDescription) -> AgreedAudio? {
        guard let common = commonCodec(with: line) else { return nil }
        let remote = description.endpoint(of: line)
        let wanted = line.packetTimeMs.map { Int($0.rounded()) } ?? capabilities.audio?.packetTimeMs ?? 20
        return AgreedAudio(
            remote: remote?.address.isUnspecified == true ? nil : remote, codec: common.codec,
            payloadType: common.type, packetTimeMs: min(max(wanted, 10), 100),
            telephoneEvent: telephoneEvent(of: line), direction: description.direction(of: line).mirrored)
    }
}
