import FaxCore

/// Takes the SIP messages out of one direction of a WebSocket connection (RFC 6455 §5, RFC 7118), from its HTTP
/// upgrade on or from the middle.
public struct WebSocketFramer: Sendable {
    public enum Limit {
        /// Octets of the HTTP head.
        public static let upgradeOctets = 65_536
        /// Octets of one WebSocket message, all its fragments together.
        public static let messageOctets = SIPMessage.Limit.headOctets + SIPMessage.Limit.bodyOctets
    }

    public enum Output: Sendable {
        case message(Decoded<SIPMessage>)
        /// A message that is not SIP, a frame that makes no sense, octets left out.
        case skipped(octets: Int, DecodeFailure)
        case closed
    }

    private enum State: Sendable {
        /// Before the first octet.
        case start
        /// Inside the HTTP request or response that opens the connection.
        case upgrading
        case frames
        /// Octets were lost: frames begin again where one that carries SIP is found.
        case lost
        case closed
    }

    private struct Frame {
        var isFinal: Bool
        var isCompressed: Bool
        var opcode: UInt8
        var key: UInt32?
        var headerLength: Int
        var length: Int

        var isControl: Bool { opcode & 0x8 != 0 }
    }

    private var state = State.start
    private var held: [UInt8] = []
    private var place = 0
    private var fragments: [UInt8] = []
    private var isFragmented = false

    public init() {}

    public var heldOctets: Int { held.count - place + fragments.count }

    /// Whether a flow begins as a WebSocket that will carry SIP: an HTTP upgrade to it, or a frame with a SIP message.
    public static func looksLikeWebSocketSIP(_ octets: RawSpan) -> Bool {
        isUpgrade(octets) || isFrameWithSIP(octets)
    }

    private static func isFrameWithSIP(_ octets: RawSpan) -> Bool {
        guard let frame = frame(octets), frame.opcode == 1 || frame.opcode == 2, !frame.isCompressed,
            frame.length <= Limit.messageOctets
        else { return false }
        let end = min(octets.byteCount, frame.headerLength + min(frame.length, 512))
        let payload = unmasked(octets.extracting(frame.headerLength..<end), frame.key)
        return SIPMessage.looksLikeSIP(payload.span.bytes)
    }

    /// `GET … Upgrade: websocket` or `HTTP/1.1 101`, with `sip` among the protocols.
    private static func isUpgrade(_ octets: RawSpan) -> Bool {
        guard octets.byteCount >= 12 else { return false }
        let word = octets.be32(0)
        guard word == 0x4745_5420 || word == 0x4854_5450 else { return false }
        let text = String(decoding: octets.extracting(0..<min(octets.byteCount, 4_096)).copied(), as: UTF8.self)
            .lowercased()
        return text.contains("sec-websocket-protocol:") && text.contains("sip")
    }

    public mutating func push(_ octets: RawSpan) -> [Output] {
        octets.withUnsafeBytes { held.append(contentsOf: $0) }
        var outputs: [Output] = []
        while step(&outputs) {}
        held.removeFirst(place)
        place = 0
        return outputs
    }

    /// The stream lost octets here.
    public mutating func skipGap() -> [Output] {
        let count = heldOctets
        held = []
        place = 0
        fragments = []
        isFragmented = false
        state = .lost
        return count == 0 ? [] : [skip(count, "cut off by a gap in the stream")]
    }

    // MARK: Steps

    /// - Returns: `false` when more octets are needed.
    private mutating func step(_ outputs: inout [Output]) -> Bool {
        switch state {
        case .start:
            guard held.count - place >= 2 else { return false }
            let isHTTP = held[place...].starts(with: "GE".utf8) || held[place...].starts(with: "HT".utf8)
            state = isHTTP ? .upgrading : .frames
            return true
        case .upgrading: return passUpgrade(&outputs)
        case .frames: return takeFrame(&outputs)
        case .lost: return resynchronise()
        case .closed:
            place = held.count
            return false
        }
    }

    private mutating func passUpgrade(_ outputs: inout [Output]) -> Bool {
        var line = place
        while let lineEnd = held[line...].firstIndex(of: 0x0A) {
            let isEmpty = lineEnd == line || (lineEnd == line + 1 && held[line] == 0x0D)
            line = lineEnd + 1
            if isEmpty {
                place = line
                state = .frames
                return true
            }
        }
        guard held.count - place > Limit.upgradeOctets else { return false }
        outputs.append(skip(held.count - place, .limit("WebSocketFramer.Limit.upgradeOctets", Limit.upgradeOctets)))
        place = held.count
        state = .lost
        return false
    }

    private mutating func takeFrame(_ outputs: inout [Output]) -> Bool {
        guard let frame = Self.frame(held.span.extracting(place..<held.count).bytes) else { return false }
        let isKnown = [0, 1, 2, 8, 9, 10].contains(frame.opcode)
        let isSane = isKnown && (!frame.isControl || (frame.isFinal && frame.length <= 125))
        guard isSane else {
            outputs.append(skip(held.count - place, "is not a WebSocket frame"))
            place = held.count
            state = .lost
            return false
        }
        if frame.length > Limit.messageOctets || fragments.count + frame.length > Limit.messageOctets {
            outputs.append(skip(frame.length, .limit("WebSocketFramer.Limit.messageOctets", Limit.messageOctets)))
            place += frame.headerLength
            state = .lost
            fragments = []
            isFragmented = false
            return true
        }
        guard held.count - place >= frame.headerLength + frame.length else { return false }
        let from = place + frame.headerLength
        let payload = Self.unmasked(held.span.extracting(from..<from + frame.length).bytes, frame.key)
        place = from + frame.length
        take(frame, payload, &outputs)
        return true
    }

    private mutating func take(_ frame: Frame, _ payload: [UInt8], _ outputs: inout [Output]) {
        switch frame.opcode {
        case 8:
            outputs.append(.closed)
            state = .closed
            return
        case 9, 10: return
        case 0:
            // A continuation whose beginning was not seen is of no use.
            guard isFragmented else { return }
        default: fragments = []
        }
        if frame.isCompressed {
            outputs.append(skip(payload.count, "is compressed (RFC 7692)"))
            isFragmented = false
            return
        }
        fragments += payload
        isFragmented = !frame.isFinal
        guard frame.isFinal else { return }
        deliver(&outputs)
    }

    private mutating func deliver(_ outputs: inout [Output]) {
        defer { fragments = [] }
        // A keep-alive of line breaks alone (RFC 7118 §5.4).
        if fragments.allSatisfy({ $0 == 0x0D || $0 == 0x0A }) { return }
        do throws(DecodeFailure) {
            outputs.append(.message(try SIPMessage.lax(fragments.span.bytes)))
        } catch {
            outputs.append(.skipped(octets: fragments.count, error))
        }
    }

    /// Looks for a frame that carries SIP; what may be the beginning of one is kept.
    private mutating func resynchronise() -> Bool {
        while held.count - place >= 2 {
            if Self.isFrameWithSIP(held.span.extracting(place..<held.count).bytes) {
                state = .frames
                return true
            }
            place += 1
        }
        return false
    }

    private func skip(_ octets: Int, _ why: String) -> Output { skip(octets, .invalid(why)) }

    private func skip(_ octets: Int, _ reason: DecodeFailure.Reason) -> Output {
        .skipped(octets: octets, DecodeFailure(layer: .websocket, field: "frame", offset: 0, reason: reason))
    }

    // MARK: Frames

    /// The frame header at the start of `octets` (RFC 6455 §5.2); `nil`: cut off, or with reserved bits that no
    /// extension uses (then opcode 0xF).
    private static func frame(_ octets: RawSpan) -> Frame? {
        guard octets.byteCount >= 2 else { return nil }
        let first = octets.octet(0)
        let second = octets.octet(1)
        var frame = Frame(
            isFinal: first & 0x80 != 0, isCompressed: first & 0x40 != 0, opcode: first & 0x0F, key: nil,
            headerLength: 2,
            length: Int(second & 0x7F))
        if first & 0x30 != 0 { frame.opcode = 0x0F }
        if frame.length == 126 {
            guard octets.byteCount >= 4 else { return nil }
            frame.length = Int(octets.be16(2))
            frame.headerLength = 4
        } else if frame.length == 127 {
            guard octets.byteCount >= 10 else { return nil }
            // More than 2 GiB is past every limit anyway.
            frame.length = octets.be32(2) == 0 ? Int(octets.be32(6)) : Int(Int32.max)
            frame.headerLength = 10
        }
        if second & 0x80 != 0 {
            guard octets.byteCount >= frame.headerLength + 4 else { return nil }
            frame.key = octets.be32(frame.headerLength)
            frame.headerLength += 4
        }
        return frame
    }

    private static func unmasked(_ payload: RawSpan, _ key: UInt32?) -> [UInt8] {
        var octets = payload.copied()
        guard let key else { return octets }
        for index in octets.indices {
            octets[index] ^= UInt8(truncatingIfNeeded: key >> UInt32(24 - 8 * (index & 3)))
        }
        return octets
    }
}
