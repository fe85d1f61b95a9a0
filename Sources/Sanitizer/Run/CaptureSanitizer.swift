import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// Replaces everything personal in a capture, and nothing that a diagnosis needs.
public struct CaptureSanitizer {
    let names: Pseudonyms
    private var image: CaptureImage
    private let walker: FrameWalker
    private let flows: FlowBook
    /// What the analysis says of the original.
    public let story: CaptureStory
    private var counts = ContentCounts()
    private var warnings: [String] = []

    /// Reads the capture at `path` and finds out what stands in it.
    public init(path: String, options: SanitizeOptions) throws {
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
    mutating func learn() { replaceAll() }

    /// Octets of all frames as they are now.
    func forEachFrame(_ take: ([UInt8]) -> Void) { for frame in image.frames { take(frame.octets) } }

    private func summary() -> SanitizeSummary {
        var summary = SanitizeSummary()
        summary.frames = image.frames.count
        summary.replaced = names.counts
        summary.content = counts.list
        summary.warnings = warnings
        summary.map = names.table
        return summary
    }

    // MARK: One round

    private mutating func replaceAll() {
        for place in walker.addresses { replace(place) }
        let datagrams = walker.datagrams.sorted {
            ($0.frame, $0.pieces[0].range.lowerBound) < ($1.frame, $1.pieces[0].range.lowerBound)
        }
        var media: [FlowBook.Key: [Datagram]] = [:]
        var order: [FlowBook.Key] = []
        for datagram in datagrams {
            let octets = image.original(datagram.pieces)
            if datagram.hepType <= 1, SIPMessage.looksLikeSIP(octets.span.bytes) {
                counts.sipMessages += 1
                put(SIPMask.masked(octets, names), datagram)
                continue
            }
            let key = FlowBook.Key(source: datagram.source, destination: datagram.destination)
            if media[key] == nil { order.append(key) }
            media[key, default: []].append(datagram)
        }
        for (index, key) in order.enumerated() { replace(media[key] ?? [], of: key, number: index) }
        for quote in walker.quotes {
            let octets = image.original(quote.pieces)
            let isSIP = SIPMessage.looksLikeSIP(octets.span.bytes)
            put(isSIP ? SIPMask.masked(octets, names) : octets.map { _ in 0 }, quote)
        }
        for segment in walker.segments { image.zeroUnlessLearning(segment.piece, names) }
    }

    private mutating func replace(_ place: AddressPlace) {
        let old = image.original([place.piece])
        let new = place.kind == .ipv6 ? names.ipv6(old) : names.replacement(old, place.kind)
        image.put(new, at: [place.piece])
    }

    private mutating func put(_ octets: [UInt8], _ datagram: Datagram) {
        image.put(octets, at: datagram.pieces)
    }

    // MARK: Media

    private mutating func replace(_ datagrams: [Datagram], of key: FlowBook.Key, number: Int) {
        let uses = flows[key.source, key.destination]
        var t38: [Datagram] = []
        for datagram in datagrams {
            let octets = image.original(datagram.pieces)
            let bytes = octets.span.bytes
            if uses.contains(where: { $0.kind == .udptl }),
                !MediaClassifier.isForeignToUDPTL(bytes, isCut: datagram.isCut)
            {
                t38.append(datagram)
            } else if RTCPPacket.looksLike(bytes) {
                put(RTPMask(names).maskedReports(octets), datagram)
            } else if let use = uses.first(where: { $0.kind == .rtp || $0.kind == .srtp }) {
                replaceRTP(octets, datagram, use)
            } else {
                counts.zeroed += 1
                if !names.isLearning { put(octets.map { _ in 0 }, datagram) }
            }
        }
        if !t38.isEmpty { replaceT38(t38, number, uses) }
    }

    private mutating func replaceRTP(_ octets: [UInt8], _ datagram: Datagram, _ use: FlowBook.Use) {
        counts.rtpPackets += 1
        if names.isLearning { return }
        var mask = RTPMask(names)
        mask.formats = use.formats
        mask.isSealed = use.kind == .srtp
        put(mask.masked(octets) { _, _ in nil }, datagram)
        counts.events += mask.events
    }

    private mutating func replaceT38(_ datagrams: [Datagram], _ number: Int, _ uses: [FlowBook.Use]) {
        var mask = UDPTLMask(
            names, stream: number, negotiatedVersion: uses.compactMap(\.negotiatedVersion).first)
        for datagram in datagrams {
            mask.take(
                image.original(datagram.pieces), time: datagram.time,
                frame: FrameRef(number: UInt32(datagram.frame + 1)))
        }
        mask.prepare()
        counts.t38Packets += datagrams.count
        counts.pages += mask.pages
        counts.idents += mask.identFrames
        if names.isLearning { return }
        for (index, datagram) in datagrams.enumerated() {
            put(mask.replacement(of: image.original(datagram.pieces), number: index), datagram)
        }
    }
}

/// What was done to the content of packets.
struct ContentCounts {
    var sipMessages = 0
    var t38Packets = 0
    var rtpPackets = 0
    var events = 0
    var idents = 0
    var pages = 0
    var zeroed = 0

    var list: [SanitizeSummary.Count] {
        [
            ("SIP messages", sipMessages), ("T.38 packets", t38Packets), ("T.30 frames with idents", idents),
            ("page images", pages), ("RTP packets", rtpPackets), ("packets with digits", events),
            ("packets set to zero", zeroed),
        ].filter { $0.1 > 0 }.map { SanitizeSummary.Count(kind: $0.0, count: $0.1) }
    }
}

extension CaptureImage {
    fileprivate mutating func zeroUnlessLearning(_ piece: Piece, _ names: Pseudonyms) {
        if !names.isLearning { zero(piece) }
    }
}
