import FaxCore
import FaxWire
import Foundation
import TestSupport
import Testing

/// What tshark's T.30 dissector says in corpus captures must be what we read, frame by frame.
@Suite("T.30 field witness")
struct T30FieldWitnessTests {
    /// Without loss, so that frames can be put together from the packets as they come.
    static let captures = [
        "01-t38-clean-1page-ecm", "02-t38-clean-3pages-fine-noecm", "15b-t38-v29-9600", "15c-t38-v27ter-4800",
        "60-prack-100rel-t38",
    ]

    /// T.38 has the first bit of the line as the most significant of an octet, T.30 frames here as the least.
    static func turned(_ octet: UInt8) -> UInt8 {
        (0..<8).reduce(UInt8(0)) { $0 | (octet >> UInt8($1) & 1) << UInt8(7 - $1) }
    }

    /// Frames by the number of the packet with their last octet.
    static func frames(_ path: String) throws -> [UInt32: T30Frame] {
        var streams: [Endpoint: [UInt8]] = [:]
        var last: [Endpoint: UInt16] = [:]
        var frames: [UInt32: T30Frame] = [:]
        for datagram in try CapturedDatagrams.read(path: path) where UDPTLPacket.looksLike(datagram.octets.span.bytes) {
            let packet = UDPTLPacket.read(datagram.octets.span.bytes).value
            guard last.updateValue(packet.sequence, forKey: datagram.source) != packet.sequence else { continue }
            let decoded = IFPPacket.read(packet.primary.span.bytes, form: .v1998)
            guard decoded.stoppedBy == nil, case .data(_, let fields) = decoded.value.packet else { continue }
            for field in fields {
                switch field.type {
                case .hdlcData: streams[datagram.source, default: []] += field.octets.map(Self.turned)
                case .hdlcFCSOK, .hdlcFCSOKSigEnd:
                    frames[datagram.frame.number] = T30Frame(lax: streams[datagram.source] ?? [])
                    streams[datagram.source] = []
                case .hdlcSigEnd, .hdlcFCSBad, .hdlcFCSBadSigEnd, .t4NonECMData, .t4NonECMSigEnd, .cmMessage,
                    .jmMessage, .ciMessage, .v34Rate:
                    streams[datagram.source] = []
                }
            }
        }
        return frames
    }

    static let names = [
        "frame.number", "t30.FacsimileControl", "t30.fif.number", "t30.fif.dsr", "t30.fif.dsr_dcs", "t30.fif.ecm",
        "t30.fif.t6", "t30.fif.res", "t30.fif.tdcc", "t30.fif.rwc", "t30.fif.rw_dcs", "t30.fif.rlc", "t30.fif.rl_dcs",
        "t30.fif.msltcr", "t30.fif.mslt_dcs", "t30.fif.rtif", "t30.fif.v8c", "t30.fif.r8x15", "t30.fif.300x300",
        "t30.fif.mbrp", "t30.fif.nalet", "t30.fif.naleg", "t30.pps.fcf2", "t30.t4.page_count", "t30.t4.block_count",
        "t30.t4.frame_count", "t30.t4.frame_num",
    ]

    @Test(arguments: captures)
    func tsharkReadsTheSameFrames(_ name: String) throws {
        let path = Corpus.file("captures/\(name)/capture.pcap").path(percentEncoded: false)
        let ours = try Self.frames(path)
        let rows = try Tshark.fields(path, filter: "t30.FacsimileControl", fields: Self.names, decodeAs: [])
        var compared: [String: Int] = [:]
        for row in rows {
            let theirs = Dictionary(uniqueKeysWithValues: zip(Self.names, row))
            let number = try #require(UInt32(theirs["frame.number"] ?? ""))
            let frame = try #require(ours[number], "frame \(number)")
            compare(frame, theirs, "\(name) frame \(number) \(frame.name)")
            compared[frame.signal?.abbreviation ?? "", default: 0] += 1
        }
        for signal in ["DIS", "DCS", "CSI", "TSI", "CFR", "MCF", "DCN"] {
            #expect((compared[signal] ?? 0) > 0, "\(name): tshark read no \(signal)")
        }
    }

    private func compare(_ frame: T30Frame, _ theirs: [String: String], _ comment: Comment) {
        let fields = frame.fields
        func text(_ name: String) -> String { theirs[name] ?? "" }
        func number(_ name: String) -> Int? {
            let text = text(name)
            return text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
        }
        func value(_ name: String) -> T30Field.Value? { fields.first { $0.name == name }?.value }

        // The direction bit they may show apart.
        if let control = number("t30.FacsimileControl") {
            #expect(Int(Self.turned(frame.controlField) & 0x7F) == control & 0x7F, comment)
        }
        if !text("t30.fif.number").isEmpty { #expect(value("ident") == .text(text("t30.fif.number")), comment) }
        for (theirName, ourName) in Self.flags where !text(theirName).isEmpty {
            let theirFlag = T30Field.Value.flag(["1", "True"].contains(text(theirName)))
            #expect((value(ourName) ?? .flag(false)) == theirFlag, "\(comment) \(ourName)")
        }
        for table in Self.tables {
            guard let code = number(table.field) else { continue }
            #expect(value(table.name) == table.meanings[code], "\(comment) \(table.name) \(code)")
        }
        if frame.signal == .pps {
            #expect(value("page") == number("t30.t4.page_count").map { .number($0) }, comment)
            #expect(value("block") == number("t30.t4.block_count").map { .number($0) }, comment)
            #expect(value("frames") == number("t30.t4.frame_count").map { .number($0 + 1) }, comment)
        }
        if frame.signal == .fcd { #expect(value("frame") == number("t30.t4.frame_num").map { .number($0) }, comment) }
    }

    static let flags: [(String, String)] = [
        ("t30.fif.ecm", "ecm"), ("t30.fif.t6", "t6"), ("t30.fif.res", "fine"), ("t30.fif.tdcc", "two-dimensional"),
        ("t30.fif.rtif", "t38"), ("t30.fif.v8c", "v8"), ("t30.fif.r8x15", "r8x15.4"), ("t30.fif.300x300", "300x300"),
        ("t30.fif.mbrp", "metric"), ("t30.fif.nalet", "letter"), ("t30.fif.naleg", "legal"),
    ]

    struct Table: Sendable {
        var field: String
        var name: String
        var meanings: [Int: T30Field.Value]
    }

    /// The codes that the captures hold.
    static let tables: [Table] = [
        Table(
            field: "t30.fif.dsr", name: "modems",
            meanings: [
                0x4: .list(["V.27ter"]), 0xC: .list(["V.27ter", "V.29"]), 0xD: .list(["V.27ter", "V.29", "V.17"]),
            ]),
        Table(
            field: "t30.fif.dsr_dcs", name: "rate",
            meanings: [
                0x1: .text("V.17 14400"), 0x4: .text("V.27ter 4800"), 0x8: .text("V.29 9600"),
            ]),
        Table(field: "t30.fif.rwc", name: "widths", meanings: [0: .list(["215 mm"])]),
        Table(field: "t30.fif.rw_dcs", name: "width", meanings: [0: .number(1728)]),
        Table(field: "t30.fif.rlc", name: "length", meanings: [1: .text("unlimited")]),
        Table(field: "t30.fif.rl_dcs", name: "length", meanings: [0: .text("A4 (297 mm)"), 1: .text("unlimited")]),
        Table(field: "t30.fif.msltcr", name: "scan-line-time", meanings: [7: .text("0/0 ms")]),
        Table(field: "t30.fif.mslt_dcs", name: "scan-line-time", meanings: [7: .text("0 ms")]),
    ]
}
