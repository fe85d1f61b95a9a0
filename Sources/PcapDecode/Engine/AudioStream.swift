import FaxCore
import FaxProtocol
import FaxWire

/// One RTP stream: one SSRC of one flow.
final class AudioStream {
    let ssrc: UInt32
    private let key: FlowKey
    private var figures: RTPStreamAccumulator
    private let firstFrame: FrameRef
    private let firstTime: Instant
    private var lastFrame: FrameRef
    private var lastTime: Instant
    private var identicalCopies = 0
    private var malformed = 0
    private var content: AudioContent

    var packets: Int { figures.packets }

    init(key: FlowKey, ssrc: UInt32, info: PacketInfo, roles: PayloadRoles, clockRate: Int?, keepsAudio: Bool) {
        self.key = key
        self.ssrc = ssrc
        figures = RTPStreamAccumulator(clockRate: clockRate)
        firstFrame = info.frame
        firstTime = info.time
        lastFrame = info.frame
        lastTime = info.time
        content = AudioContent(roles: roles, keepsAudio: keepsAudio)
    }

    func announce(_ roles: PayloadRoles) { content.announce(roles) }

    func receive(_ info: PacketInfo, _ payload: RawSpan, isCopy: Bool) {
        guard let header = RTPHeader(payload) else { return }
        if isCopy { identicalCopies += 1 }
        lastTime = info.time
        lastFrame = info.frame
        let body = payload.extracting(header.payload)
        let role = content.role(header, body)
        if role == .redundancy { return receiveRedundant(header, body, payload.byteCount, info) }
        figures.add(
            header, content: role.content, byteCount: payload.byteCount, time: info.time, frame: info.frame)
        content.take(role, header, body, time: info.time, frame: info.frame)
    }

    private func receiveRedundant(_ header: RTPHeader, _ body: RawSpan, _ byteCount: Int, _ info: PacketInfo) {
        let redundancy = try? RTPRedundancy(body)
        let primary = redundancy?.blocks.last.map { content.roles[$0.payloadType].content }
        figures.add(header, content: primary ?? .media, byteCount: byteCount, time: info.time, frame: info.frame)
        guard let redundancy else {
            malformed += 1
            return content.take(.redundancy, header, body, time: info.time, frame: info.frame)
        }
        figures.noteRedundancy(redundancy, with: header.sequence)
        content.take(redundancy, header, body, time: info.time, frame: info.frame)
    }

    /// The stream as it stands.
    func stream(isEncrypted: Bool) -> MediaStream {
        var stream = MediaStream(kind: .rtp, from: key.source, to: key.destination, frame: firstFrame, time: firstTime)
        stream.ssrc = ssrc
        stream.lastFrame = lastFrame
        stream.lastTime = lastTime
        stream.statistics = figures.statistics
        stream.statistics.malformedPackets += malformed
        stream.packets = figures.packets
        if isEncrypted { stream.kind = .srtp }
        content.finish(&stream)
        stream.takeCopies(identicalCopies)
        return stream
    }
}
