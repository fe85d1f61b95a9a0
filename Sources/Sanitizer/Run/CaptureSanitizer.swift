import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// Replaces everything personal in a capture, and nothing that a diagnosis needs.
struct CaptureSanitizer {
    let names: Pseudonyms
    var image: CaptureImage
    private let walker: FrameWalker
    let flows: FlowBook
    /// What the analysis says of the original.
    let story: CaptureStory
    var counts = ContentCounts()
    private var warnings: [String] = []
    /// Audio made anew, by the number of its stream.
    var audio: [Int: StreamAudio?] = [:]
    /// What seals SRTP again, by the number of its stream.
    var rekeyings: [Int: SRTPRekeying] = [:]

    /// Reads the capture at `path` and finds out what stands in it.
    init(path: String, options: SanitizeOptions) throws {
        names = Pseudonyms(key: options.key)
        image = try CaptureImage(path: path)
        walker = FrameWalker(image.frames)
        story = try CaptureStory(path: path)
        flows = FlowBook(story.calls)
        warnings = image.warnings.map(\.description)
    }

    /// The sanitised file and what was done.
    mutating func run() -> (file: [UInt8], summary: SanitizeSummary) {
        learn()
        names.settle()
        counts = ContentCounts()
        replaceAll()
        for piece in walker.unread { image.zero(piece) }
        for place in walker.checksums.reversed() { image.update(place) }
        return (image.written(), summary())
    }

    /// Finds every original; nothing is changed yet.
    mutating func learn() {
        replaceAll()
        // Idents as the analysis read them, also those in audio.
        let frames = FrameMask(names: names)
        for message in story.calls.flatMap(\.fax.messages) where message.crcOK != false {
            _ = frames.masked(message.octets, isGood: true)
        }
    }

    /// Octets of all frames as they are now.
    func forEachFrame(_ take: ([UInt8]) -> Void) { for frame in image.frames { take(frame.octets) } }

    private func summary() -> SanitizeSummary {
        var summary = SanitizeSummary()
        summary.frames = image.frames.count
        summary.calls = story.calls.count
        summary.replaced = names.counts
        summary.content = counts.list
        summary.warnings = warnings + counts.warnings
        summary.map = names.table
        return summary
    }

    // MARK: One round

    private mutating func replaceAll() {
        for place in walker.addresses {
            let old = image.original([place.piece])
            image.put(place.kind == .ipv6 ? names.ipv6(old) : names.replacement(old, place.kind), at: [place.piece])
        }
        let datagrams = walker.datagrams.sorted {
            ($0.frame, $0.pieces[0].range.lowerBound) < ($1.frame, $1.pieces[0].range.lowerBound)
        }
        var media: [FlowBook.Key: [Datagram]] = [:]
        var order: [FlowBook.Key] = []
        for datagram in datagrams where !replaceSIP(datagram) {
            let key = FlowBook.Key(source: datagram.source, destination: datagram.destination)
            if media[key] == nil { order.append(key) }
            media[key, default: []].append(datagram)
        }
        for (index, key) in order.enumerated() { replace(media[key] ?? [], of: key, number: index) }
        for quote in walker.quotes where !replaceSIP(quote) { zero(quote) }
        for (index, stream) in TCPStream.streams(walker.segments).enumerated() {
            replace(stream, number: order.count + index)
        }
    }

    private mutating func replaceSIP(_ datagram: Datagram) -> Bool {
        let octets = image.original(datagram.pieces)
        guard datagram.hepType <= 1, SIPMessage.looksLikeSIP(octets.span.bytes) else { return false }
        counts.sipMessages += 1
        image.put(SIPMask.masked(octets, names), at: datagram.pieces)
        return true
    }

    mutating func zero(_ datagram: Datagram) {
        counts.zeroed += 1
        if names.isLearning { return }
        for piece in datagram.pieces { image.zero(piece) }
    }
}

/// What was done to the content of packets.
struct ContentCounts {
    var sipMessages = 0
    var t38Packets = 0
    var iax2Frames = 0
    var idents = 0
    var pages = 0
    var rtpPackets = 0
    var events = 0
    var zeroed = 0
    var unreadBursts = 0
    var unlikeSignals = 0
    var sealedPackets = 0

    var list: [SanitizeSummary.Count] {
        [
            ("SIP messages", sipMessages), ("T.38 packets", t38Packets), ("IAX2 frames", iax2Frames),
            ("T.30 frames with idents", idents), ("page images", pages), ("RTP packets", rtpPackets),
            ("packets with digits", events), ("packets set to zero", zeroed),
        ].filter { $0.1 > 0 }.map { SanitizeSummary.Count(kind: $0.0, count: $0.1) }
    }

    var warnings: [String] {
        var warnings: [String] = []
        if unreadBursts > 0 {
            warnings.append("\(unreadBursts) bursts of audio could not be read and became noise")
        }
        if unlikeSignals > 0 {
            warnings.append(
                "\(unlikeSignals) signals beside lost packets, or in a codec other than G.711, are heard otherwise than the "
                    + "original's after every attempt")
        }
        if sealedPackets > 0 {
            warnings.append(
                "\(sealedPackets) packets of SRTP could not be opened with the keys of the SDP: their content became zeros"
            )
        }
        return warnings
    }
}
