import FaxCore
import PcapDecode
import T30Analyzer

/// What tells one call of a capture from the others, small enough to keep of every call.
struct CallCard: Sendable {
    /// One stream of the call: its flow, and the time in which the flow was its.
    struct Stream: Sendable {
        var kind: MediaStream.Kind
        var codec: String?
        var from: Endpoint
        var to: Endpoint
        var ssrc: UInt32?
        var direction: Party?
        var firstTime: Instant
        var lastTime: Instant
        var packets: Int
    }

    var id: Int
    var callIDs: [String]
    var caller: String?
    var callee: String?
    var firstTime: Instant
    var lastTime: Instant
    var streams: [Stream]
    /// The smallest marks of its contents: two captures of one call share most of theirs, whatever part each holds.
    var sketch: [ContentMark]

    init(_ call: Call) {
        id = call.id
        callIDs = call.signalling.callIDs
        caller = call.signalling.caller
        callee = call.signalling.callee
        firstTime = call.firstTime
        lastTime = call.lastTime
        streams = call.streams.map { stream in
            Stream(
                kind: stream.kind, codec: stream.codec, from: stream.from, to: stream.to, ssrc: stream.ssrc,
                direction: stream.direction, firstTime: stream.firstTime, lastTime: stream.lastTime,
                packets: stream.packets)
        }
        sketch = Self.sketch(call)
    }

    private static func sketch(_ call: Call) -> [ContentMark] {
        var smallest: Set<ContentMark> = []
        var limit = ContentMark(.max)
        func add(_ octets: RawSpan) {
            guard octets.isTelling else { return }
            let mark = ContentMark(octets)
            guard mark < limit, smallest.insert(mark).inserted, smallest.count >= CompareLimit.sketch * 4 else {
                return
            }
            let kept = smallest.sorted().prefix(CompareLimit.sketch)
            smallest = Set(kept)
            limit = kept.last ?? limit
        }
        for stream in call.streams {
            if let log = stream.t38 {
                let octets = log.octets.span.bytes
                for entry in log.entries { add(octets.extracting(entry.offset..<entry.offset + entry.length)) }
            }
            if let log = stream.audio {
                let octets = log.octets.span.bytes
                for packet in log.packets { add(octets.extracting(packet.offset..<packet.offset + packet.length)) }
            }
        }
        return Array(smallest.sorted().prefix(CompareLimit.sketch))
    }
}

extension RawSpan {
    /// Long and varied enough not to come again by chance: no silence, no zeros of a TCF, no single octet of V.21.
    var isTelling: Bool {
        guard byteCount >= 8 else { return false }
        var changes = 0
        for offset in max(5, byteCount / 4)..<byteCount where octet(offset) != octet(offset - 1) { changes += 1 }
        return changes >= 2
    }
}

/// All calls of one capture, and when it began and ended.
struct CaptureSurvey: Sendable {
    var files: [String] = []
    var frames = 0
    var firstTime = Instant.distantFuture
    var lastTime = Instant(nanoseconds: .min)
    var cards: [CallCard] = []
    /// Calls past the limit.
    var dropped = 0
    var warnings: [CaptureWarning] = []

    /// First reading: who called whom, and which packets belong to which call.
    init(_ source: PointSource, shouldStop: () -> Bool) throws(CaptureError) {
        let input = try source.open()
        var options = CaptureDecoder.Options()
        options.keepsAudio = true
        options.describesSteps = false
        let found = Found()
        let decoder = CaptureDecoder(options) { found.add($0) }
        input.forEachFrame { frame, bytes in
            frames += 1
            firstTime = min(firstTime, frame.time)
            lastTime = max(lastTime, frame.time)
            decoder.feed(frame, bytes)
            return frames & 0xFFF != 0 || !shouldStop()
        }
        decoder.finish()
        files = input.files
        cards = found.cards.sorted { $0.id < $1.id }
        dropped = found.dropped
        warnings = input.warnings.kept + decoder.warnings.kept
    }

    private final class Found {
        var cards: [CallCard] = []
        var dropped = 0

        func add(_ call: Call) {
            if cards.count < CompareLimit.calls { cards.append(CallCard(call)) } else { dropped += 1 }
        }
    }
}
