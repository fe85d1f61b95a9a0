import FaxCore
import FaxReport
import FaxWire
import Foundation
import PcapDecode
import T30Analyzer

/// What the fuzzer starts from: real files, frames and payloads of the corpus.
struct FuzzCorpus {
    /// At most so many samples of one kind, spread over the captures.
    static let samplesPerKind = 400

    struct File {
        var path: String
        var octets: [UInt8]
    }

    private(set) var files: [File] = []
    private(set) var frames: [[UInt8]] = []
    private(set) var sip: [[UInt8]] = []
    private(set) var udptl: [[UInt8]] = []
    private(set) var rtp: [[UInt8]] = []
    private(set) var rtcp: [[UInt8]] = []
    private(set) var ifp: [[UInt8]] = []
    private(set) var t30: [[UInt8]] = []

    init(folder: String) throws {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
        for name in names where name.hasSuffix(".pcap") || name.hasSuffix(".pcapng") {
            let path = "\(folder)/\(name)"
            files.append(File(path: path, octets: [UInt8](try Data(contentsOf: URL(filePath: path)))))
            try collect(path)
        }
        if files.isEmpty { throw LabError("no capture in \(folder)") }
    }

    var sdp: [[UInt8]] {
        sip.compactMap { message in
            let body = message.firstRange(of: [13, 10, 13, 10]).map { Array(message[$0.upperBound...]) }
            return body.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// A few of each kind from every capture.
    private mutating func collect(_ path: String) throws {
        let reader = try CaptureReader(path: path)
        var sink = SampleSink()
        var decoder = NetworkDecoder()
        while let frame = reader.next() {
            if sink.frames.count < 20 { sink.frames.append(reader.bytes.copied()) }
            decoder.decode(frame, reader.bytes, to: &sink)
        }
        Self.add(sink.frames, to: &frames)
        Self.add(sink.sip, to: &sip)
        Self.add(sink.udptl, to: &udptl)
        Self.add(sink.rtp, to: &rtp)
        Self.add(sink.rtcp, to: &rtcp)
        Self.add(sink.udptl.compactMap { try? UDPTLPacket($0.span.bytes).primary }, to: &ifp)
        if t30.count < Self.samplesPerKind {
            let messages = try TruthTable.calls(of: URL(filePath: path)).flatMap(\.fax.messages)
            Self.add(messages.map(\.octets), to: &t30)
        }
    }

    private static func add(_ new: [[UInt8]], to samples: inout [[UInt8]]) {
        samples += new.prefix(max(0, samplesPerKind - samples.count))
    }
}

/// Sorts payloads into kinds, a few of each.
private struct SampleSink: PacketSink {
    var frames: [[UInt8]] = []
    var sip: [[UInt8]] = []
    var udptl: [[UInt8]] = []
    var rtp: [[UInt8]] = []
    var rtcp: [[UInt8]] = []
    private var seen = 0

    mutating func udp(_ info: PacketInfo, payload: RawSpan) {
        seen += 1
        if SIPMessage.looksLikeSIP(payload) {
            Self.keep(payload, in: &sip)
        } else if RTCPPacket.looksLike(payload) {
            Self.keep(payload, in: &rtcp)
        } else if RTPHeader.looksLike(payload) {
            if seen % 40 == 0 { Self.keep(payload, in: &rtp) }
        } else if UDPTLPacket.looksLike(payload) {
            if seen % 15 == 0 { Self.keep(payload, in: &udptl) }
        }
    }

    mutating func tcp(_ info: PacketInfo, segment: TCPSegmentInfo, payload: RawSpan) {
        if SIPMessage.looksLikeSIP(payload) { Self.keep(payload, in: &sip) }
    }

    mutating func icmp(_ info: PacketInfo, notice: ICMPNotice) {}
    mutating func warning(_ failure: DecodeFailure, frame: FrameRef) {}

    private static func keep(_ payload: RawSpan, in samples: inout [[UInt8]]) {
        if samples.count < 20 { samples.append(payload.copied()) }
    }
}
