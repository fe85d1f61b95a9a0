import CZlib
import FaxCore
import FaxWire
import PcapDecode
import Testing

func decode(_ frames: [[UInt8]], as linkType: LinkType, secondsApart: Int64 = 0, finish: Bool = true) -> RecordingSink {
    var decoder = NetworkDecoder()
    var sink = RecordingSink()
    for (index, frame) in frames.enumerated() {
        let header = FrameHeader(
            ref: FrameRef(number: UInt32(index + 1)),
            time: Instant(nanoseconds: Int64(index) * max(1, secondsApart * 1_000_000_000)), linkType: linkType,
            interface: 0, capturedLength: frame.count, originalLength: frame.count)
        decoder.decode(header, frame.span.bytes, to: &sink)
    }
    if finish { decoder.finish(to: &sink) }
    return sink
}

/// One way in which the datagram `01 02 03` can lie in a frame.
struct Wrapping: CustomTestStringConvertible {
    var testDescription: String
    var linkType: LinkType
    var frame: [UInt8]

    init(_ name: String, _ linkType: LinkType, _ frame: [UInt8]) {
        testDescription = name
        self.linkType = linkType
        self.frame = frame
    }

    static let v4 = Build.ipv4(Build.udp([1, 2, 3]))
    static let v6 = Build.ipv6(Build.udp([1, 2, 3]))
    static let bridged = Build.ethernet(v4)
    static let tag: [UInt8] = [0x00, 0x05]
    static let sllAddress: [UInt8] = [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]
    static let sll2: [UInt8] = [0x08, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]
    static let optionHeader: [UInt8] = [44, 0, 1, 4, 0, 0, 0, 0]
    static let atomicFragment: [UInt8] = [51, 0, 0, 0, 0, 0, 0, 9]
    static let authentication: [UInt8] = [17, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    static let vxlan: [UInt8] = [8, 0, 0, 0, 0, 0, 7, 0]

    static func outer(_ payload: [UInt8], _ number: UInt8) -> [UInt8] {
        Build.ethernet(Build.ipv4(payload, protocol: number, from: 0x0101_0101, to: 0x0202_0202))
    }

    static let links = [
        Wrapping("Ethernet", .ethernet, bridged),
        Wrapping("Ethernet, padded", .ethernet, Build.ethernet(v4, padding: 15)),
        Wrapping("Ethernet, IPv6", .ethernet, Build.ethernet(v6, type: 0x86DD)),
        Wrapping("802.1Q", .ethernet, Build.ethernet(tag + [8, 0] + v4, type: 0x8100)),
        Wrapping("802.1ad", .ethernet, Build.ethernet(tag + [0x81, 0] + tag + [8, 0] + v4, type: 0x88A8)),
        Wrapping("MPLS, two labels", .ethernet, Build.ethernet([0, 1, 0, 9, 0, 2, 1, 9] + v4, type: 0x8847)),
        Wrapping("PPPoE on Ethernet", .ethernet, Build.ethernet([0x11, 0, 0, 1, 0, 9, 0, 0x21] + v4, type: 0x8864)),
        Wrapping("SLL", .linuxSLL, sllAddress + [8, 0] + v4),
        Wrapping("SLL2", .linuxSLL2, sll2 + v4),
        Wrapping("raw, IPv4", .rawIP, v4), Wrapping("raw, IPv6", .rawIP, v6),
        Wrapping("LINKTYPE_IPV4", .ipv4, v4), Wrapping("LINKTYPE_IPV6", .ipv6, v6),
        Wrapping("null, little", .null, [2, 0, 0, 0] + v4), Wrapping("null, big", .null, [0, 0, 0, 2] + v4),
        Wrapping("null, IPv6 of macOS", .null, [30, 0, 0, 0] + v6), Wrapping("loop", .loop, [0, 0, 0, 2] + v4),
        Wrapping("PPP", .ppp, [0, 0x21] + v4), Wrapping("PPP, IPv6", .ppp, [0, 0x57] + v6),
        Wrapping("PPP, compressed protocol", .ppp, [0x21] + v4),
        Wrapping("PPP in HDLC", .pppHDLC, [0xFF, 3, 0, 0x21] + v4),
        Wrapping("PPP with direction", .pppWithDirection, [1, 0xFF, 3, 0, 0x21] + v4),
        Wrapping("PPPoE", .pppoe, [0x11, 0, 0, 1, 0, 9, 0, 0x21] + v4),
        Wrapping("Cisco HDLC", .ciscoHDLC, [15, 0, 8, 0] + v4),
    ]

    static let networks = [
        Wrapping("IPv4 options", .rawIP, Build.ipv4(Build.udp([1, 2, 3]), options: [1, 1, 1, 0])),
        Wrapping("IPv4 total length 0", .rawIP, Build.ipv4(Build.udp([1, 2, 3]), totalLength: 0)),
        Wrapping("UDP length 0", .rawIP, Build.ipv4(Build.udp([1, 2, 3], length: 0))),
        Wrapping(
            "IPv6 options, atomic fragment, authentication", .rawIP,
            Build.ipv6(optionHeader + atomicFragment + authentication + Build.udp([1, 2, 3]), next: 0)),
        Wrapping("IPv6 length 0", .rawIP, Build.ipv6(Build.udp([1, 2, 3]), length: 0)),
    ]

    static let tunnels = [
        Wrapping("IP in IP", .ethernet, outer(v4, 4)), Wrapping("6in4", .ethernet, outer(v6, 41)),
        Wrapping("GRE", .ethernet, outer(Build.gre(v4, type: 0x0800), 47)),
        Wrapping(
            "GRE with checksum, key, sequence", .ethernet,
            outer(Build.gre(v6, flags: 0xB000, type: 0x86DD, fields: [UInt8](repeating: 1, count: 12)), 47)),
        Wrapping(
            "NVGRE", .ethernet, outer(Build.gre(bridged, flags: 0x2000, type: 0x6558, fields: [0, 0, 7, 1]), 47)),
        Wrapping("ERSPAN I", .ethernet, outer(Build.gre(bridged, type: 0x88BE), 47)),
        Wrapping(
            "ERSPAN II", .ethernet,
            outer(
                Build.gre(bridged, flags: 0x1000, type: 0x88BE, fields: [0, 0, 0, 1] + [0x10, 1, 0, 1, 0, 0, 0, 0]), 47)
        ),
        Wrapping(
            "ERSPAN III with platform header", .ethernet,
            outer(
                Build.gre(
                    bridged, flags: 0x1000, type: 0x22EB,
                    fields: [0, 0, 0, 1] + [0x20, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 8)),
                47)
        ),
        Wrapping("VXLAN", .ethernet, outer(Build.udp(vxlan + bridged, to: 4789), 17)),
    ]
}

@Suite("Link layers, IP and transport")
struct NetworkDecoderTests {
    @Test("a datagram is found", arguments: Wrapping.links + Wrapping.networks + Wrapping.tunnels)
    func found(_ row: Wrapping) throws {
        let sink = decode([row.frame], as: row.linkType)
        let packet = try #require(sink.packets.first)
        #expect(sink.packets.count == 1)
        #expect(packet.payload == [1, 2, 3])
        #expect(["10.0.0.1:5060", "[2001:db8::1]:5060"].contains(packet.info.source.description))
        #expect(["10.0.0.2:5062", "[2001:db8::2]:5062"].contains(packet.info.destination.description))
        #expect(packet.info.payloadLengthOnWire == 3)
        #expect(!packet.info.isTruncated)
        #expect(packet.info.fragments == 0)
        #expect(packet.info.checksum == 0xBEEF)
        #expect(sink.warnings.isEmpty)
    }

    @Test(
        "cut at every octet: no trap, no whole datagram",
        arguments: Wrapping.links + Wrapping.networks + Wrapping.tunnels)
    func truncation(_ row: Wrapping) {
        let whole = row.frame.count - (row.testDescription == "Ethernet, padded" ? 15 : 0)
        let mayShrink = row.testDescription.contains("ength 0")
        for length in 0..<whole {
            let sink = decode([[UInt8](row.frame.prefix(length))], as: row.linkType)
            for packet in sink.packets {
                #expect(packet.info.isTruncated || mayShrink || packet.info.destination.port == 4789)
                #expect(packet.payload.count < 3 || packet.info.destination.port == 4789)
            }
        }
    }

    @Test(
        "every octet set to 0 and to 255 in turn: no trap",
        arguments: Wrapping.links + Wrapping.networks + Wrapping.tunnels)
    func damage(_ row: Wrapping) {
        for offset in row.frame.indices {
            for value: UInt8 in [0, 0xFF] {
                var frame = row.frame
                frame[offset] = value
                #expect(decode([frame], as: row.linkType).packets.count <= 1)
            }
        }
    }

    @Test("lengths that lie are told")
    func lies() {
        let long = decode([Build.ipv4(Build.udp([1, 2, 3], length: 500))], as: .rawIP)
        #expect(long.packets.map(\.payload) == [[1, 2, 3]])
        #expect(long.warnings.map(\.reason) == [.lies(claimed: 500, available: 11)])
        let short = decode([Build.ipv4(Build.udp([1, 2, 3]), totalLength: 12)], as: .rawIP)
        #expect(short.packets.isEmpty)
        #expect(short.warnings.map(\.reason) == [.lies(claimed: 12, available: 31)])
        let cut = decode([Build.ipv4(Build.udp([1, 2, 3], length: 100), totalLength: 120)], as: .rawIP)
        #expect(cut.packets.first?.info.isTruncated == true)
        #expect(cut.packets.first?.info.payloadLengthOnWire == 92)
    }

    @Test("tunnels nest up to a limit")
    func nesting() {
        func nested(_ depth: Int) -> [UInt8] {
            (0..<depth).reduce(Wrapping.v4) { inner, _ in Build.ipv4(inner, protocol: 4) }
        }
        let limit = Int(NetworkDecoder.Limit.depth)
        #expect(decode([nested(limit)], as: .rawIP).packets.count == 1)
        let deep = decode([nested(limit + 1)], as: .rawIP)
        #expect(deep.packets.isEmpty)
        #expect(deep.warnings.map(\.reason) == [.limit("depth", limit)])
    }

    @Test("a port of VXLAN with other octets is an ordinary datagram")
    func notVXLAN() {
        let payload = [UInt8](repeating: 0x80, count: 60)
        #expect(decode([Build.ipv4(Build.udp(payload, to: 4789))], as: .rawIP).packets.map(\.payload) == [payload])
    }

    @Test("a TCP segment with options")
    func tcp() throws {
        let sink = decode([Build.ethernet(Build.ipv4(Build.tcp([7, 8], sequence: 99), protocol: 6))], as: .ethernet)
        let packet = try #require(sink.packets.first)
        #expect(packet.payload == [7, 8])
        #expect(packet.segment == TCPSegmentInfo(sequence: 99, flags: [.push, .ack], window: 512))
        #expect(packet.info.transport == 6)
    }

    @Test("one packet captured twice has two link tags, sent twice one")
    func linkTag() {
        var other = Wrapping.bridged
        other[11] ^= 1
        let sink = decode([Wrapping.bridged, other, Wrapping.bridged], as: .ethernet)
        let tags = sink.packets.map(\.info.linkTag)
        #expect(tags[0] != tags[1])
        #expect(tags[0] == tags[2])
    }

    @Test("an ICMP error names what it quotes, an echo nothing")
    func icmp() throws {
        let quoted = [UInt8](Build.ipv4(Build.udp([1, 2, 3], from: 4000, to: 4002)).prefix(28))
        let error = Build.ipv4([3, 3, 0, 0, 0, 0, 0, 0] + quoted, protocol: 1)
        let sink = decode([error, Build.ipv4([8, 0, 0, 0, 0, 0, 0, 0] + quoted, protocol: 1)], as: .rawIP)
        #expect(sink.notices.count == 1)
        let notice = try #require(sink.notices.first?.notice)
        #expect(notice.what == "port unreachable")
        #expect(notice.quotedSource.description == "10.0.0.1:4000")
        #expect(notice.quotedDestination.description == "10.0.0.2:4002")
        #expect(notice.quotedProtocol == 17)
        let v6 = Build.ipv6([1, 4, 0, 0, 0, 0, 0, 0] + Wrapping.v6, next: 58)
        #expect(decode([v6], as: .rawIP).notices.first?.notice.quotedDestination.description == "[2001:db8::2]:5062")
    }

    @Test("HEP gives the inner addresses, time and type, over UDP and over TCP")
    func hep() throws {
        let message = Build.hep([UInt8]("OPTIONS".utf8))
        for frame in [
            Build.ipv4(Build.udp(message, to: 9060)), Build.ipv4(Build.tcp(message + message), protocol: 6),
        ] {
            let sink = decode([frame], as: .rawIP)
            let packet = try #require(sink.packets.first)
            #expect(packet.payload == [UInt8]("OPTIONS".utf8))
            #expect(packet.info.source.description == "192.0.2.1:5060")
            #expect(packet.info.destination.description == "192.0.2.2:5061")
            #expect(packet.info.hepType == 1)
            #expect(packet.info.transport == 6)
            #expect(packet.info.time.nanoseconds == 1_700_000_000_000_005_000)
            #expect(sink.warnings.isEmpty)
        }
    }

    @Test("a packed HEP payload is unpacked")
    func packedHEP() throws {
        let text = [UInt8](repeating: 0x41, count: 500)
        var packed = [UInt8](repeating: 0, count: 600)
        var length = uLongf(packed.count)
        #expect(compress(&packed, &length, text, uLong(text.count)) == Z_OK)
        let message = Build.hep([UInt8](packed.prefix(Int(length))), packed: true)
        #expect(decode([Build.ipv4(Build.udp(message))], as: .rawIP).packets.map(\.payload) == [text])
    }
}
