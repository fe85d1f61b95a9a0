import FaxCore
import FaxProtocol
import FaxWire
import Foundation
import TestSupport
import Testing

/// What a network emulator dropped between the two ends of real calls, by its own record, against what we count.
@Suite("Loss in the corpus")
struct CorpusLossTests {
    struct Expectation: Sendable, CustomTestStringConvertible {
        var capture: String
        /// Source port of the direction.
        var port: UInt16
        var lost: Int
        var byRedundancy = 0
        var byFEC = 0
        var testDescription: String { "\(capture) from port \(port)" }
    }

    /// `lost` is the emulator's; drops before the first or after the last packet that came through do not count.
    static let expectations = [
        Expectation(capture: "01-t38-clean-1page-ecm", port: 4712, lost: 0),
        Expectation(capture: "06-t38-redundancy-3pct-loss", port: 4856, lost: 13, byRedundancy: 13),
        Expectation(capture: "06-t38-redundancy-3pct-loss", port: 4572, lost: 0),
        Expectation(capture: "07-t38-noec-3pct-loss", port: 4966, lost: 21),
        Expectation(capture: "08-t38-fec-3pct-loss", port: 4464, lost: 14, byFEC: 14),
        Expectation(capture: "15g-t38-tcf-loss-fallback", port: 4316, lost: 82),
        Expectation(capture: "15k-t38-tcf-always-bad", port: 4782, lost: 116),
        Expectation(capture: "30-t38-ecm-outage-2s", port: 4416, lost: 80, byRedundancy: 3),
    ]

    @Test(arguments: expectations)
    func countsWhatWasDropped(_ expectation: Expectation) throws {
        let path = Corpus.file("captures/\(expectation.capture)/capture.pcap").path(percentEncoded: false)
        var receiver = UDPTLReceiver()
        var sequences: [Int] = []
        for datagram in try CapturedDatagrams.read(path: path) where datagram.source.port == expectation.port {
            receiver.handle(datagram.octets.span.bytes, time: datagram.time, frame: datagram.frame) { delivery, _ in
                sequences.append(delivery.sequence)
            }
        }
        receiver.finish { delivery, _ in sequences.append(delivery.sequence) }
        let recovered = expectation.byRedundancy + expectation.byFEC
        #expect(receiver.tracker.lost == expectation.lost)
        #expect(receiver.statistics.recoveredByRedundancy == expectation.byRedundancy)
        #expect(receiver.statistics.recoveredByFEC == expectation.byFEC)
        #expect(receiver.unrecovered == expectation.lost - recovered)
        #expect(receiver.tracker.losses.runs.reduce(0) { $0 + $1.count } == expectation.lost)
        #expect(receiver.tracker.losses.runs.reduce(0) { $0 + $1.recovered } == recovered)
        #expect(sequences.count == receiver.tracker.expected - receiver.unrecovered)
        #expect(sequences == sequences.sorted())
        #expect(receiver.statistics.malformed == 0)
    }

    /// Primary or repaired, an IFP packet is the same as every copy of it that later packets carry.
    @Test(arguments: ["06-t38-redundancy-3pct-loss", "30-t38-ecm-outage-2s"])
    func repairedPacketsEqualWhatLaterCopiesSay(_ capture: String) throws {
        let path = Corpus.file("captures/\(capture)/capture.pcap").path(percentEncoded: false)
        let datagrams = try CapturedDatagrams.read(path: path).filter { UDPTLPacket.looksLike($0.octets.span.bytes) }
        let port = try #require(datagrams.max { $0.octets.count < $1.octets.count }?.source.port)
        var copies: [Int: Set<[UInt8]>] = [:]
        var receiver = UDPTLReceiver()
        var delivered: [(Int, [UInt8])] = []
        for datagram in datagrams where datagram.source.port == port {
            let packet = UDPTLPacket.read(datagram.octets.span.bytes).value
            if case .redundancy(let secondaries) = packet.recovery {
                for (distance, octets) in secondaries.enumerated() {
                    copies[Int(packet.sequence) - distance - 1, default: []].insert(octets)
                }
            }
            receiver.handle(datagram.octets.span.bytes, time: datagram.time, frame: datagram.frame) {
                delivered.append(($0.sequence, $1.copied()))
            }
        }
        for (sequence, octets) in delivered {
            if let known = copies[sequence] { #expect(known == [octets], "\(sequence)") }
        }
    }
}
