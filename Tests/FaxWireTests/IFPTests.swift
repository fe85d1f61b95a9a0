import FaxCore
import FaxWire
import Testing

@Suite("IFP packets")
struct IFPTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var name: String
        var form: IFPForm
        var octets: [UInt8]
        var packet: IFPPacket
        var testDescription: String { name }
    }

    /// Octets worked out by hand from T.38 Annex A and X.691.
    static let samples = [
        Sample(name: "no-signal", form: .v1998, octets: [0x00], packet: .indicator(.noSignal)),
        Sample(name: "ced", form: .v2002, octets: [0x04], packet: .indicator(.ced)),
        Sample(
            name: "v17-14400-long-training", form: .v1998, octets: [0x1E], packet: .indicator(.v17LongTraining14400)),
        Sample(name: "v8-ansam", form: .v2002, octets: [0x20, 0x00], packet: .indicator(.v8Ansam)),
        Sample(name: "v33-14400-training", form: .v2002, octets: [0x21, 0x80], packet: .indicator(.v33Training14400)),
        Sample(
            name: "one octet of V.21", form: .v2002, octets: [0xC0, 0x01, 0x80, 0x00, 0x00, 0xFF],
            packet: .data(.v21, [.init(.hdlcData, [0xFF])])),
        Sample(
            name: "FCS and end of signal, 1998", form: .v1998, octets: [0xC0, 0x01, 0x40],
            packet: .data(.v21, [.init(.hdlcFCSOKSigEnd)])),
        Sample(
            name: "FCS and end of signal, 2002", form: .v2002, octets: [0xC0, 0x01, 0x20],
            packet: .data(.v21, [.init(.hdlcFCSOKSigEnd)])),
        Sample(
            name: "two fields without data share an octet, 1998", form: .v1998, octets: [0xC0, 0x02, 0x21],
            packet: .data(.v21, [.init(.hdlcFCSOK), .init(.hdlcSigEnd)])),
        Sample(
            name: "two fields without data are packed, 2002", form: .v2002, octets: [0xC0, 0x02, 0x10, 0x40],
            packet: .data(.v21, [.init(.hdlcFCSOK), .init(.hdlcSigEnd)])),
        Sample(
            name: "data after a field without, 1998", form: .v1998,
            octets: [0xC0, 0x02, 0x28, 0x00, 0x01, 0xAB, 0xCD],
            packet: .data(.v21, [.init(.hdlcFCSOK), .init(.hdlcData, [0xAB, 0xCD])])),
        Sample(
            name: "non-ECM data, 2002", form: .v2002, octets: [0xD0, 0x01, 0xB0, 0x00, 0x01, 0x12, 0x34],
            packet: .data(.v17At14400, [.init(.t4NonECMData, [0x12, 0x34])])),
        Sample(
            name: "jm-message", form: .v2002, octets: [0xE0, 0x00, 0x01, 0xC0, 0x80, 0x00, 0x00, 0x07],
            packet: .data(.v8, [.init(.jmMessage, [0x07])])),
    ]

    func packet(_ octets: [UInt8], _ form: IFPForm) throws -> IFPPacket {
        try IFPPacket(octets.span.bytes, form: form)
    }

    func length(_ octets: [UInt8], _ form: IFPForm) -> Int? { IFPPacket.length(octets.span.bytes, form: form) }

    @Test(arguments: samples)
    func knownOctets(_ sample: Sample) throws {
        #expect(try packet(sample.octets, sample.form) == sample.packet)
        #expect(sample.packet.octets(form: sample.form) == sample.octets)
    }

    @Test(arguments: T38Indicator.allCases)
    func indicatorRoundTrip(_ indicator: T38Indicator) throws {
        for form in IFPForm.allCases {
            let octets = try #require(IFPPacket.indicator(indicator).octets(form: form))
            #expect(try packet(octets, form) == .indicator(indicator))
        }
    }

    @Test(arguments: T38DataType.allCases, T38FieldType.allCases)
    func dataRoundTrip(_ type: T38DataType, _ field: T38FieldType) throws {
        for form in IFPForm.allCases {
            for lengths in [[0], [1], [300], [0, 0], [0, 2], [2, 0], [0, 0, 0, 5, 0]] {
                let fields = lengths.map { IFPPacket.Field(field, [UInt8](repeating: 0x5A, count: $0)) }
                let sent = IFPPacket.data(type, fields)
                guard let octets = sent.octets(form: form) else {
                    #expect(form == .v1998 && field.rawValue >= 8, "only extension fields cannot be said")
                    continue
                }
                #expect(try packet(octets, form) == sent)
                #expect(length(octets + [0], form) == octets.count)
            }
        }
    }

    @Test func unknownValuesAreRefused() {
        for octets in [[0x52] as [UInt8], [0x22, 0x00], [0x61, 0xC0], [0x30, 0x00], [0xC0, 0x01, 0x61, 0x00], []] {
            #expect(throws: DecodeFailure.self) { try packet(octets, .v2002) }
        }
        let lies: [UInt8] = [0xC0, 0x01, 0x80, 0x00, 0x09, 0xFF]
        #expect(
            throws: DecodeFailure(
                layer: .ifp, field: "field-data", offset: 5, reason: .lies(claimed: 10, available: 1))
        ) { try packet(lies, .v2002) }
    }

    @Test func cutPacketsKeepWhatCame() throws {
        let whole = IFPPacket.data(
            .v21, [.init(.hdlcData, [1, 2, 3]), .init(.hdlcFCSOK), .init(.hdlcData, [4]), .init(.hdlcFCSOKSigEnd)])
        for form in IFPForm.allCases {
            let octets = try #require(whole.octets(form: form))
            for count in 0..<octets.count {
                let cut = Array(octets.prefix(count))
                let decoded = IFPPacket.read(cut.span.bytes, form: form)
                #expect(decoded.stoppedBy?.layer == .ifp)
                if case .data(_, let fields) = decoded.value.packet { #expect(fields.count < 4) }
            }
        }
    }

    @Test func fieldsOnOctetsAreToleratedAndNoted() throws {
        let octets: [UInt8] = [0xC0, 0x02, 0x10, 0x80, 0x00, 0x00, 0x55]
        let decoded = IFPPacket.read(octets.span.bytes, form: .v2002)
        #expect(decoded.value.packet == .data(.v21, [.init(.hdlcFCSOK), .init(.hdlcData, [0x55])]))
        #expect(decoded.value.quirks == [.octetAlignedFields])
    }

    /// libspandsp's own coding of the extension field types, and PER's.
    @Test(arguments: [
        ([0xC0, 0x00], T38FieldType.cmMessage), ([0xC0, 0x40], .jmMessage), ([0xC0, 0xC0], .v34Rate),
        ([0xC0, 0x80], .jmMessage), ([0xC1, 0x00], .ciMessage), ([0xC1, 0x80], .v34Rate),
    ])
    func extensionFieldTypesInBothCodings(_ head: [UInt8], _ type: T38FieldType) {
        let octets = [0xE0, 0x00, 0x01] + head + [0x00, 0x00, 0x31]
        let decoded = IFPPacket.read(octets.span.bytes, form: .v2002)
        #expect(decoded.value.packet == .data(.v8, [.init(type, [0x31])]))
        #expect(decoded.stoppedBy == nil && decoded.value.trailing == 0)
    }

    @Test(arguments: IFPForm.allCases)
    func formIsDecidedByTheOctets(_ form: IFPForm) throws {
        var detector = IFPFormDetector()
        #expect(detector.form == nil)
        let packets: [IFPPacket] =
            [.indicator(.v21Preamble)] + [0xFF, 0x13, 0x80].map { .data(.v21, [.init(.hdlcData, [$0])]) } + [
                .data(.v21, [.init(.hdlcFCSOK)]), .data(.v21, [.init(.hdlcData, [0xFF])]),
                .data(.v21, [.init(.hdlcFCSOKSigEnd)]), .indicator(.noSignal),
            ]
        for packet in packets {
            let octets = try #require(packet.octets(form: form))
            detector.add(octets.span.bytes)
        }
        #expect(detector.form == form)
        for other in IFPForm.allCases { #expect(detector.form(negotiatedVersion: other.rawValue) == form) }
    }

    /// Every packet of up to eight octets over a few values: where one plain field is promised, both alignments read it
    /// to its end, the same, with clean padding.
    @Test func onePlainFieldReadsTheSameAlignedByBitsAndByOctets() throws {
        let values: [UInt8] = [0x00, 0x01, 0x80, 0xB0, 0xC0, 0xD0]
        var promised = 0
        for choice in 0..<(6 * 6 * 6 * 6 * 6) {
            var octets: [UInt8] = []
            var rest = choice
            for _ in 0..<5 {
                octets.append(values[rest % 6])
                rest /= 6
            }
            octets += [0x01, 0x80, 0x00]
            let span = octets.span.bytes
            guard var byBits = try? IFPCursor(span, form: .v2002), byBits.isOfOnePlainField(span) else { continue }
            promised += 1
            var byOctets = try IFPCursor(span, form: .v2002, alignment: .octets)
            let first = try byBits.next(span)
            #expect(try first != nil && first == byOctets.next(span))
            #expect(try byBits.next(span) == nil && byOctets.next(span) == nil)
            #expect(!byBits.hasDirtyPadding && !byOctets.hasDirtyPadding && byBits.end == byOctets.end)
        }
        #expect(promised == 18)
    }

    /// What is said to be the only field is what reading field by field gives, with nothing to remark.
    @Test(arguments: IFPForm.allCases)
    func theOnlyFieldIsWhatReadingGives(form: IFPForm) throws {
        var random = SeededRandom(seed: 38)
        var hits: [T38FieldType: Int] = [:]
        for _ in 0..<40_000 {
            let type = try #require(T38DataType.allCases.randomElement(using: &random))
            let field = try #require(T38FieldType.allCases.randomElement(using: &random))
            let count = Int.random(in: 0...4, using: &random)
            let octets = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            var fields = [IFPPacket.Field(field, octets)]
            if Int.random(in: 0..<4, using: &random) == 0 { fields.append(.init(field)) }
            guard var packet = IFPPacket.data(type, fields).octets(form: form) else { continue }
            if Bool.random(using: &random) {
                packet[Int.random(in: 0..<packet.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            }
            if Int.random(in: 0..<8, using: &random) == 0 { packet.append(0) }
            let span = packet.span.bytes
            guard let only = IFPCursor.onlyField(span, of: type, form: form) else { continue }
            var cursor = try IFPCursor(span, form: form)
            let first = try cursor.next(span)
            let second = try cursor.next(span)
            #expect(cursor.head == .data(type) && cursor.fieldCount == 1)
            #expect(first == only && second == nil)
            #expect(cursor.end == packet.count && !cursor.hasDirtyPadding)
            hits[only.type, default: 0] += 1
        }
        #expect(Set(hits.keys) == [.hdlcData, .t4NonECMData])
        #expect(hits.values.allSatisfy { $0 > 300 })
    }

    @Test func formFallsBackToNegotiation() {
        var detector = IFPFormDetector()
        let ced: [UInt8] = [0x04]
        detector.add(ced.span.bytes)
        #expect(detector.form == nil)
        #expect(detector.form(negotiatedVersion: nil) == .v1998)
        #expect(detector.form(negotiatedVersion: 3) == .v2002)
    }
}
