import FaxCore

/// Cuts the octets of one direction of a TCP connection into SIP messages (RFC 3261 §18.3). Octets come in order; a
/// gap is announced with ``skipGap()``, after which the framer looks for the next start line.
public struct SIPStreamFramer: Sendable {
    public enum Limit {
        /// Octets held while a message is not complete.
        public static let heldOctets = SIPMessage.Limit.headOctets + SIPMessage.Limit.bodyOctets
        /// Octets of a start line that has not ended.
        public static let startLineOctets = 8_192
    }

    public enum Output: Sendable {
        case message(Decoded<SIPMessage>)
        /// Octets that were left out, and why.
        case skipped(octets: Int, DecodeFailure)
    }

    /// Line breaks between messages (RFC 5626 §4.4.1), counted in octets.
    public private(set) var keepAliveOctets = 0
    private var held: [UInt8] = []
    /// The next message begins here in `held`.
    private var start = 0
    /// Up to here `held` has been searched for the end of the head, or for the next start line.
    private var searched = 0
    /// Of the message at `start`, once its head is complete.
    private var headLength: Int?
    /// What its Content-Length says; `nil`: nothing usable.
    private var bodyLength: Int?

    public init() {}

    /// Octets now held.
    public var heldOctets: Int { held.count - start }

    /// Takes the next octets of the stream; every message that they complete comes out.
    public mutating func push(_ octets: RawSpan) -> [Output] {
        octets.withUnsafeBytes { held.append(contentsOf: $0) }
        var outputs: [Output] = []
        while let output = next(isAtEnd: false) { outputs.append(output) }
        compact()
        return outputs
    }

    /// The stream lost octets here: what is held can no longer be completed.
    public mutating func skipGap() -> [Output] {
        var outputs = finish()
        if !held.isEmpty { outputs.append(skip(to: held.count, "cut off by a gap in the stream")) }
        compact()
        return outputs
    }

    /// The stream has ended: a message whose length was not told ends with it.
    public mutating func finish() -> [Output] {
        var outputs: [Output] = []
        while let output = next(isAtEnd: true) { outputs.append(output) }
        compact()
        return outputs
    }

    // MARK: Steps

    private mutating func next(isAtEnd: Bool) -> Output? {
        skipKeepAlive()
        guard start < held.count else { return nil }
        if !looksLikeSIP(at: start) {
            if !isAtEnd, isUnfinishedLine(start) { return nil }
            return resynchronise(isAtEnd: isAtEnd)
        }
        guard let head = headLength ?? findHead() else {
            guard heldOctets > SIPMessage.Limit.headOctets else { return nil }
            return skip(to: held.count, "a head without end")
        }
        guard let length = messageLength(head: head, isAtEnd: isAtEnd) else {
            guard heldOctets > Limit.heldOctets else { return nil }
            return skip(to: held.count, .limit("SIPStreamFramer.Limit.heldOctets", Limit.heldOctets))
        }
        return take(length)
    }

    private mutating func skipKeepAlive() {
        while start < held.count, held[start] == 0x0D || held[start] == 0x0A {
            start += 1
            keepAliveOctets += 1
        }
        searched = max(searched, start)
    }

    private func looksLikeSIP(at place: Int) -> Bool {
        SIPMessage.looksLikeSIP(held.span.extracting(place..<held.count).bytes)
    }

    /// A line that may still become a start line.
    private func isUnfinishedLine(_ place: Int) -> Bool {
        let line = held[place...].prefix(Limit.startLineOctets)
        return !line.contains(0x0A) && line.count < Limit.startLineOctets
    }

    /// Moves to the next line that begins a message; without one everything but the last line is left out.
    private mutating func resynchronise(isAtEnd: Bool) -> Output? {
        var place = start
        while let lineEnd = held[place...].firstIndex(of: 0x0A) {
            place = lineEnd + 1
            if looksLikeSIP(at: place) { return skip(to: place, "is not SIP") }
        }
        if isAtEnd || !isUnfinishedLine(place) { place = held.count }
        return place > start ? skip(to: place, "is not SIP") : nil
    }

    private mutating func skip(to place: Int, _ why: String) -> Output { skip(to: place, .invalid(why)) }

    private mutating func skip(to place: Int, _ reason: DecodeFailure.Reason) -> Output {
        let count = place - start
        start = place
        searched = place
        headLength = nil
        bodyLength = nil
        return .skipped(octets: count, DecodeFailure(layer: .sip, field: "stream", offset: 0, reason: reason))
    }

    /// The place behind the empty line; each octet is looked at once.
    private mutating func findHeadEnd() -> Int? {
        var place = max(searched, start)
        while let lineEnd = held[place...].firstIndex(of: 0x0A) {
            let next = lineEnd + 1
            if next < held.count, held[next] == 0x0A {
                searched = place
                return next + 1
            }
            if next + 1 < held.count, held[next] == 0x0D, held[next + 1] == 0x0A {
                searched = place
                return next + 2
            }
            if next + 1 >= held.count {
                searched = place
                return nil
            }
            place = next
        }
        searched = place
        return nil
    }

    /// Notes the head of the message at `start` once it is complete: its length and what it says of the body.
    private mutating func findHead() -> Int? {
        guard let end = findHeadEnd() else { return nil }
        headLength = end - start
        searched = end
        if let message = try? SIPMessage.lax(held.span.extracting(start..<end).bytes, extent: .stream).value {
            // Without a usable length there is a body only where a Content-Type says so.
            bodyLength = message.contentLength ?? (message.has(.contentType) ? nil : 0)
        } else {
            bodyLength = 0
        }
        return headLength
    }

    /// Octets of the message from `start`; `nil`: more are needed.
    private mutating func messageLength(head: Int, isAtEnd: Bool) -> Int? {
        if let bodyLength { return head + bodyLength <= heldOctets ? head + bodyLength : nil }
        // The body reaches to the next start line.
        while let lineEnd = held[searched...].firstIndex(of: 0x0A) {
            if !isAtEnd, isUnfinishedLine(lineEnd + 1) { return nil }
            searched = lineEnd + 1
            if looksLikeSIP(at: searched) { return searched - start }
        }
        return isAtEnd ? heldOctets : nil
    }

    private mutating func take(_ length: Int) -> Output {
        defer {
            start += length
            searched = start
            headLength = nil
            bodyLength = nil
        }
        do throws(DecodeFailure) {
            return .message(try SIPMessage.lax(held.span.extracting(start..<start + length).bytes, extent: .stream))
        } catch {
            return .skipped(octets: length, error)
        }
    }

    private mutating func compact() {
        guard start > 0 else { return }
        held.removeFirst(start)
        searched = max(0, searched - start)
        start = 0
    }
}
