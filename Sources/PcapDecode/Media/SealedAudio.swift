import FaxCore
import FaxWire

/// The packets of an SRTP stream as they came, to be opened when the call has ended: the key of an answer may come after
/// the media that it protects.
struct SealedAudio {
    private struct Packet {
        var frame: FrameRef
        var time: Instant
        var offset: Int
        var length: Int
    }

    private var packets: [Packet] = []
    private var octets: [UInt8] = []

    mutating func append(_ packet: RawSpan, time: Instant, frame: FrameRef) {
        packets.append(Packet(frame: frame, time: time, offset: octets.count, length: packet.byteCount))
        packet.withUnsafeBytes { octets.append(contentsOf: $0) }
    }

    /// What became of opening them.
    struct Opening {
        var opened = 0
        var repeated = 0
        var refused = 0
        var firstRefused: FrameRef?
    }

    /// Hands out every packet as if it had never been sealed.
    func replay(_ take: (RawSpan, Instant, FrameRef) -> Void) {
        let bytes = octets.span.bytes
        for packet in packets {
            take(bytes.extracting(packet.offset..<packet.offset + packet.length), packet.time, packet.frame)
        }
    }

    /// Opens each packet with the key that fits (the one that fitted last is tried first) and hands it out.
    func open(_ keys: [SRTPKey], _ take: (RawSpan, Instant, FrameRef) -> Void) -> Opening {
        var opener = SRTPOpener(keys)
        var opening = Opening()
        for packet in packets {
            let sealed = octets[packet.offset..<packet.offset + packet.length]
            switch opener.open(sealed) {
            case .opened(let octets):
                opening.opened += 1
                take(octets.span.bytes, packet.time, packet.frame)
            case .repeated: opening.repeated += 1
            case .refused:
                opening.refused += 1
                opening.firstRefused = opening.firstRefused ?? packet.frame
            }
        }
        return opening
    }
}

/// The sessions of one SSRC, one a key that its sender announced (a re-INVITE may bring new ones).
private struct SRTPOpener {
    enum Outcome {
        case opened([UInt8])
        case repeated
        case refused
    }

    private final class Box {
        let key: SRTPKey
        var session: SRTPSession

        init?(_ key: SRTPKey) {
            guard let session = SRTPSession(key) else { return nil }
            self.key = key
            self.session = session
        }
    }

    private var boxes: [Box]

    /// Keys tried of one sender, the latest ones.
    static let keyLimit = 16

    init(_ keys: [SRTPKey]) {
        boxes = keys.suffix(Self.keyLimit).compactMap { Box($0) }
    }

    mutating func open(_ sealed: ArraySlice<UInt8>) -> Outcome {
        for index in boxes.indices {
            let key = boxes[index].key
            guard sealed.count >= RTPHeader.fixedLength + key.trailer else { continue }
            var packet = Array(sealed)
            var outcome = boxes[index].session.open(&packet)
            if outcome == .old, let fresh = Box(key) {
                // A sender that numbers anew: its counter of roll-overs begins anew, too.
                packet = Array(sealed)
                outcome = fresh.session.open(&packet)
                if case .opened = outcome { boxes[index] = fresh }
            }
            switch outcome {
            case .opened(let length):
                boxes.swapAt(0, index)
                return .opened(Array(packet.prefix(length)))
            case .repeated: return .repeated
            case .old, .refused: continue
            }
        }
        return .refused
    }
}
