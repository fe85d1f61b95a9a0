import FaxCore
import FaxWire

/// Where the parts of a session description stand. Only of plain ones: each media line begins its line and has a number
/// for a port, and no line of the session stands behind one.
struct SDPSections {
    struct Media {
        /// `m=audio `
        var head: Range<Int>
        var port: UInt16
        /// From behind the port to the next media line.
        var tail: Range<Int>
        /// Of head and tail.
        var hash: UInt64 = 0
    }

    var session = 0..<0
    var media: [Media] = []

    /// `nil`: not that plain, or no media line at all.
    init?(_ octets: RawSpan) {
        var place = 0
        while place < octets.byteCount {
            let start = place
            let end = Self.endOfLine(octets, from: start)
            place = end.next
            if end.line == start { continue }
            // A CR without LF ends a line too.
            guard end.line - start >= 2, octets.octet(start + 1) == 0x3D,
                octets.extracting(start..<end.line).firstPlace(of: 0x0D, from: 0) == nil
            else { return nil }
            switch octets.octet(start) {
            case UInt8(ascii: "m"):
                close(at: start)
                guard let line = Self.mediaLine(octets, start..<end.line),
                    media.count < SessionDescription.Limit.media
                else { return nil }
                media.append(line)
            case UInt8(ascii: "a"), UInt8(ascii: "c"), UInt8(ascii: "b"), UInt8(ascii: "i"): break
            default:
                guard media.isEmpty else { return nil }
            }
        }
        if media.isEmpty { return nil }
        close(at: octets.byteCount)
        for index in media.indices { media[index].hash = Self.hash(of: media[index], octets) }
    }

    /// Where a line ends, and where the next one begins.
    private static func endOfLine(_ octets: RawSpan, from start: Int) -> (line: Int, next: Int) {
        let end = octets.firstPlace(of: 0x0A, from: start) ?? octets.byteCount
        let hasCR = end > start && octets.octet(end - 1) == 0x0D
        return (hasCR ? end - 1 : end, end + 1)
    }

    /// What began before this place ends there.
    private mutating func close(at place: Int) {
        if media.isEmpty {
            session = 0..<place
        } else {
            media[media.count - 1].tail = media[media.count - 1].tail.lowerBound..<place
        }
    }

    /// `m=audio 4000 RTP/AVP 0`, `m=image 4000/1 udptl t38`
    private static func mediaLine(_ octets: RawSpan, _ line: Range<Int>) -> Media? {
        guard let space = octets.firstPlace(of: 0x20, from: line.lowerBound), space < line.upperBound
        else { return nil }
        var port = 0
        var place = space + 1
        // Not more digits than a port can have.
        while place < min(line.upperBound, space + 6), case 0x30...0x39 = octets.octet(place) {
            port = port * 10 + Int(octets.octet(place) & 0x0F)
            place += 1
        }
        guard place > space + 1, port <= 0xFFFF, place < line.upperBound,
            octets.octet(place) == 0x20 || octets.octet(place) == 0x2F
        else { return nil }
        return Media(head: line.lowerBound..<space + 1, port: UInt16(port), tail: place..<place)
    }

    private static func hash(of media: Media, _ octets: RawSpan) -> UInt64 {
        DialogSDP.hash(octets.extracting(media.head)) &* 31 &+ DialogSDP.hash(octets.extracting(media.tail))
    }
}
