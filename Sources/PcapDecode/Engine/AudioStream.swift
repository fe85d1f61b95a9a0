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
    private var roles: PayloadRoles
    private var typeCounts = [UInt32](repeating: 0, count: 128)
    private var events = TelephoneEventCollector()
    private var t38 = T38RTPCollector()
    private var audio: AudioLog?

    var packets: Int { figures.packets }

    init(key: FlowKey, ssrc: UInt32, info: PacketInfo, roles: PayloadRoles, clockRate: Int?, keepsAudio: Bool) {
        self.key = key
        self.ssrc = ssrc
        self.roles = roles
        figures = RTPStreamAccumulator(clockRate: clockRate)
        firstFrame = info.frame
        firstTime = info.time
        lastFrame = info.frame
        lastTime = info.time
        audio = keepsAudio ? AudioLog() : nil
    }

    func announce(_ roles: PayloadRoles) { self.roles = roles }

    func receive(_ info: PacketInfo, _ payload: RawSpan, isCopy: Bool) {
        guard let header = RTPHeader(payload) else { return }
        if isCopy { identicalCopies += 1 }
        lastTime = info.time
        lastFrame = info.frame
        typeCounts[Int(header.payloadType)] &+= 1
        let role = roles[header.payloadType]
        figures.add(
            header, content: role.content, byteCount: payload.byteCount, time: info.time, frame: info.frame)
        switch role {
        case .event:
            if let event = TelephoneEvent(payload.extracting(header.payload)) {
                events.add(event, timestamp: header.timestamp, time: info.time, frame: info.frame)
            }
            // Its number is none that was lost.
            keep(header, payload, info)
        case .t38:
            t38.add(header, payload.extracting(header.payload), time: info.time, frame: info.frame)
        case .media, .comfortNoise:
            keep(header, payload, info)
        }
    }

    private func keep(_ header: RTPHeader, _ payload: RawSpan, _ info: PacketInfo) {
        guard audio != nil else { return }
        let packet = AudioLog.Packet(
            sequence: header.sequence, timestamp: header.timestamp, payloadType: header.payloadType,
            marker: header.marker, frame: info.frame, time: info.time, offset: 0, length: 0)
        audio?.append(packet, payload: payload.extracting(header.payload))
    }

    /// The stream as it stands.
    func stream(isEncrypted: Bool) -> MediaStream {
        let type = commonestMediaType
        var stream = MediaStream(kind: .rtp, from: key.source, to: key.destination, frame: firstFrame, time: firstTime)
        stream.ssrc = ssrc
        stream.lastFrame = lastFrame
        stream.lastTime = lastTime
        stream.statistics = figures.statistics
        stream.packets = figures.packets
        stream.codec = type.flatMap { roles.encoding($0) }
        stream.events = events.events
        if isEncrypted { stream.kind = .srtp }
        if !t38.log.entries.isEmpty {
            stream.kind = .t38RTP
            stream.codec = "t38"
            stream.t38 = t38.finished
        }
        if var audio {
            audio.formats = roles.encodings
            stream.audio = audio
        }
        stream.takeCopies(identicalCopies)
        return stream
    }

    /// The payload type that most packets have, events and comfort noise aside.
    private var commonestMediaType: UInt8? {
        var best: UInt8?
        for type in UInt8(0)..<128 where typeCounts[Int(type)] > 0 {
            guard roles[type] == .media || roles[type] == .t38 else { continue }
            if typeCounts[Int(type)] > best.map({ typeCounts[Int($0)] }) ?? 0 { best = type }
        }
        return best
    }
}

/// What each payload type of a stream carries: from the SDP, else from the static table (RFC 3551 §6).
struct PayloadRoles {
    enum Role {
        case media, comfortNoise, event, t38

        var content: RTPStreamAccumulator.Content {
            switch self {
            case .media, .t38: .media
            case .comfortNoise: .comfortNoise
            case .event: .event
            }
        }
    }

    private var roles = [Role](repeating: .media, count: 128)
    private var formats: [UInt8: PayloadFormat] = [:]

    init(announced: [NegotiatedMedia] = []) {
        roles[13] = .comfortNoise
        roles[19] = .comfortNoise
        for media in announced {
            for (type, format) in media.codecs where type < 128 {
                formats[type] = format
                roles[Int(type)] = Self.role(format)
            }
        }
    }

    private static func role(_ format: PayloadFormat) -> Role {
        switch format.encoding.lowercased() {
        case "telephone-event": .event
        case "cn": .comfortNoise
        case "t38": .t38
        default: .media
        }
    }

    subscript(_ type: UInt8) -> Role { roles[Int(type & 0x7F)] }

    func encoding(_ type: UInt8) -> String? {
        formats[type]?.encoding ?? PayloadFormat.assigned(type)?.encoding
    }

    func clockRate(_ type: UInt8) -> Int? {
        formats[type]?.clockRate ?? PayloadFormat.assigned(type)?.clockRate
    }

    var encodings: [UInt8: String] {
        var all: [UInt8: String] = [:]
        for type in UInt8(0)..<128 { all[type] = encoding(type) }
        return all
    }
}

/// T.38 in RTP payloads (RFC 4612): one IFP packet each; nothing is repaired here, order is restored by number.
struct T38RTPCollector {
    private(set) var log = T38Log()
    private var highest: Int?

    mutating func add(_ header: RTPHeader, _ payload: RawSpan, time: Instant, frame: FrameRef) {
        let sequence: Int
        if let highest {
            sequence = highest + Int(Int16(bitPattern: header.sequence &- UInt16(truncatingIfNeeded: highest)))
            guard sequence > highest else { return }
        } else {
            sequence = Int(header.sequence)
        }
        highest = sequence
        log.append(sequence: sequence, frame: frame, time: time, origin: .stream, span: payload)
    }

    var finished: T38Log {
        var log = log
        log.decideForm()
        return log
    }
}
