import FaxCore
import FaxProtocol
import FaxWire
import Testing

@Suite struct UDPTLSenderTests {
    private func layout(_ datagram: [UInt8]) throws -> UDPTLPacket { try UDPTLPacket(datagram.span.bytes) }

    /// Every datagram is what the format's own writer makes of the same parts (T.38 9.1).
    @Test(arguments: [0, 1, 3, 70], [1_400, 160]) func redundancyIsThatOfTheFormat(depth: Int, limit: Int) {
        var sender = UDPTLSender(correction: .redundancy(.init(all: depth)), maximumDatagram: limit)
        // Lengths on both sides of 128, where the length field grows.
        let packets = (0..<200).map { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 1 + $0 * 7 % 150) }
        var shortened = 0
        for (number, packet) in packets.enumerated() {
            var entries = Array(packets[..<number].reversed().prefix(min(depth, UDPTLSender.historyLimit)))
            let wanted = entries.count
            let octets = {
                UDPTLPacket(sequence: UInt16(number), primary: packet, recovery: .redundancy(entries)).octets
            }
            while !entries.isEmpty, octets().count > limit { entries.removeLast() }
            if entries.count < wanted { shortened += 1 }
            #expect(sender.send(packet, category: .imageData) == octets())
        }
        #expect(sender.shortened == shortened)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var faults: @Sendable (inout UDPTLSender.Faults) -> Void
        var sequences: [UInt16]
        var depths: [Int]
    }

    static let rows = [
        Row(
            testDescription: "no fault", faults: { _ in }, sequences: [65_533, 65_534, 65_535, 0, 1, 2],
            depths: [0, 1, 2, 2, 2, 2]),
        Row(
            testDescription: "no secondaries", faults: { $0.omitsCorrection = true },
            sequences: [65_533, 65_534, 65_535, 0, 1, 2], depths: [0, 0, 0, 0, 0, 0]),
        Row(
            testDescription: "0 left out", faults: { $0.skipsZero = true },
            sequences: [65_533, 65_534, 65_535, 1, 2, 3], depths: [0, 1, 2, 2, 2, 2]),
        Row(
            testDescription: "numbering begins again", faults: { $0.restartsAfter = 4 },
            sequences: [65_533, 65_534, 65_535, 0, 0, 1], depths: [0, 1, 2, 2, 0, 1]),
        Row(
            testDescription: "duplicates", faults: { $0.duplicates = 1 },
            sequences: [65_533, 65_533, 65_534, 65_534, 65_535, 65_535, 0, 0, 1, 1, 2, 2],
            depths: [0, 0, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2]),
    ]

    @Test(arguments: rows) func faults(_ row: Row) throws {
        var sender = UDPTLSender(
            correction: .redundancy(.init(all: 2)), maximumDatagram: 1_400, firstSequence: 65_533)
        row.faults(&sender.faults)
        var datagrams: [[UInt8]] = []
        for number in 0..<6 { sender.send([0xC0, UInt8(number)], category: .imageData, into: &datagrams) }
        let packets = try datagrams.map(layout)
        #expect(packets.map(\.sequence) == row.sequences)
        let depths = packets.map { packet in
            if case .redundancy(let entries) = packet.recovery { entries.count } else { -1 }
        }
        #expect(depths == row.depths)
    }

    /// T38FaxMaxDatagram bounds the datagram, not the IFP packet, unless that is the fault.
    @Test(arguments: [false, true]) func limitTakenForTheIFP(isFault: Bool) {
        var sender = UDPTLSender(correction: .redundancy(.init(all: 3)), maximumDatagram: 238)
        sender.faults.takesLimitForIFP = isFault
        let largest = (0..<10).map { _ in sender.send([UInt8](repeating: 1, count: 77), category: .imageData).count }
            .max()
        #expect(largest == (isFault ? 2 + 78 * 4 + 2 : 2 + 78 * 3 + 2))
        #expect((sender.shortened > 0) != isFault)
    }

    /// Parity too goes by the limit: what does not fit goes without.
    @Test func parityThatDoesNotFitIsLeftOut() throws {
        var sender = UDPTLSender(correction: .fec(span: 2, entries: 2), maximumDatagram: 100)
        let short = [UInt8](repeating: 1, count: 20)
        for _ in 0..<4 { _ = sender.send(short, category: .imageData) }
        guard case .fec(span: 2, parity: _) = try layout(sender.send(short, category: .imageData)).recovery else {
            Issue.record("no parity")
            return
        }
        let long = [UInt8](repeating: 1, count: 90)
        #expect(try layout(sender.send(long, category: .imageData)).recovery == .redundancy([]))
        #expect(sender.shortened == 1)
    }
}

@Suite struct IFPFaultTests {
    private let frame = IFPPacket.data(.v21, [.init(.hdlcData, [1, 2]), .init(.hdlcFCSOKSigEnd)])
    private let end = IFPPacket.data(.v17At14400, [.init(.t4NonECMSigEnd)])
    private let plain = IFPPacket.data(.v21, [.init(.hdlcData, [3])])

    private func applied(_ packet: IFPPacket, _ change: (inout IFPFaults) -> Void) -> [IFPPacket] {
        var faults = IFPFaults()
        change(&faults)
        let form = faults.writesForm ?? .v2002
        return faults.apply(packet.octets(form: .v2002) ?? [], form: .v2002)
            .compactMap { try? IFPPacket($0.span.bytes, form: form) }
    }

    @Test func endsOfSignals() {
        for packet in [frame, end, plain, .indicator(.ced)] { #expect(applied(packet) { _ in } == [packet]) }
        let missing = { self.applied($0) { $0.signalEnd = .missing } }
        #expect(missing(frame) == [.data(.v21, [.init(.hdlcData, [1, 2]), .init(.hdlcFCSOK)])])
        #expect(missing(end).isEmpty)
        #expect(missing(plain) == [plain])
        #expect(missing(.indicator(.ced)) == [.indicator(.ced)])
        let repeated = { self.applied($0) { $0.signalEnd = .repeated(2) } }
        #expect(repeated(frame) == [frame, frame, frame])
        #expect(repeated(plain) == [plain])
    }

    @Test(arguments: [IFPForm.v1998, .v2002]) func otherForm(form: IFPForm) {
        for packet in [frame, end, plain, .indicator(.ced)] {
            #expect(applied(packet) { $0.writesForm = form } == [packet])
        }
    }

    /// What does not read goes out as it is.
    @Test func unreadable() {
        var faults = IFPFaults()
        faults.signalEnd = .missing
        #expect(faults.apply([0xFF, 0xFF], form: .v2002) == [[0xFF, 0xFF]])
        #expect(faults.apply([], form: .v2002) == [[]])
    }
}
