import FaxCore
import FaxWire
import Testing

@Suite("RTP and RTCP")
struct RTPTests {
    func header(_ octets: [UInt8]) -> RTPHeader? { RTPHeader(octets.span.bytes) }
    func failure(_ octets: [UInt8]) -> DecodeFailure? { RTPHeader.failure(octets.span.bytes) }
    func strict(_ octets: [UInt8]) throws -> RTPHeader { try RTPHeader.read(octets.span.bytes) }

    @Test func roundTrip() throws {
        let sent = RTPHeader(marker: true, payloadType: 8, sequence: 65_535, timestamp: 0xFFFF_FF60, ssrc: 0x1234_5678)
        let octets = sent.packet(payload: [1, 2, 3])
        let read = try strict(octets)
        #expect(read.marker && read.payloadType == 8 && read.sequence == 65_535)
        #expect(read.timestamp == 0xFFFF_FF60 && read.ssrc == 0x1234_5678)
        #expect(Array(octets[read.payload]) == [1, 2, 3])
        for count in 0..<12 {
            let cut = Array(octets.prefix(count))
            #expect(header(cut) == nil)
            #expect(failure(cut)?.layer == .rtp)
        }
    }

    @Test func contributingSourcesExtensionAndPadding() throws {
        var octets: [UInt8] = [0xB2, 0x00, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]
        octets += [0, 0, 0, 7, 0, 0, 0, 9]
        octets += [0xBE, 0xDE, 0, 1, 0x10, 0xFF, 0, 0]
        octets += [0xAA, 0xBB, 0, 2]
        let read = try strict(octets)
        let sources = read.csrcs(octets.span.bytes)
        #expect(sources == [7, 9])
        #expect(read.extensionProfile == 0xBEDE)
        #expect(Array(octets[read.payload]) == [0xAA, 0xBB])
        #expect(read.paddingLength == 2)
        for count in 0..<28 { #expect(header(Array(octets.prefix(count))) == nil || count >= 28) }
        var lying = octets
        lying[lying.count - 1] = 200
        #expect(header(lying)?.hasBadPadding == true)
        #expect(throws: DecodeFailure.self) { try strict(lying) }
    }

    static let report: [UInt8] = [
        0x81, 201, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, 0x40, 0xFF, 0xFF, 0xFE, 0, 1, 0, 5, 0, 0, 0, 80, 0, 0, 0, 0, 0, 0, 0,
        0,
    ]
    static let names: [UInt8] = [0x81, 202, 0, 3, 0, 0, 0, 1, 1, 4, 0x66, 0x61, 0x78, 0x31, 0, 0]
    static let bye: [UInt8] = [0x81, 203, 0, 1, 0, 0, 0, 1]
    static let extended: [UInt8] = [0x80, 207, 0, 2, 0, 0, 0, 1, 4, 0, 0, 0]

    @Test func compoundPacket() throws {
        let octets = Self.report + Self.names + Self.bye + Self.extended
        let decoded = RTCPPacket.read(octets.span.bytes)
        #expect(decoded.stoppedBy == nil)
        #expect(
            decoded.value == [
                .receiverReport(
                    ssrc: 1,
                    blocks: [
                        .init(
                            ssrc: 2, fractionLost: 64, cumulativeLost: -2, highestSequence: 65_541, jitter: 80,
                            lastSenderReport: 0, delaySinceSenderReport: 0)
                    ]),
                .sourceDescription([.init(ssrc: 1, canonicalName: "fax1")]),
                .bye(ssrcs: [1], reason: nil), .other(type: 207, octets: 8),
            ])
        for count in 0..<octets.count {
            let cut = Array(octets.prefix(count))
            let partial = RTCPPacket.read(cut.span.bytes)
            #expect(partial.value.count <= 3)
            #expect(partial.stoppedBy != nil || [0, 32, 48, 56].contains(count))
        }
    }

    @Test func senderReport() {
        var writer = ByteWriter()
        writer.raw([0x80, 200])
        writer.u16(6)
        writer.u32(5)
        writer.u64(0xE000_0000_8000_0000)
        writer.u32(160)
        writer.u32(10)
        writer.u32(1600)
        let report = RTCPPacket.SenderReport(
            ssrc: 5, ntpTime: 0xE000_0000_8000_0000, rtpTimestamp: 160, packets: 10, octets: 1600, blocks: [])
        let octets = writer.bytes
        let decoded = RTCPPacket.read(octets.span.bytes)
        #expect(decoded.value == [.senderReport(report)])
    }

    @Test(arguments: [
        (0, "DTMF 0"), (11, "DTMF #"), (15, "DTMF D"), (16, "flash"), (32, "ANS"), (35, "/ANSam"), (36, "CNG"),
        (38, "V.21 channel 1, 1"), (40, "V.21 channel 2, 1"), (49, "CT"), (192, "NSE switch to pass-through"),
        (200, "NSE switch to T.38"), (210, "event 210"),
    ])
    func eventNames(code: UInt8, name: String) throws {
        let sent = TelephoneEvent(code: code, isEnd: true, volume: 10, durationTicks: 1600)
        let octets = sent.octets
        #expect(event(octets) == sent)
        #expect(sent.name == name)
        #expect(event(Array(octets.prefix(3))) == nil)
    }

    func event(_ octets: [UInt8]) -> TelephoneEvent? { TelephoneEvent(octets.span.bytes) }
    func cisco(_ type: UInt8, _ octets: [UInt8]) -> UInt8? {
        CiscoNSE.read(payloadType: type, payload: octets.span.bytes)?.code
    }

    @Test func ciscoEventsAreRecognised() {
        let octets: [UInt8] = [192, 0, 0, 80]
        #expect(cisco(100, octets) == CiscoNSE.passThrough)
        #expect(cisco(101, octets) == nil)
        let digit: [UInt8] = [1, 0, 0, 80]
        #expect(cisco(100, digit) == nil)
    }

    @Test func redundantAudio() throws {
        // Two older blocks of 3 and 2 octets, the primary of 4 (offsets 320 and 160 ticks).
        let octets: [UInt8] = [
            0x80, 0x05, 0x00, 0x03, 0x80, 0x02, 0x80, 0x02, 0x08, 1, 2, 3, 4, 5, 6, 7, 8, 9,
        ]
        let read = try RTPRedundancy(octets.span.bytes)
        #expect(read.blocks.map(\.payloadType) == [0, 0, 8])
        #expect(read.blocks.map(\.timestampOffset) == [320, 160, 0])
        #expect(read.blocks.map { Array(octets[$0.octets]) } == [[1, 2, 3], [4, 5], [6, 7, 8, 9]])
        for count in 0..<14 {
            let cut = Array(octets.prefix(count))
            #expect(throws: DecodeFailure.self, "\(count)") { try self.redundancy(cut) }
        }
    }

    func redundancy(_ octets: [UInt8]) throws -> RTPRedundancy { try RTPRedundancy(octets.span.bytes) }
}

@Suite("What a flow carries")
struct MediaClassifierTests {
    func rtp(_ sequence: UInt16, ssrc: UInt32 = 0xABCD_EF01, payload: [UInt8]? = nil) -> [UInt8] {
        RTPHeader(payloadType: 0, sequence: sequence, timestamp: UInt32(sequence) &* 160, ssrc: ssrc)
            .packet(payload: payload ?? [UInt8](repeating: 0xFF, count: 160))
    }

    func udptl(_ sequence: UInt16) -> [UInt8] {
        let packet =
            IFPPacket.data(.v21, [.init(.hdlcData, [UInt8(truncatingIfNeeded: sequence)])])
            .octets(form: .v1998) ?? []
        return UDPTLPacket(sequence: sequence, primary: packet, recovery: .redundancy([packet, packet])).octets
    }

    func foreignToUDPTL(_ octets: [UInt8], isCut: Bool = false) -> Bool {
        MediaClassifier.isForeignToUDPTL(octets.span.bytes, isCut: isCut)
    }

    func foreignToRTP(_ octets: [UInt8]) -> Bool {
        MediaClassifier.isForeignToRTP(octets.span.bytes, ssrc: 0xABCD_EF01)
    }

    func verdict(_ packets: [[UInt8]]) -> MediaClassifier.Kind? {
        var classifier = MediaClassifier()
        for packet in packets {
            classifier.add(packet.span.bytes)
            if let verdict = classifier.verdict { return verdict }
        }
        return nil
    }

    @Test(arguments: [UInt16(0), 0x7FFE, 0x8000, 0x8008, 0xBFFF, 0xFFFE])
    func streamsAreToldApart(from first: UInt16) {
        #expect(verdict((0..<8).map { udptl(first &+ $0) }) == .udptl)
        #expect(verdict((0..<8).map { rtp(first &+ $0) }) == .rtp)
    }

    /// Octets behind every packet do not hide T.38, and do not make it of anything else.
    @Test(arguments: [1, 2, 4, 16], [UInt16(0), 0x7FFE, 0x8000, 0xFFFE])
    func trailingOctets(count: Int, first: UInt16) {
        let rest = [UInt8](repeating: 0, count: count)
        #expect(verdict((0..<8).map { udptl(first &+ $0) + rest }) == (count > udptl(0).count ? nil : .udptl))
        // One number all the time is no stream, nor are numbers that leap.
        #expect(verdict((0..<8).map { _ in udptl(first) + rest }) != .udptl)
        #expect(verdict((0..<8).map { udptl(first &+ $0 &* 1_000) + rest }) != .udptl)
    }

    func isPadded(_ octets: [UInt8]) -> Bool { UDPTLPacket.looksLikeWithTrailing(octets.span.bytes) }

    @Test func trailingHasALimit() {
        let packet = udptl(7)
        #expect(isPadded(packet + [0]))
        #expect(!isPadded(packet))
        #expect(
            !isPadded(packet + [UInt8](repeating: 0, count: packet.count + 1)))
        let long = UDPTLPacket(sequence: 1, primary: [0x06], recovery: .redundancy([[UInt8](repeating: 6, count: 60)]))
        #expect(isPadded(long.octets + [UInt8](repeating: 0, count: 32)))
        #expect(!isPadded(long.octets + [UInt8](repeating: 0, count: 33)))
    }

    /// RTP of any content stays RTP: its first two octets do not count.
    @Test func noRTPReadsAsPaddedUDPTL() {
        var random = SeededRandom(seed: 38)
        for _ in 0..<500 {
            let ssrc = UInt32(truncatingIfNeeded: random.next())
            let first = UInt16(truncatingIfNeeded: random.next())
            let packets = (0..<16).map { step in
                rtp(first &+ step, ssrc: ssrc, payload: (0..<20).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            }
            #expect(verdict(packets) == .rtp)
        }
    }

    @Test func otherTraffic() {
        #expect(verdict([UInt8](repeating: 0, count: 8).map { _ in RTPTests.report + RTPTests.bye }) == .rtcp)
        let binding: [UInt8] = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + [UInt8](repeating: 7, count: 12)
        #expect(verdict([binding, binding]) == .stun)
        #expect(verdict((0..<16).map { _ in [0x0D, 0x0A] }) == nil)
    }

    /// Any RTP packet must be foreign to UDPTL and the reverse, whatever their numbers.
    @Test func leftoversAreForeign() {
        for high in UInt16(0)...255 {
            let sequence = high << 8 | 0x1A
            let audio = rtp(sequence)
            let fax = udptl(sequence)
            #expect(foreignToUDPTL(audio), "RTP \(sequence)")
            #expect(!foreignToUDPTL(fax), "UDPTL \(sequence)")
            #expect(!foreignToRTP(audio))
            #expect(foreignToRTP(fax))
        }
        let damaged = udptl(300) + [0, 0]
        #expect(!foreignToUDPTL(damaged))
        let cut = Array(udptl(0x8003).prefix(10))
        #expect(!foreignToUDPTL(cut, isCut: true))
    }

    @Test func chanceHardlyEverLooksLikeUDPTL() {
        var random = SeededRandom(seed: 5)
        var hits = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 12...200, using: &random)
            let octets = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if UDPTLPacket.looksLike(octets.span.bytes) { hits += 1 }
        }
        #expect(hits < 8)
    }
}

@Suite("T.38 over TCP")
struct T38TCPFramerTests {
    static let packets: [[UInt8]] = [
        [0x00], [0x06], [0xC0, 1, 0x80, 0, 0, 0xFF], [0xC0, 1, 0x80, 0, 2, 0x13, 0x80, 0x00], [0xC0, 1, 0x40], [0x1E],
    ]

    func cut(
        _ octets: [UInt8], every step: Int, form: IFPForm = .v1998, beginsInside: Bool = false
    ) -> (packets: [[UInt8]], framer: T38TCPFramer) {
        var framer = T38TCPFramer(form: form, beginsInside: beginsInside)
        var packets: [[UInt8]] = []
        for start in stride(from: 0, to: octets.count, by: step) {
            let part = Array(octets[start..<min(start + step, octets.count)])
            framer.feed(part.span.bytes) { packet, _ in packets.append(packet.copied()) }
        }
        return (packets, framer)
    }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func bothFramings(step: Int) {
        let framed = cut(Self.packets.flatMap { T38TCPFramer.tpkt($0) }, every: step)
        #expect(framed.packets == Self.packets)
        #expect(framed.framer.framing == .tpkt)
        let bare = cut(Self.packets.flatMap { $0 }, every: step)
        #expect(bare.packets == Self.packets)
        #expect(bare.framer.framing == .bare)
        #expect(bare.framer.buffered == 0 && bare.framer.skippedOctets == 0)
    }

    /// From any octet on, every TPKT that is there as a whole is found.
    @Test(arguments: [1, 3, 1000])
    func aBeginningInsideATPKT(step: Int) {
        let frames = (0..<3).flatMap { _ in Self.packets }.map { T38TCPFramer.tpkt($0) }
        let octets = frames.flatMap { $0 }
        for start in 1..<octets.count {
            var (place, expected) = (0, [[UInt8]]())
            for frame in frames {
                if place >= start { expected.append(Array(frame.dropFirst(4))) }
                place += frame.count
            }
            guard !expected.isEmpty else { continue }
            let read = cut(Array(octets[start...]), every: step, beginsInside: true)
            #expect(read.packets == expected, "from octet \(start)")
        }
    }

    @Test func tpktsAreFoundAgainBehindWhatIsNone() {
        let frames = Self.packets.map { T38TCPFramer.tpkt($0) }
        let bad: [UInt8] = [3, 0xFF, 0, 9, 3, 0, 0, 0]
        let read = cut(frames[0] + [0xFF] + bad + frames[2] + frames[3], every: 1000)
        #expect(read.packets == [Self.packets[0], Self.packets[2], Self.packets[3]])
        #expect(read.framer.skippedOctets == 1 + bad.count)
    }

    @Test func tpktsAreFoundAgainBehindAGap() {
        var framer = T38TCPFramer()
        var (packets, ends) = ([[UInt8]](), [Int]())
        func feed(_ octets: [UInt8]) {
            framer.feed(octets.span.bytes) { packet, end in
                packets.append(packet.copied())
                ends.append(end)
            }
        }
        feed(T38TCPFramer.tpkt([0x06]) + [3, 0, 0, 12, 0xC0])
        framer.gap()
        feed([0x80, 3, 0xFF, 0xFF, 0x00] + T38TCPFramer.tpkt(Self.packets[2]))
        #expect(packets == [[0x06], Self.packets[2]])
        #expect(ends == [5, 5 + 5 + 5 + 10])
    }

    /// A chain of them is believed whatever it holds, fewer are not.
    @Test(arguments: [(2, 0), (3, 3)])
    func aChainOfTPKTs(count: Int, found: Int) {
        let octets = (0..<count).flatMap { _ in T38TCPFramer.tpkt([0xC0, 0xFF, 0x00]) }
        #expect(cut([0xFF] + octets, every: 1000, beginsInside: true).packets.count == found)
    }

    /// Bare packets whose beginning is not known wait until it is clear that no TPKT is among them.
    @Test func bareWhereTheBeginningIsNotKnown() {
        let bare = [[UInt8]](repeating: [0xC0, 1, 0x80, 0, 1, 0x55, 0xAA, 0x06], count: 400).flatMap { $0 }
        let limit = T38TCPFramer.undecidedOctets
        var (packets, framer) = cut(Array(bare.prefix(limit - 1)), every: 100, beginsInside: true)
        #expect(packets.isEmpty && framer.framing == nil)
        framer.finish { packet, _ in packets.append(packet.copied()) }
        #expect(packets.count == (limit - 1) / 8 * 2 + 1)
        #expect(cut(Array(bare.prefix(limit)), every: 100, beginsInside: true).packets.count == limit / 8 * 2)
    }

    @Test func whatWaitsIsBounded() {
        var framer = T38TCPFramer()
        var count = 0
        let header: [UInt8] = [3, 0, 0xFF, 0xFF]
        framer.feed(header.span.bytes) { _, _ in count += 1 }
        let filler = [UInt8](repeating: 3, count: 10_000)
        for _ in 0..<100 {
            framer.feed(filler.span.bytes) { _, _ in count += 1 }
            #expect(framer.buffered <= T38TCPFramer.maximumBuffered)
        }
    }

    @Test func noiseIsSkipped() {
        var random = SeededRandom(seed: 11)
        let noise = (0..<5_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let read = cut(noise, every: 100)
        #expect(read.packets.reduce(0) { $0 + $1.count } <= noise.count)
    }
}
