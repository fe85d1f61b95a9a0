import FaxCore
import FaxWire
import Foundation
import PcapDecode

/// A capture in memory whose packets can be changed one by one, with lengths and checksums kept right; then read again
/// as any capture is. What faults look like on the wire is so made from calls that really were.
///
///     var capture = try CaptureEditor(corpus: "01-t38-clean-1page-ecm")
///     capture.rewriteStatus(of: .response(200, to: "INVITE", offering: "image"), to: "488 Not Acceptable Here")
///     let calls = capture.calls()
///
/// An edit that finds nothing to change is a mistake of its author: it is told in `problems`.
public struct CaptureEditor: Sendable {
    public struct Record: Sendable {
        public var time: Instant
        public var frame: CapturedFrame
    }

    public var records: [Record]
    /// Edits that found nothing, in words.
    public private(set) var problems: [String] = []

    public init(path: String) throws {
        let reader = try CaptureReader(path: path)
        records = []
        while let header = reader.next() {
            let frame = CapturedFrame(
                linkType: header.linkType, octets: reader.bytes.copied(), originalLength: header.originalLength)
            records.append(Record(time: header.time, frame: frame))
        }
    }

    /// A capture of `corpus/captures` by the name of its folder.
    public init(corpus name: String) throws {
        try self.init(path: Corpus.capture(name).path)
    }

    // MARK: - Reading it again

    /// In order of time; of equal times in the order of the records.
    private var sorted: [Record] {
        records.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }

    /// A classic pcap file, for tools that want one.
    public var pcap: [UInt8] {
        var writer = PcapWriter(
            PcapHeader(linkType: records.first?.frame.linkType ?? .ethernet, resolution: .nanoseconds))
        for record in sorted {
            writer.append(
                time: record.time, frame: record.frame.octets, originalLength: record.frame.originalLength)
        }
        return writer.bytes
    }

    /// The calls that a decoder sees in it; frames are numbered as in ``pcap``.
    public func calls(keepsAudio: Bool = true) -> [Call] {
        var options = CaptureDecoder.Options()
        options.keepsAudio = keepsAudio
        let found = Found()
        let decoder = CaptureDecoder(options) { found.calls.append($0) }
        for (index, record) in sorted.enumerated() {
            let header = FrameHeader(
                ref: FrameRef(number: UInt32(index + 1)), time: record.time, linkType: record.frame.linkType,
                interface: 0, capturedLength: record.frame.octets.count, originalLength: record.frame.originalLength)
            decoder.feed(header, record.frame.octets.span.bytes)
        }
        decoder.finish()
        return found.calls
    }

    private final class Found { var calls: [Call] = [] }

    // MARK: - What is in it

    public mutating func complain(_ text: String) { problems.append(text) }

    /// The SIP messages in order of the records.
    public var messages: [CapturedSIP] {
        CapturedSIP.all(
            records.enumerated().compactMap { index, record in record.frame.payload.map { (index, $0) } })
    }

    /// The messages that are meant; none is a problem.
    public mutating func messages(_ selection: SIPSelection) -> [CapturedSIP] {
        let fitting = messages.filter(selection.fits)
        var chosen = fitting
        if let nth = selection.nth { chosen = nth <= fitting.count ? [fitting[nth - 1]] : [] }
        if chosen.isEmpty { complain("no SIP message fits \(selection)") }
        return chosen
    }

    /// When the first such message was sent.
    public mutating func time(of selection: SIPSelection) -> Instant {
        messages(selection).first.map { records[$0.place].time } ?? start
    }

    public var start: Instant { records.map(\.time).min() ?? .zero }
    public var end: Instant { records.map(\.time).max() ?? .zero }

    /// Where each party's SDP wants its media; with RTCP's port beside.
    func mediaEndpoints() -> [Endpoint: Party] {
        var known: [Endpoint: Party] = [:]
        for message in messages {
            guard let address = message.text.connection.flatMap({ IPAddress($0) }) else { continue }
            for media in message.text.media where media.port != 0 {
                known[Endpoint(address, media.port)] = message.sender
                known[Endpoint(address, media.port &+ 1)] = message.sender
            }
        }
        return known
    }
}

extension Corpus {
    /// The capture file in a folder of `corpus/captures`.
    public static func capture(_ name: String) throws -> URL {
        let files = ["capture.pcap", "capture.pcap.zst", "capture.pcapng"].map { file("captures/\(name)/\($0)") }
        guard let found = files.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: "corpus/captures/\(name)"])
        }
        return found
    }
}
