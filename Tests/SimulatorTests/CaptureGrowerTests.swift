import FaxCore
import FaxWire
import TestSupport
import Testing

@testable import Simulator

@Suite struct CaptureGrowerTests {
    @Test(arguments: ["1.2.3.4", "10.77.0.1", "192.168.1.20", "203.0.113.250"])
    func addressesKeepTheLengthOfTheirText(text: String) throws {
        let original = try #require(IPAddress(text))
        let shape = AddressShape(original)
        let sample = Set((0..<min(shape.capacity, 5000)).map(shape.address))
        #expect(sample.count == min(shape.capacity, 5000))
        #expect(sample.allSatisfy { $0.description.count == text.count && $0.v4 >> 24 != 127 && $0.v4 >> 28 != 0xE })
        #expect(shape.address(shape.capacity) == shape.address(0))
    }

    /// Three templates: a T.38 call, SIP over TCP, a call that was never answered.
    private static func templates() throws -> [CallTemplate] {
        try ["01-t38-clean-1page-ecm", "21-tcp-t38", "17a-sip-fail-486"].map {
            try CallTemplate(name: $0, pcap: Corpus.bytes("captures/\($0)/capture.pcap"))
        }
    }

    private static func grow(octets: Int, seed: UInt64 = 1) throws -> [UInt8] {
        var grower = CaptureGrower(templates: try templates(), plan: .init(octets: octets, concurrency: 4, seed: seed))
        var file = CaptureGrower.header
        while grower.appendRecord(to: &file) {}
        #expect(grower.copies > 3)
        return file
    }

    @Test func sameSeedSameOctets() throws {
        let one = try Self.grow(octets: 900_000)
        #expect(try Self.grow(octets: 900_000) == one)
        #expect(try Self.grow(octets: 900_000, seed: 2) != one)
    }

    @Test func recordsAreInOrderOfTimeAndChecksumsHold() throws {
        let mutator = try CaptureMutator(pcap: Self.grow(octets: 900_000), seed: 1)
        #expect(mutator.frames.count > 2000)
        for frame in mutator.frames {
            let end = 14 + Int(frame[16]) << 8 + Int(frame[17])
            var header = InternetChecksum()
            header.add(frame, 14..<34)
            #expect(header.value == 0)
            var transport = InternetChecksum()
            transport.add(frame, 26..<34)
            transport.add(Int(frame[23]))
            transport.add(end - 34)
            transport.add(frame, 34..<end)
            #expect(transport.value == 0)
        }
        let file = try Self.grow(octets: 900_000)
        var last = 0
        for boundary in mutator.boundaries.dropLast() {
            let record = PcapRecordHeader(file.span.bytes, at: boundary, order: .little)
            let time = Int(record.seconds) * 1_000_000 + Int(record.fraction)
            #expect(time >= last)
            last = time
        }
    }

    @Test func copiesShareNoDialogAndNoAddress() throws {
        let template = try CallTemplate(
            name: "failed", pcap: Corpus.bytes("captures/17a-sip-fail-486/capture.pcap"))
        var grower = CaptureGrower(templates: [template], plan: .init(octets: 40 * template.recordOctets))
        var file = CaptureGrower.header
        while grower.appendRecord(to: &file) {}
        let frames = try CaptureMutator(pcap: file, seed: 1).frames
        var callIDs: Set<[UInt8]> = []
        var sources: Set<[UInt8]> = []
        var invites = 0
        for frame in frames where frame[42...].starts(with: Array("INVITE".utf8)) {
            invites += 1
            sources.insert(Array(frame[26..<30]))
            let place = try #require(SIPText.places(of: Array("Call-ID: ".utf8), in: frame[...]).first)
            callIDs.insert(Array(frame[place.upperBound...].prefix { $0 != 13 }))
            // Addresses in the text are those of the packet: Contact and c= lines name where it really came from.
            let address = IPAddress(v4: frame.span.bytes.be32(26)).description
            #expect(!SIPText.places(of: Array("IN IP4 \(address)".utf8), in: frame[...]).isEmpty)
        }
        #expect(grower.copies == 40)
        #expect(invites == 40)
        #expect(callIDs.count == 40)
        #expect(sources.count == 40)
    }

    @Test func refusesWhatCannotBeCopied() throws {
        for name in ["48-sip-ip-fragmented-mtu600", "49-linux-sll2-any-t38"] {
            #expect(throws: DecodeFailure.self) {
                try CallTemplate(name: name, pcap: Corpus.bytes("captures/\(name)/capture.pcap"))
            }
        }
    }
}
