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
        /// Longer descriptions are read as if nothing was known. So few octets have no more lines than the reader takes.
        static let octets = SessionDescription.Limit.lines
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
