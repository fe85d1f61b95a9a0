import FaxCore
import FaxWire

/// What the payloads of one RTP stream hold: events once each, T.38 packets, and the audio for its analyser.
struct AudioContent {
    // First what every packet needs.
    /// Of the type of the latest packet, at hand: a table lies far off.
    private var latestRole: (type: UInt8, role: PayloadRoles.Role)
    /// The type of the latest packets, and how many of them `typeCounts` lacks.
    private var latest: (type: UInt8, count: UInt32) = (0, 0)
    private var audio: AudioLog?
    private(set) var roles: PayloadRoles
    private var typeCounts = [UInt32](repeating: 0, count: 128)
    private var events = TelephoneEventCollector()
    private var t38 = T38RTPCollector()
    /// Payloads of the unannounced type 100: those that are Cisco's events, and others.
    private var signalPackets = 0
    private var otherPackets = 0

    init(roles: PayloadRoles, keepsAudio: Bool) {
        self.roles = roles
        latestRole = (0, roles[0])
        audio = keepsAudio ? AudioLog() : nil
    }

    mutating func announce(_ roles: PayloadRoles) {
        self.roles = roles
        latestRole = (0, roles[0])
    }

    /// The role of a packet, which of one type the payload decides.
    mutating func role(_ header: RTPHeader, _ body: RawSpan) -> PayloadRoles.Role {
        if latestRole.type != header.payloadType { latestRole = (header.payloadType, roles[header.payloadType]) }
        guard latestRole.role == .perhapsEvent else { return latestRole.role }
        if CiscoNSE.read(payloadType: header.payloadType, payload: body) != nil {
            signalPackets += 1
            return .event
        }
        otherPackets += 1
        return .media
    }

    /// Counts the payload type of a packet that cannot be read (yet).
    @inline(__always)
    mutating func count(_ header: RTPHeader) {
        if latest.type != header.payloadType {
            typeCounts[Int(latest.type & 0x7F)] &+= latest.count
            latest = (header.payloadType, 0)
        }
        latest.count &+= 1
    }

    /// The same for one more packet of the latest type, of which nothing is kept.
    @inline(__always)
    mutating func countOneMore() { latest.count &+= 1 }

    var keepsAudio: Bool { audio != nil }

    /// Takes the payload of a packet that was counted before.
    mutating func takeOpened(_ header: RTPHeader, _ body: RawSpan, time: Instant, frame: FrameRef) {
        let (counts, run) = (typeCounts, latest)
        defer { (typeCounts, latest) = (counts, run) }
        let role = role(header, body)
        if role == .redundancy, let redundancy = try? RTPRedundancy(body) {
            return take(redundancy, header, body, time: time, frame: frame)
        }
        take(role, header, body, time: time, frame: frame)
    }

    /// Takes a payload in its role.
    mutating func take(
        _ role: PayloadRoles.Role, _ header: RTPHeader, _ body: RawSpan, time: Instant, frame: FrameRef
    ) {
        count(header)
        switch role {
        case .event:
            if let event = TelephoneEvent(body) {
                events.add(event, timestamp: header.timestamp, time: time, frame: frame)
            }
            // Its number is none that was lost.
            keep(header, body, time, frame)
        case .t38:
            t38.add(header, body, time: time, frame: frame)
        case .media, .comfortNoise, .redundancy, .perhapsEvent:
            keep(header, body, time, frame)
        }
    }

    /// Takes the blocks of a redundant payload (RFC 2198); the primary one as a packet of its own.
    mutating func take(
        _ redundancy: RTPRedundancy, _ header: RTPHeader, _ body: RawSpan, time: Instant, frame: FrameRef
    ) {
        guard let primary = redundancy.blocks.last else { return }
        let older = redundancy.blocks.dropLast()
        for (index, block) in older.enumerated() {
            var earlier = header
            earlier.payloadType = block.payloadType
            earlier.sequence &-= UInt16(older.count - index)
            earlier.timestamp &-= UInt32(block.timestampOffset)
            switch roles[block.payloadType] {
            case .event:
                guard let event = TelephoneEvent(body.extracting(block.octets)) else { continue }
                events.addAgain(event, timestamp: earlier.timestamp, time: time, frame: frame)
            case .t38: t38.add(earlier, body.extracting(block.octets), time: time, frame: frame)
            case .media, .comfortNoise, .redundancy, .perhapsEvent: break
            }
        }
        var packet = header
        packet.payloadType = primary.payloadType
        take(roles[primary.payloadType], packet, body.extracting(primary.octets), time: time, frame: frame)
        guard audio != nil, roles[primary.payloadType] != .t38 else { return }
        for (index, block) in older.enumerated() where !block.octets.isEmpty {
            audio?.appendRedundant(
                distance: older.count - index, timestampOffset: Int(block.timestampOffset),
                payloadType: block.payloadType, payload: body.extracting(block.octets))
        }
    }

    private mutating func keep(_ header: RTPHeader, _ body: RawSpan, _ time: Instant, _ frame: FrameRef) {
        guard audio != nil else { return }
        let packet = AudioLog.Packet(
            sequence: header.sequence, timestamp: header.timestamp, payloadType: header.payloadType,
            marker: header.marker, frame: frame, time: time, offset: 0, length: 0)
        audio?.append(packet, payload: body)
    }

    /// Writes what was found into the stream.
    func finish(_ stream: inout MediaStream) {
        stream.codec = commonestMediaType.flatMap { roles.encoding($0) }
        stream.events = events.events
        if !t38.log.entries.isEmpty {
            stream.kind = .t38RTP
            stream.codec = "t38"
            stream.t38 = t38.finished
        }
        if var audio {
            audio.formats = roles.encodings
            let nse = CiscoNSE.payloadType
            if signalPackets > 0, otherPackets == 0, audio.formats[nse] == nil { audio.formats[nse] = "X-NSE" }
            stream.audio = audio
        }
    }

    /// The payload type that most packets have, events and comfort noise aside.
    private var commonestMediaType: UInt8? {
        var typeCounts = typeCounts
        typeCounts[Int(latest.type & 0x7F)] &+= latest.count
        var best: UInt8?
        for type in UInt8(0)..<128 where typeCounts[Int(type)] > 0 {
            switch roles[type] {
            case .media, .t38, .redundancy: break
            case .perhapsEvent where otherPackets > signalPackets: break
            case .comfortNoise, .event, .perhapsEvent: continue
            }
            if typeCounts[Int(type)] > best.map({ typeCounts[Int($0)] }) ?? 0 { best = type }
        }
        return best
    }
}
