import FaxCore
import FaxProtocol
import FaxWire

/// One RTP stream: one SSRC of one flow.
final class AudioStream {
    // First what every packet needs: it is brought near before (`Near`).
    let ssrc: UInt32
    /// The first two octets of a packet that goes on as the last one did: no marker, no list, extension or padding, of
    /// the same type, and that one media of which nothing is kept.
    private var usualHead = AudioStream.none
    /// The receiver announced SRTP: the packets are kept as they are until the keys are known.
    private var isSealed = false
    private var lastFrame: FrameRef
    private var lastTime: Instant
    private var figures: RTPStreamAccumulator
    private var content: AudioContent
    private var identicalCopies = 0
    private var malformed = 0
    /// Packets that the capture did not keep whole.
    private var cut = 0
    private let key: FlowKey
    private let firstFrame: FrameRef
    private let firstTime: Instant
    private var sealed: SealedAudio?

    /// No two octets.
    private static let none = UInt32.max

    var packets: Int { figures.packets }

    init(key: FlowKey, ssrc: UInt32, packet: MediaPacket, roles: PayloadRoles, clockRate: Int?, keepsAudio: Bool) {
        self.key = key
        self.ssrc = ssrc
        figures = RTPStreamAccumulator(clockRate: clockRate)
        firstFrame = packet.frame
        firstTime = packet.time
        lastFrame = packet.frame
        lastTime = packet.time
        content = AudioContent(roles: roles, keepsAudio: keepsAudio)
        sealed = keepsAudio ? SealedAudio() : nil
    }

    func announce(_ roles: PayloadRoles) {
        usualHead = Self.none
        content.announce(roles)
    }

    /// From here on the packets are SRTP's; what came before is told by its headers only.
    func seal() {
        guard !isSealed else { return }
        isSealed = true
        usualHead = Self.none
        content = AudioContent(roles: content.roles, keepsAudio: sealed != nil)
    }

    /// The way of nearly every packet: takes one that is the next, of this stream and as the last one was.
    /// - Returns: `false`: it is not, and nothing was done.
    @inline(__always)
    func goesOn(_ packet: MediaPacket, _ payload: RawSpan) -> Bool {
        guard payload.byteCount >= RTPHeader.fixedLength, UInt32(payload.be16(0)) == usualHead, payload.be32(8) == ssrc,
            !packet.isTruncated,
            figures.goesOn(
                payload.be16(2), timestamp: payload.be32(4), byteCount: payload.byteCount, time: packet.time,
                frame: packet.frame)
        else { return false }
        content.countOneMore()
        lastTime = packet.time
        lastFrame = packet.frame
        return true
    }

    func receive(_ packet: MediaPacket, _ payload: RawSpan, isCopy: Bool) {
        usualHead = Self.none
        guard let header = RTPHeader(payload) else { return }
        if isCopy { identicalCopies += 1 }
        if packet.isTruncated { cut += 1 }
        lastTime = packet.time
        lastFrame = packet.frame
        if isSealed { return receiveSealed(header, payload, packet) }
        let body = payload.extracting(header.payload)
        let role = content.role(header, body)
        if role == .redundancy { return receiveRedundant(header, body, payload.byteCount, packet) }
        figures.add(
            header, content: role.content, byteCount: payload.byteCount, time: packet.time, frame: packet.frame)
        content.take(role, header, body, time: packet.time, frame: packet.frame)
        if role == .media, !content.keepsAudio, header.isUsual { usualHead = UInt32(payload.be16(0)) }
    }

    private func receiveSealed(_ header: RTPHeader, _ payload: RawSpan, _ packet: MediaPacket) {
        let role = content.roles[header.payloadType]
        figures.add(header, content: role.content, byteCount: payload.byteCount, time: packet.time, frame: packet.frame)
        content.count(header)
        sealed?.append(payload, time: packet.time, frame: packet.frame)
    }

    private func receiveRedundant(_ header: RTPHeader, _ body: RawSpan, _ byteCount: Int, _ packet: MediaPacket) {
        let redundancy = try? RTPRedundancy(body)
        let primary = redundancy?.blocks.last.map { content.roles[$0.payloadType].content }
        figures.add(header, content: primary ?? .media, byteCount: byteCount, time: packet.time, frame: packet.frame)
        guard let redundancy else {
            malformed += 1
            return content.take(.redundancy, header, body, time: packet.time, frame: packet.frame)
        }
        figures.noteRedundancy(redundancy, with: header.sequence)
        content.take(redundancy, header, body, time: packet.time, frame: packet.frame)
    }

    /// The stream as it stands; `security`: of its sender.
    func stream(_ security: MediaSecurity) -> MediaStream {
        var stream = MediaStream(kind: .rtp, from: key.source, to: key.destination, frame: firstFrame, time: firstTime)
        stream.ssrc = ssrc
        stream.lastFrame = lastFrame
        stream.lastTime = lastTime
        stream.statistics = figures.statistics
        stream.statistics.malformedPackets += malformed
        stream.statistics.cutPackets = cut
        stream.packets = figures.packets
        if isSealed {
            unseal(&stream, security)
        } else {
            content.finish(&stream)
        }
        stream.takeCopies(identicalCopies)
        return stream
    }

    private func unseal(_ stream: inout MediaStream, _ security: MediaSecurity) {
        var content = content
        func take(_ packet: RawSpan, _ time: Instant, _ frame: FrameRef) {
            guard let header = RTPHeader(packet) else { return }
            content.takeOpened(header, packet.extracting(header.payload), time: time, frame: frame)
        }
        if security.isProtected == false {
            sealed?.replay(take)
            return content.finish(&stream)
        }
        stream.kind = .srtp
        stream.crypto = security.attributes
        let opening = security.keys.isEmpty ? nil : sealed?.open(security.keys, take)
        content.finish(&stream)
        // What nobody could read is no silence.
        if (opening?.opened ?? 0) == 0 { stream.audio = nil }
        if let opening, let frame = opening.firstRefused {
            stream.statistics.unauthenticatedPackets = opening.refused
            stream.quirks.append(StreamQuirk(name: "srtp-not-authenticated", count: opening.refused, frame: frame))
        }
        if security.keys.isEmpty {
            for name in security.unsupported {
                stream.quirks.append(
                    StreamQuirk(name: "srtp-unsupported-\(name)", count: stream.packets, frame: firstFrame))
            }
        }
    }
}

extension RTPHeader {
    /// Its first two octets hold nothing but version and type.
    fileprivate var isUsual: Bool {
        !marker && csrcCount == 0 && extensionProfile == nil && paddingLength == 0 && !hasBadPadding
    }
}
