import FaxCore
import FaxProtocol
import FaxWire

/// The media that one party of an IAX2 call sends.
struct IAX2Stream {
    private let key: FlowKey
    private let firstFrame: FrameRef
    private let firstTime: Instant
    private var lastFrame: FrameRef
    private var lastTime: Instant
    private var order = IAX2FrameOrder<Kept>(lookAhead: Self.lookAhead)
    private var figures = RTPStreamAccumulator(clockRate: 8_000)
    private var audio: AudioLog?
    private var events: [TelephoneEventRecord] = []
    private var comfortNoise = 0
    /// Formats by their bit, with how many frames each had; what came before the first is of one that is not known.
    private var counts = [Int](repeating: 0, count: 64)
    private var current: Int?
    private var firstKnown: Int?
    private var unknownFrames = 0
    private var isEncrypted = false

    /// A frame whose place the next ones decide.
    private struct Kept: Sendable {
        var type: UInt8
        var octets: [UInt8]
        var byteCount: Int
        var arrival: Instant
        var frame: FrameRef
    }

    /// Frames that decide at most.
    private static let lookAhead = 12

    /// Formats' bits as payload types, above those that RFC 3551 assigns; the last stands for "not known".
    private static let firstType = 64
    private static let unknownType: UInt8 = 127
    private static let eventLimit = 10_000
    /// Of a frame whose format does not tell its samples: 20 ms.
    private static let usualSamples = 160

    init(key: FlowKey, info: PacketInfo, keepsAudio: Bool) {
        self.key = key
        firstFrame = info.frame
        firstTime = info.time
        lastFrame = info.frame
        lastTime = info.time
        audio = keepsAudio ? AudioLog() : nil
    }

    /// A full voice frame: it tells the format of the mini frames that follow.
    mutating func takeVoice(_ frame: IAX2FullFrame, _ info: PacketInfo, _ payload: RawSpan) {
        order.set(frame.timestamp)
        current = frame.subclass == 0 ? nil : min(frame.subclass.trailingZeroBitCount, 62)
        if firstKnown == nil { firstKnown = current }
        take(Int(frame.timestamp), info, payload.extracting(frame.data), byteCount: payload.byteCount)
    }

    mutating func takeMini(_ frame: IAX2MiniFrame, _ info: PacketInfo, _ payload: RawSpan) {
        let time = order.extended(frame.timestamp)
        take(time, info, payload.extracting(frame.data), byteCount: payload.byteCount)
    }

    /// The time of any full frame leads mini frames over the wraps of their 16 bits.
    mutating func takeTime(_ frame: IAX2FullFrame) { order.set(frame.timestamp) }

    mutating func takeComfortNoise(_ info: PacketInfo) {
        touch(info)
        comfortNoise += 1
    }

    /// What cannot be read is counted.
    mutating func takeEncrypted(_ info: PacketInfo) {
        touch(info)
        isEncrypted = true
        unknownFrames += 1
    }

    mutating func takeDigit(_ digit: UInt8, _ info: PacketInfo) {
        touch(info)
        guard let code = Self.eventCode(digit), events.count < Self.eventLimit else { return }
        events.append(
            TelephoneEventRecord(
                time: info.time, frame: info.frame, code: code, name: TelephoneEvent.name(code), duration: .zero,
                volumeDBm0: 0))
    }

    private static func eventCode(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "*"): 10
        case UInt8(ascii: "#"): 11
        case UInt8(ascii: "A")...UInt8(ascii: "D"): 12 + digit - UInt8(ascii: "A")
        default: nil
        }
    }

    private mutating func touch(_ info: PacketInfo) {
        lastFrame = max(lastFrame, info.frame)
        lastTime = max(lastTime, info.time)
    }

    private mutating func take(_ time: Int, _ info: PacketInfo, _ data: RawSpan, byteCount: Int) {
        touch(info)
        if let current { counts[current] += 1 } else { unknownFrames += 1 }
        let encoding = (current ?? firstKnown).flatMap { IAX2Format.encoding(1 << UInt64($0)) }
        let samples = IAX2Format.samples(octets: data.byteCount, encoding) ?? Self.usualSamples
        guard samples > 0 else { return }
        let type = current.map { UInt8(Self.firstType + $0) } ?? Self.unknownType
        if let place = order.placeAtOnce(time, samples: samples) {
            return put(place, type, data, byteCount, info.time, info.frame)
        }
        order.wait(
            time, samples: samples,
            Kept(type: type, octets: data.copied(), byteCount: byteCount, arrival: info.time, frame: info.frame))
        settle(atEnd: false)
    }

    private mutating func settle(atEnd: Bool) {
        for placed in order.settled(atEnd: atEnd) {
            let kept = placed.content
            put(placed.place, kept.type, kept.octets.span.bytes, kept.byteCount, kept.arrival, kept.frame)
        }
    }

    private mutating func put(
        _ place: IAX2Clock.Place, _ type: UInt8, _ data: RawSpan, _ byteCount: Int, _ time: Instant, _ frame: FrameRef
    ) {
        let header = RTPHeader(
            marker: place.marker, payloadType: type, sequence: place.sequence, timestamp: place.timestamp, ssrc: 0)
        figures.add(header, content: .media, byteCount: byteCount, time: time, frame: frame)
        audio?.append(
            AudioLog.Packet(
                sequence: place.sequence, timestamp: place.timestamp, payloadType: type, marker: place.marker,
                frame: frame, time: time, offset: 0, length: 0), payload: data)
    }

    /// The stream as it stands; `agreed`: the format that the call's set-up told, if any.
    func stream(agreed: UInt64?) -> MediaStream {
        var settled = self
        settled.settle(atEnd: true)
        return settled.finished(agreed: agreed)
    }

    private func finished(agreed: UInt64?) -> MediaStream {
        var stream = MediaStream(kind: .iax2, from: key.source, to: key.destination, frame: firstFrame, time: firstTime)
        stream.lastFrame = lastFrame
        stream.lastTime = lastTime
        stream.packets = figures.packets + comfortNoise
        stream.statistics = figures.statistics
        stream.statistics.comfortNoise = comfortNoise
        stream.events = events
        let commonest = counts.indices.max { (counts[$0], $1) < (counts[$1], $0) }.flatMap { counts[$0] > 0 ? $0 : nil }
        let told = agreed.flatMap { $0.nonzeroBitCount == 1 ? IAX2Format.encoding($0) : nil }
        stream.codec = commonest.map { IAX2Format.encoding(1 << UInt64($0)) } ?? told
        if isEncrypted {
            stream.packets += unknownFrames
            stream.quirks.append(StreamQuirk(name: "iax2-encrypted", count: unknownFrames, frame: firstFrame))
            return stream
        }
        guard var audio else { return stream }
        for bit in counts.indices.dropLast() {
            audio.formats[UInt8(Self.firstType + bit)] = IAX2Format.encoding(1 << bit)
        }
        // Before the first voice frame that says so, the format was most likely the one that it says.
        audio.formats[Self.unknownType] = firstKnown.map { IAX2Format.encoding(1 << UInt64($0)) } ?? told
        stream.audio = audio.packets.isEmpty ? nil : audio
        return stream
    }
}
