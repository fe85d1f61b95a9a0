import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// One SIP message of a call.
struct SeenMessage: Sendable {
    var message: SIPMessage
    var context: SIPContext
}

/// One call at one place, as far as the comparison needs it.
struct PointCall: Sendable {
    var analyzed: AnalyzedCall
    var streams: [MarkedStream]
    var messages: [SeenMessage]
}

/// Second reading of a capture: the packets, messages and fax of the calls that are compared.
struct PointReader {
    let cards: [CallCard]
    /// By the calls' numbers.
    private(set) var calls: [Int: PointCall] = [:]
    private(set) var warnings: [String] = []

    init(_ cards: [CallCard], _ source: PointSource, shouldStop: () -> Bool) throws(CaptureError) {
        self.cards = cards
        let input = try source.open()
        var options = CaptureDecoder.Options()
        options.keepsAudio = true
        let wanted = Set(cards.map(\.id))
        let analyzer = FaxAnalyzer()
        let found = Found()
        let decoder = CaptureDecoder(options) { call in
            if wanted.contains(call.id) { found.calls[call.id] = AnalyzedCall(call, analyzer.analyze(call)) }
        }
        let messages = MessageCollector(cards)
        decoder.onMessage = { messages.add($0, $1) }
        var network = NetworkDecoder()
        var packets = PacketCollector(cards)
        var frames = 0
        input.forEachFrame { frame, bytes in
            frames += 1
            decoder.feed(frame, bytes)
            network.decode(frame, bytes, to: &packets)
            return frames & 0xFFF != 0 || !shouldStop()
        }
        decoder.finish()
        network.finish(to: &packets)
        if packets.isFull { warnings.append("more than \(CompareLimit.packets) packets: the rest is not compared") }
        for (place, card) in cards.enumerated() {
            guard let analyzed = found.calls[card.id] else { continue }
            if messages.isFull[place] {
                warnings.append(
                    "call \(card.id): more than \(CompareLimit.messagesPerCall) SIP messages: the rest is not compared")
            }
            calls[card.id] = PointCall(
                analyzed: analyzed, streams: packets.streams[place], messages: messages.messages[place])
        }
    }

    private final class Found { var calls: [Int: AnalyzedCall] = [:] }
}

/// Takes the SIP messages of the calls asked for.
private final class MessageCollector {
    private let places: [String: Int]
    var messages: [[SeenMessage]]
    var isFull: [Bool]

    init(_ cards: [CallCard]) {
        var places: [String: Int] = [:]
        for (place, card) in cards.enumerated() { for callID in card.callIDs { places[callID] = place } }
        self.places = places
        messages = cards.map { _ in [] }
        isFull = cards.map { _ in false }
    }

    func add(_ message: SIPMessage, _ context: SIPContext) {
        guard let callID = message.callID, let place = places[callID] else { return }
        guard messages[place].count < CompareLimit.messagesPerCall else {
            isFull[place] = true
            return
        }
        messages[place].append(SeenMessage(message: message, context: context))
    }
}

/// Takes the packets of the streams of the calls asked for.
private struct PacketCollector: PacketSink {
    private struct FlowKey: Hashable {
        var from: Endpoint
        var to: Endpoint
    }

    private var places: [FlowKey: [(call: Int, stream: Int)]] = [:]
    private var copies: [FlowKey: CopyFilter] = [:]
    var streams: [[MarkedStream]]
    private var count = 0
    private(set) var isFull = false

    init(_ cards: [CallCard]) {
        streams = cards.map { card in card.streams.map { MarkedStream(card: $0) } }
        for (call, card) in cards.enumerated() {
            for (place, stream) in card.streams.enumerated() {
                switch stream.kind {
                case .rtp, .srtp, .udptl:
                    places[FlowKey(from: stream.from, to: stream.to), default: []].append((call, place))
                case .t38RTP, .t38TCP, .iax2, .recording: break
                }
            }
        }
    }

    mutating func udp(_ info: PacketInfo, payload: RawSpan) {
        guard info.hepType == 0, payload.byteCount > 0 else { return }
        let key = FlowKey(from: info.source, to: info.destination)
        guard let candidates = places[key] else { return }
        var rtp: RTPHeader?
        if payload.octet(0) >> 6 == 2, !RTCPPacket.looksLike(payload) { rtp = RTPHeader(payload) }
        let place = candidates.first { candidate in
            let card = streams[candidate.call][candidate.stream].card
            guard info.time >= card.firstTime, info.time <= card.lastTime else { return false }
            return card.kind == .udptl ? rtp == nil || UDPTLPacket.looksLike(payload) : rtp?.ssrc == card.ssrc
        }
        guard let place else { return }
        let isT38 = streams[place.call][place.stream].isT38
        let mark = isT38 ? PacketMark(info, udptl: payload) : rtp.map { PacketMark(info, payload, rtp: $0) }
        guard let mark, copies[key, default: CopyFilter()].isNew(info, mark) else { return }
        guard count < CompareLimit.packets else {
            isFull = true
            return
        }
        count += 1
        streams[place.call][place.stream].marks.append(mark)
    }

    mutating func tcp(_ info: PacketInfo, segment: TCPSegmentInfo, payload: RawSpan) {}
    mutating func icmp(_ info: PacketInfo, notice: ICMPNotice) {}
    mutating func warning(_ failure: DecodeFailure, frame: FrameRef) {}
}

/// Leaves out packets that the capture itself saw twice (two interfaces, a span port): the same IP identification and
/// content within a short time, behind another link header or hop count.
private struct CopyFilter {
    private struct Seen {
        var time: Instant
        var ipID: UInt32
        var checksum: UInt16
        var linkTag: UInt32
        var ttl: UInt8
        var whole: ContentMark
        var number: UInt16
    }

    private static let window = Duration.milliseconds(50)
    private static let remembered = 4
    private var recent: [Seen] = []
    private var next = 0

    mutating func isNew(_ info: PacketInfo, _ mark: PacketMark) -> Bool {
        let isCopy = recent.contains { seen in
            seen.ipID == info.ipID && seen.checksum == info.checksum && seen.number == mark.number
                && seen.whole == mark.whole && info.time - seen.time <= Self.window
                && (seen.linkTag != info.linkTag || seen.ttl != info.ttl)
        }
        if isCopy { return false }
        let seen = Seen(
            time: info.time, ipID: info.ipID, checksum: info.checksum, linkTag: info.linkTag, ttl: info.ttl,
            whole: mark.whole, number: mark.number)
        if recent.count < Self.remembered { recent.append(seen) } else { recent[next] = seen }
        next = (next + 1) % Self.remembered
        return true
    }
}
