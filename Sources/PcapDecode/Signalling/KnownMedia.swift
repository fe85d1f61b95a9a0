import FaxCore
import FaxWire

/// Media sections of session descriptions read before. Devices say the same in call after call, but for the port and what
/// stands before the first media line: a description of known sections is not read through again.
///
/// What comes out is what reading the whole description gives.
struct KnownMedia: Sendable {
    enum Limit {
        /// Sections kept; with more than these all are forgotten.
        static let sections = 512
        /// Longer descriptions, and those of more sections, are read as if nothing was known. So few octets have no more
        /// lines, and so few sections no more media, than the reader takes.
        static let octets = SessionDescription.Limit.lines
        static let sectionsOfOne = SessionDescription.Limit.media
    }

    private struct Section: Sendable {
        /// Without the port.
        var head: [UInt8]
        var tail: [UInt8]
        var traits: MediaTraits

        func isOf(_ place: SDPSections.Media, in octets: RawSpan) -> Bool {
            Self.equal(head, octets.extracting(place.head)) && Self.equal(tail, octets.extracting(place.tail))
        }

        private static func equal(_ known: [UInt8], _ octets: RawSpan) -> Bool {
            known.withUnsafeBytes { known in
                octets.withUnsafeBytes { $0.count == known.count && $0.elementsEqual(known) }
            }
        }
    }

    private var sections: [UInt64: Section] = [:]

    var count: Int { sections.count }

    /// Reads a description.
    /// - Returns: what it says, and what the reader complained of first.
    mutating func read(_ octets: ArraySlice<UInt8>) -> (step: StepSDP, oddity: DecodeFailure?) {
        let span = octets.span.bytes
        let places = span.byteCount <= Limit.octets ? SDPSections(span) : nil
        if let places, let step = known(places, span) { return (step, nil) }
        let decoded = SessionDescription.lax(span)
        if let places, decoded.stoppedBy == nil { learn(decoded.value, places, span) }
        return (StepSDP(decoded.value, decoded.stoppedBy), decoded.stoppedBy)
    }

    /// `nil`: a section is not known, or the part before them makes no sense.
    func known(_ places: SDPSections, _ octets: RawSpan) -> StepSDP? {
        var found: [Dictionary<UInt64, Section>.Index] = []
        for media in places.media {
            guard let index = sections.index(forKey: media.hash), sections.values[index].isOf(media, in: octets)
            else { return nil }
            found.append(index)
        }
        let session = SessionDescription.lax(octets.extracting(places.session))
        guard session.stoppedBy == nil, session.value.media.isEmpty else { return nil }
        let media = zip(found, places.media).map { index, place in
            sections.values[index].traits.at(port: place.port, in: session.value)
        }
        return StepSDP(media, in: session.value, nil)
    }

    private mutating func learn(_ description: SessionDescription, _ places: SDPSections, _ octets: RawSpan) {
        guard description.media.count == places.media.count else { return }
        for (media, place) in zip(description.media, places.media) where media.port == place.port {
            if sections.count >= Limit.sections { sections = [:] }
            sections[place.hash] = Section(
                head: octets.extracting(place.head).copied(), tail: octets.extracting(place.tail).copied(),
                traits: MediaTraits(media))
        }
    }
}

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
                    media.count < KnownMedia.Limit.sectionsOfOne
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
