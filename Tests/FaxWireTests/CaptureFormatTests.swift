import FaxCore
import FaxWire
import Testing

@Suite("Capture formats")
struct CaptureFormatTests {
    static let headers = ByteOrder.allCases.flatMap { order in
        PcapHeader.Resolution.allCases.map { PcapHeader(linkType: .linuxSLL, order: order, resolution: $0) }
            + [PcapHeader(linkType: .ppp, order: order, isModified: true, snapshotLength: 96)]
    }

    @Test("a pcap header is written and read", arguments: headers)
    func pcapHeader(_ header: PcapHeader) throws {
        var writer = ByteWriter()
        header.write(to: &writer)
        #expect(writer.bytes.count == PcapHeader.length)
        #expect(try PcapHeader(writer.bytes.span.bytes) == header)
        for length in 0..<writer.bytes.count {
            #expect(throws: DecodeFailure.self) { try PcapHeader([UInt8](writer.bytes.prefix(length)).span.bytes) }
        }
    }

    @Test("link types of one encapsulation have one value; the length of a check sequence is dropped")
    func linkTypes() {
        #expect(LinkType(file: 12) == .rawIP)
        #expect(LinkType(file: 14) == .rawIP)
        #expect(LinkType(file: 0x2400_0001) == .ethernet)
        #expect(
            [LinkType.ethernet, .linuxSLL, .linuxSLL2, .rawIP].map(\.name) == [
                "ethernet", "linux-sll", "linux-sll2", "raw",
            ])
        #expect(LinkType(rawValue: 147).name == "linktype-147")
    }

    @Test("an interface description is written and read in both byte orders", arguments: ByteOrder.allCases)
    func interface(_ order: ByteOrder) throws {
        let interface = PcapngInterface(
            linkType: .ethernet, snapshotLength: 77, clock: PcapngClock(resolution: 9, offsetSeconds: -3600),
            name: "any")
        var writer = PcapngWriter(order: order)
        let start = writer.bytes.count + 8
        writer.interface(interface, options: [.comment("first")])
        let body = [UInt8](writer.bytes[start...].dropLast(4))
        #expect(try PcapngInterface(body: body.span.bytes, order: order) == interface)
        for length in body.indices {
            let cut = [UInt8](body.prefix(length))
            let read = try? PcapngInterface(body: cut.span.bytes, order: order)
            #expect((read == nil) == (length < 8))
        }
    }

    @Test("options end where a length lies")
    func lyingOptions() {
        let octets: [UInt8] = [1, 0, 2, 0, 65, 66, 0, 0, 2, 0, 0xFF, 0xFF, 1, 2]
        var options = PcapngOptions(octets.span.bytes, order: .little)
        #expect(options.next() == PcapngOptions.Option(code: 1, range: 4..<6))
        #expect(options.next() == nil)
    }

    @Test("a HEP message with lying chunks keeps what came before")
    func hep() {
        let octets: [UInt8] =
            [UInt8]("HEP3".utf8) + [
                0, 40, 0, 0, 0, 2, 0, 7, 17, 0, 0, 0, 7, 0, 8, 19, 196, 0, 0, 0, 15, 0xFF, 0xFF, 65,
            ]
        let decoded = HEP.read(octets.span.bytes)
        #expect(decoded.value.transport == 17)
        #expect(decoded.value.sourcePort == 5060)
        #expect(decoded.value.payload == nil)
        #expect(decoded.stoppedBy != nil)
        for length in octets.indices { _ = HEP.read([UInt8](octets.prefix(length)).span.bytes) }
        #expect(HEP.length([UInt8]("HEP2".utf8 + [0, 40]).span.bytes) == nil)
    }
}
