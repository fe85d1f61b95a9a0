import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire
import Foundation
import TestSupport
import Testing

/// Two readers that are not ours must agree with us on every packet of the corpus that they can read.
@Suite("T.38 witnesses")
struct T38WitnessTests {
    /// T.38 over UDPTL with redundancy, without correction, with FEC, with loss; Ethernet and IPv6.
    static let captures = [
        "01-t38-clean-1page-ecm", "06-t38-redundancy-3pct-loss", "07-t38-noec-3pct-loss", "08-t38-fec-3pct-loss",
        "09d-t38-redundancy-burst-outages", "15c-t38-v27ter-4800", "20-ipv6-t38",
    ].map { Corpus.file("captures/\($0)/capture.pcap").path(percentEncoded: false) }

    static func udptl(_ path: String) throws -> [CapturedDatagram] {
        try CapturedDatagrams.read(path: path).filter { !$0.isCut && UDPTLPacket.looksLike($0.octets.span.bytes) }
    }

    static func layoutEntries(_ datagram: [UInt8]) -> [[UInt8]] {
        let packet = UDPTLPacket.read(datagram.span.bytes).value
        switch packet.recovery {
        case .redundancy(let secondaries): return [packet.primary] + secondaries
        case .fec: return [packet.primary]
        }
    }

    @Test(arguments: captures)
    func spandspReadsTheSameFields(_ path: String) throws {
        for form in IFPForm.allCases {
            let created = T38CoreReader(form: form)
            guard var witness = created else {
                Issue.record("libspandsp gives no T.38 state")
                return
            }
            var compared = 0
            for datagram in try Self.udptl(path) {
                for packet in Self.layoutEntries(datagram.octets) where !packet.isEmpty {
                    guard let theirs = witness.read(packet) else {
                        // What it refuses we need not refuse, but a form that fits must be read by both.
                        continue
                    }
                    let decoded = IFPPacket.read(packet.span.bytes, form: form)
                    #expect(decoded.stoppedBy == nil && decoded.value.trailing == 0, "frame \(datagram.frame.number)")
                    #expect(Self.reports(decoded.value.packet) == theirs, "frame \(datagram.frame.number): \(packet)")
                    compared += 1
                }
            }
            if try !Self.udptl(path).isEmpty { #expect(compared > 0) }
        }
    }

    /// Everything the 1998 form can say, and what of the 2002 form libspandsp codes as PER has it.
    @Test(arguments: IFPForm.allCases)
    func spandspReadsWhatWeWrite(_ form: IFPForm) throws {
        let created = T38CoreReader(form: form)
        guard var witness = created else {
            Issue.record("libspandsp gives no T.38 state")
            return
        }
        for indicator in T38Indicator.allCases {
            let octets = try #require(IFPPacket.indicator(indicator).octets(form: form))
            #expect(witness.read(octets) == [.indicator(Int(indicator.rawValue))])
        }
        for type in T38DataType.allCases {
            for field in T38FieldType.allCases where field.rawValue < T38FieldType.cmMessage.rawValue {
                for count in [0, 1, 2, 300] {
                    let fields = [
                        IFPPacket.Field(.hdlcData, [0x55]), .init(field, [UInt8](repeating: 0xC3, count: count)),
                    ]
                    let octets = try #require(IFPPacket.data(type, fields).octets(form: form))
                    #expect(witness.read(octets) == Self.reports(.data(type, fields)), "\(type) \(field) \(count)")
                }
            }
        }
    }

    static func reports(_ packet: IFPPacket?) -> [T38CoreReader.Report] {
        switch packet {
        case .indicator(let indicator): [.indicator(Int(indicator.rawValue))]
        case .data(let type, let fields):
            fields.map {
                .field(dataType: Int(type.rawValue), fieldType: Int($0.type.rawValue), octets: $0.octets)
            }
        case nil: []
        }
    }

    /// Both forms of every stream: what we read to the end, spandsp reads too.
    @Test(arguments: captures)
    func theDecidedFormIsReadByBoth(_ path: String) throws {
        var streams: [Endpoint: [[UInt8]]] = [:]
        for datagram in try Self.udptl(path) {
            streams[datagram.source, default: []].append(UDPTLPacket.read(datagram.octets.span.bytes).value.primary)
        }
        for (_, packets) in streams.sorted(by: { $0.key.port < $1.key.port }) {
            var detector = IFPFormDetector()
            for packet in packets { detector.add(packet.span.bytes) }
            guard let form = detector.form else { continue }
            let created = T38CoreReader(form: form)
            guard var witness = created else {
                Issue.record("libspandsp gives no T.38 state")
                return
            }
            for packet in packets {
                #expect(witness.read(packet) != nil)
                #expect(IFPPacket.read(packet.span.bytes, form: form).stoppedBy == nil)
            }
        }
    }

    @Test(arguments: captures)
    func tsharkReadsTheSamePackets(_ path: String) throws {
        let datagrams = try Self.udptl(path)
        guard !datagrams.isEmpty else { return }
        let ports = Set(datagrams.map(\.destination.port)).sorted()
        let rows = try Tshark.fields(
            path, filter: "t38.seq_number", fields: Self.fields, decodeAs: ports.map { "udp.port==\($0),t38" })
        let theirs = Dictionary(rows.map { (UInt32($0[0]) ?? 0, $0) }, uniquingKeysWith: { first, _ in first })
        var compared = 0
        for datagram in datagrams {
            guard let row = theirs[datagram.frame.number] else { continue }
            compared += 1
            #expect(Self.row(datagram.octets) == Array(row.dropFirst()), "frame \(datagram.frame.number)")
        }
        #expect(compared > datagrams.count * 9 / 10, "tshark read \(compared) of \(datagrams.count)")
    }

    static let fields = [
        "frame.number", "t38.seq_number", "t38.t30_indicator", "t38.t30_data", "t38.field_type", "t38.field_data",
        "t38.error_recovery", "t38.secondary_ifp_packets", "t38.fec_npackets", "t38.fec_data", "t38.fec_data_item",
    ]

    /// Our reading in tshark's terms: all packets of a datagram, primary and secondaries, field by field.
    static func row(_ octets: [UInt8]) -> [String] {
        let packet = UDPTLPacket.read(octets.span.bytes).value
        var indicators: [String] = []
        var types: [String] = []
        var fieldTypes: [String] = []
        var data: [String] = []
        for entry in layoutEntries(octets) {
            // tshark is set to the original form or not by a preference; it reads both by heuristics of the packet.
            switch IFPPacket.read(entry.span.bytes, form: .v1998).value.packet {
            case .indicator(let indicator): indicators.append(String(indicator.rawValue))
            case .data(let type, let fields):
                types.append(String(type.rawValue))
                fieldTypes += fields.map { String($0.type.rawValue) }
                data += fields.filter { !$0.octets.isEmpty }.map { hex($0.octets) }
            case nil: break
            }
        }
        var tail: [String]
        switch packet.recovery {
        case .redundancy(let secondaries): tail = ["0", String(secondaries.count), "", "", ""]
        case .fec(let span, let parity):
            tail = ["1", "", String(span), String(parity.count), parity.map(hex).joined(separator: ",")]
        }
        return [
            String(packet.sequence), indicators.joined(separator: ","), types.joined(separator: ","),
            fieldTypes.joined(separator: ","), data.joined(separator: ","),
        ] + tail
    }

    static func hex(_ octets: [UInt8]) -> String {
        octets.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
