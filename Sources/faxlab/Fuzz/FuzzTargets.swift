import FaxCore
import FaxDSP
import FaxProtocol
import FaxReport
import FaxWire
import Foundation
import PcapDecode
import T30Analyzer

/// Every parser that takes octets from outside, and every report of what was read.
extension FuzzTarget {
    /// - Parameter file: a path that whole captures may be written to.
    static func all(file: String) -> [FuzzTarget] {
        let url = URL(filePath: file)
        func analyze(_ octets: [UInt8]) throws {
            try Data(octets).write(to: url)
            _ = try? TruthTable.calls(of: url)
        }
        let reports = EveryReport(folder: file + "-reports")
        func report(_ octets: [UInt8]) throws {
            try Data(octets).write(to: url)
            try reports.write(of: file, choice: octets.count)
        }
        func readFile(_ octets: [UInt8]) throws {
            try Data(octets).write(to: url)
            guard let reader = try? CaptureReader(path: file) else { return }
            while reader.next() != nil {}
        }
        func small(_ corpus: FuzzCorpus, _ ending: String) -> [[UInt8]] {
            corpus.files.filter { $0.path.hasSuffix(ending) }.map { Array($0.octets.prefix(8192)) }
        }
        return [
            .cuts("cut captures", feed: analyze),
            .captures("captures, 16 KB", largest: 16_384, feed: analyze),
            .captures("captures, whole", largest: 400_000, feed: analyze),
            .captures("reports", largest: 400_000, oneIn: 20, feed: report),
            .mutants("pcap", of: { small($0, ".pcap") }, feed: readFile),
            .mutants("pcapng", of: { small($0, ".pcapng") }, feed: readFile),
            .mutants("link and IP", of: \.frames, feed: network),
            .mutants("SIP", of: \.sip, feed: sip),
            .mutants("SIP stream", of: \.sip, feed: sipStream),
            .mutants("SDP", of: \.sdp) { octets in
                _ = try? SessionDescription.strict(octets.span.bytes)
                _ = SessionDescription.lax(octets.span.bytes).value.media.map { T38Parameters(sdp: $0.attributes) }
            },
            .mutants("RTP and RTCP", of: { $0.rtp + $0.rtcp }, feed: rtp),
            .mutants(
                "IAX2", of: { $0.rtp.map { [0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 1] + $0.prefix(100) } }, feed: iax2),
            .mutants("IAX2 peer", of: { _ in IAX2FuzzScript.frames }, feed: IAX2FuzzScript.feed),
            .mutants("UDPTL", of: \.udptl) { octets in
                _ = UDPTLPacket.read(octets.span.bytes)
                _ = MediaClassifier.kind(of: octets.span.bytes)
                var receiver = UDPTLReceiver()
                receiver.handle(octets.span.bytes, time: .zero, frame: FrameRef(number: 1)) { _, _ in }
                receiver.finish { _, _ in }
            },
            .mutants("IFP", of: \.ifp, feed: ifp),
            .mutants("T.38 over TCP", of: \.ifp) { octets in
                var framer = T38TCPFramer()
                framer.feed(octets.span.bytes) { _, _ in }
                framer.gap()
                framer.feed(octets.span.bytes) { _, _ in }
                var inside = T38TCPFramer(beginsInside: true)
                inside.feed(octets.span.bytes) { _, _ in }
                inside.finish { _, _ in }
            },
            .mutants("T.30 frames", of: \.t30) { octets in
                _ = try? T30Frame(octets: octets.span.bytes)
                _ = T30Frame(lax: octets).name
            },
            .mutants("page coding", of: pages, feed: page),
        ]
    }

    private static func network(_ octets: [UInt8]) {
        var decoder = NetworkDecoder()
        var sink = NullSink()
        for (number, type) in [LinkType.ethernet, .linuxSLL, .linuxSLL2, .rawIP, .null, .ppp, .pppoe].enumerated() {
            let header = FrameHeader(
                ref: FrameRef(number: UInt32(number)), time: .zero, linkType: type, interface: 0,
                capturedLength: octets.count, originalLength: octets.count)
            decoder.decode(header, octets.span.bytes, to: &sink)
        }
    }

    private static func sip(_ octets: [UInt8]) {
        _ = SIPMessage.looksLikeSIP(octets.span.bytes)
        _ = try? SIPMessage.strict(octets.span.bytes)
        guard let message = try? SIPMessage.lax(octets.span.bytes).value else { return }
        for header in SIPHeader.allCases {
            _ = message.elements(header)
            _ = message.addresses(header)
        }
        var tracker = DialogTracker()
        let end = Endpoint(IPAddress(v4: 1), 5060)
        let context = SIPContext(
            time: .zero, frame: FrameRef(number: 1), source: end, destination: end, transport: .udp)
        _ = tracker.handle(message, context)
        _ = tracker.finish()
    }

    private static func sipStream(_ octets: [UInt8]) {
        var framer = SIPStreamFramer()
        let middle = octets.count / 2
        _ = framer.push(octets.span.bytes.extracting(first: middle))
        _ = framer.push(octets.span.bytes.extracting(droppingFirst: middle))
        _ = framer.finish()
        var socket = WebSocketFramer()
        _ = socket.push(octets.span.bytes)
    }

    private static func rtp(_ octets: [UInt8]) {
        let bytes = octets.span.bytes
        if let header = try? RTPHeader.read(bytes) { _ = header.csrcs(bytes) }
        _ = RTCPPacket.read(bytes)
        _ = TelephoneEvent(bytes)
        _ = try? RTPRedundancy(bytes)
        _ = MediaClassifier.kind(of: bytes)
    }

    private static func iax2(_ octets: [UInt8]) {
        let bytes = octets.span.bytes
        _ = IAX2Frame.looksLike(bytes)
        _ = IAX2Frame.looksLikeNew(bytes)
        guard case .full(let frame)? = try? IAX2Frame(bytes) else { return }
        _ = IAX2Elements.read(bytes.extracting(frame.data))
    }

    private static func ifp(_ octets: [UInt8]) {
        let bytes = octets.span.bytes
        var detector = IFPFormDetector()
        detector.add(bytes)
        for form in IFPForm.allCases {
            _ = IFPPacket.read(bytes, form: form)
            _ = IFPPacket.length(bytes, form: form)
        }
    }

    /// Coded octets with a first one that chooses compression, bit order and width.
    private static func pages(_ corpus: FuzzCorpus) -> [[UInt8]] {
        corpus.files.filter { $0.octets.count > 20_000 }.prefix(40).map { Array($0.octets[10_000...].prefix(2000)) }
    }

    private static func page(_ octets: [UInt8]) {
        let choice = Int(octets.first ?? 0)
        let codings = PageDecoder.Compression.allCases
        let widths = [1728, 2048, 2432, 1, 16_384]
        _ = PageDecoder.decode(
            octets, compression: codings[choice % codings.count],
            bitOrder: choice & 8 == 0 ? .mostSignificantFirst : .leastSignificantFirst,
            widthPx: widths[choice / 16 % widths.count], dpiX: 204, dpiY: 98)
    }
}

private struct NullSink: PacketSink {
    mutating func udp(_ info: PacketInfo, payload: RawSpan) {}
    mutating func tcp(_ info: PacketInfo, segment: TCPSegmentInfo, payload: RawSpan) {}
    mutating func icmp(_ info: PacketInfo, notice: ICMPNotice) {}
    mutating func warning(_ failure: DecodeFailure, frame: FrameRef) {}
}
