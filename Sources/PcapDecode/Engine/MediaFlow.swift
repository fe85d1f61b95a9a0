import FaxCore
import FaxProtocol
import FaxWire

/// The media of one one-way flow: RTP streams by SSRC and T.38 side by side, told apart packet by packet, so that
/// leftovers of the one never disturb the other.
final class MediaFlow {
    // First what every packet needs: it is brought near before (`Near`).
    /// The audio stream of the last packet and `t38`, without counting references.
    private var current: Unmanaged<AudioStream>?
    private var t38Reference: Unmanaged<T38DatagramStream>?
    private(set) var lastTime: Instant
    private(set) var lastFrame: FrameRef
    private var t38: T38DatagramStream?
    private let t38Limit: Int
    let key: FlowKey
    private let options: CaptureDecoder.Options
    /// Calls that claim this flow (two legs with direct media share one).
    private(set) var calls: [OpenCall] = []
    /// What the receiving party announced for this flow: payload types, T.38.
    private(set) var announced: [NegotiatedMedia] = []
    private var audio: [AudioStream] = []
    private(set) var firstTime: Instant
    private(set) var firstFrame: FrameRef
    private(set) var foreign = 0
    private var captureCopies = 0
    /// RTCP on the port of the media (RFC 5761).
    private(set) var rtcp = ReceptionReports()
    /// The call it belonged to has ended: what still comes on it is not a new call.
    private(set) var isSpent = false

    static let streamLimit = 64
    /// Of dynamic payload types that nothing names: telephone audio.
    static let usualClockRate = 8_000

    init(key: FlowKey, options: CaptureDecoder.Options, time: Instant, frame: FrameRef) {
        self.key = key
        self.options = options
        t38Limit = options.limits.t38OctetsPerCall
        firstTime = time
        firstFrame = frame
        lastTime = time
        lastFrame = frame
    }

    // MARK: Packets

    /// Of the stream that the next packet most likely belongs to, and whether that reads more than the first octets.
    @inline(__always)
    var streamPlace: (place: UnsafeRawPointer, readsAll: Bool)? {
        if let current { return (UnsafeRawPointer(current.toOpaque()), false) }
        return t38Reference.map { (UnsafeRawPointer($0.toOpaque()), true) }
    }

    /// The same for what a stream of T.38 has besides.
    @inline(__always)
    var logPlaces: T38DatagramStream.LogPlaces? {
        current == nil ? t38Reference?._withUnsafeGuaranteedRef { $0.logPlaces } : nil
    }

    func receive(_ packet: MediaPacket, _ payload: RawSpan, isCopy: Bool) {
        lastTime = packet.time
        lastFrame = packet.frame
        if !isCopy, current?._withUnsafeGuaranteedRef({ $0.goesOn(packet, payload) }) == true { return }
        guard payload.byteCount > 0 else { return }
        if payload.octet(0) >> 6 == 2 {
            receiveVersion2(packet, payload, isCopy: isCopy)
        } else {
            receiveOther(packet, payload, isCopy: isCopy)
        }
    }

    /// First octet 0x80–0xBF: RTP or RTCP, or UDPTL with such a sequence number.
    private func receiveVersion2(_ packet: MediaPacket, _ payload: RawSpan, isCopy: Bool) {
        if payload.byteCount >= 12, let current, !RTCPPacket.looksLike(payload) {
            let ssrc = payload.be32(8)
            let isTaken = current._withUnsafeGuaranteedRef { stream in
                guard stream.ssrc == ssrc else { return false }
                stream.receive(packet, payload, isCopy: isCopy)
                return true
            }
            if isTaken { return }
        }
        if let t38, t38.isNear(payload), UDPTLPacket.looksLikeLax(payload) {
            t38.receive(packet, payload, isCopy: isCopy, limit: t38Limit)
            return
        }
        if RTCPPacket.looksLike(payload) {
            rtcp.add(RTCPPacket.read(payload).value, time: packet.time, frame: packet.frame)
            return
        }
        if RTPHeader.looksLike(payload) {
            audioStream(payload, packet)?.receive(packet, payload, isCopy: isCopy)
            return
        }
        receiveOther(packet, payload, isCopy: isCopy)
    }

    private func receiveOther(_ packet: MediaPacket, _ payload: RawSpan, isCopy: Bool) {
        let limit = t38Limit
        if let t38Reference {
            t38Reference._withUnsafeGuaranteedRef { $0.receive(packet, payload, isCopy: isCopy, limit: limit) }
        } else if UDPTLPacket.looksLikeLax(payload) {
            let stream = T38DatagramStream(key: key, packet: packet)
            t38 = stream
            t38Reference = Unmanaged.passUnretained(stream)
            stream.receive(packet, payload, isCopy: isCopy, limit: limit)
        } else {
            foreign += 1
        }
    }

    private func audioStream(_ payload: RawSpan, _ packet: MediaPacket) -> AudioStream? {
        let ssrc = payload.be32(8)
        if let known = audio.first(where: { $0.ssrc == ssrc }) {
            current = Unmanaged.passUnretained(known)
            return known
        }
        guard audio.count < Self.streamLimit else {
            foreign += 1
            return nil
        }
        let roles = PayloadRoles(announced: announced)
        let stream = AudioStream(
            key: key, ssrc: ssrc, packet: packet, roles: roles,
            clockRate: roles.clockRate(payload.octet(1) & 0x7F) ?? Self.usualClockRate, keepsAudio: options.keepsAudio)
        if isSecured { stream.seal() }
        audio.append(stream)
        current = Unmanaged.passUnretained(stream)
        return stream
    }

    /// True when there is something that deserves an entry of its own without signalling.
    var isMedia: Bool { t38 != nil || audio.contains { $0.packets >= 3 } }

    // MARK: Calls

    func bind(to call: OpenCall, announced media: NegotiatedMedia?) {
        isSpent = false
        if !calls.contains(where: { $0 === call }) { calls.append(call) }
        guard let media, !announced.contains(where: { $0.frame == media.frame && $0.kind == media.kind }) else {
            return
        }
        announced.append(media)
        let roles = PayloadRoles(announced: announced)
        for stream in audio {
            stream.announce(roles)
            if isSecured { stream.seal() }
        }
    }

    /// The receiver announced SRTP.
    private var isSecured: Bool { announced.contains { $0.isSecured } }

    func countCaptureCopy() { captureCopies += 1 }

    func unbind(from call: OpenCall) {
        calls.removeAll { $0 === call }
        guard calls.isEmpty else { return }
        audio = []
        current = nil
        t38 = nil
        t38Reference = nil
        rtcp = ReceptionReports()
        foreign = 0
        announced = []
        isSpent = true
    }

    /// The streams as they stand, in order of their first packets; `sent`: what their sender's SDPs said.
    func streams(sent: @autoclosure () -> [NegotiatedMedia]) -> [MediaStream] {
        let security = isSecured ? MediaSecurity(sent()) : MediaSecurity()
        var streams = audio.map { $0.stream(security) }
        if let t38 { streams.append(t38.stream(announced: announced, foreign: foreign)) }
        streams.sort { $0.firstFrame < $1.firstFrame }
        if !streams.isEmpty { streams[0].statistics.captureDuplicates += captureCopies }
        return streams
    }
}
