import FaxCore
import Foundation
import TestSupport
import Testing

@testable import PcapDecode

/// The short way of plain UDP packets and the general way hand out the same.
struct PlainUDPTests {
    /// Keeps what was handed out as text.
    private struct Recorder: PacketSink {
        var seen: [String] = []

        mutating func udp(_ info: PacketInfo, payload: RawSpan) { seen.append("\(info) \(payload.copied())") }
        mutating func tcp(_ info: PacketInfo, segment: TCPSegmentInfo, payload: RawSpan) { seen.append("tcp") }
        mutating func icmp(_ info: PacketInfo, notice: ICMPNotice) { seen.append("icmp") }
        mutating func warning(_ failure: DecodeFailure, frame: FrameRef) { seen.append("\(failure)") }
    }

    /// What the short way makes of a frame (`nil`: it leaves it alone), and the general one.
    private func both(_ frame: FrameHeader, _ octets: [UInt8]) -> (short: [String]?, general: [String]) {
        let bytes = octets.span.bytes
        var short = Recorder()
        var general = Recorder()
        let isTaken = NetworkDecoder().plainUDP(frame, bytes, to: &short)
        var decoder = NetworkDecoder()
        decoder.general(frame, bytes, to: &general)
        return (isTaken ? short.seen : nil, general.seen)
    }

    @Test(arguments: ["01-t38-clean-1page-ecm", "22-two-faxes-plus-voice", "30d-t38-media-dies-midpage"])
    func corpus(_ name: String) throws {
        let reader = try CaptureReader(path: Corpus.file("captures/\(name)/capture.pcap").path)
        var taken = 0
        while let frame = reader.next() {
            let (short, general) = both(frame, reader.bytes.copied())
            guard let short else { continue }
            taken += 1
            #expect(short == general)
        }
        #expect(taken > 100)
    }

    /// Every octet of the headers set to other values, and every length that the file may have kept.
    @Test func changedAndCut() throws {
        let reader = try CaptureReader(path: Corpus.file("captures/01-t38-clean-1page-ecm/capture.pcap").path)
        var (frames, taken, left) = (0, 0, 0)
        while let frame = reader.next(), frames < 40 {
            guard reader.bytes.byteCount < 300 else { continue }
            frames += 1
            let octets = reader.bytes.copied()
            var variants = (0...octets.count).map { Array(octets[..<$0]) }
            for place in 0..<min(50, octets.count) {
                for value in [0, 1, 8, 0x11, 0x45, 0x7F, 0xFF, octets[place] &+ 1, octets[place] &- 1] as [UInt8] {
                    var changed = octets
                    changed[place] = value
                    variants.append(changed)
                }
            }
            for variant in variants {
                let (short, general) = both(frame, variant)
                if let short {
                    taken += 1
                    #expect(short == general)
                } else {
                    left += 1
                }
            }
        }
        #expect(taken > 1_000 && left > 1_000)
    }
}
