import CaptureCompare
import FaxCore
import FaxReport
import Foundation
import PcapDecode
import TestSupport
import Testing

/// Captures of one call at both ends of a network that dropped packets and wrote down which.
@Suite struct TwoPointCorpusTests {
    static let names = [
        "06-t38-redundancy-3pct-loss", "07-t38-noec-3pct-loss", "08-t38-fec-3pct-loss", "09b-t38-noec-20pct-loss",
        "09d-t38-redundancy-burst-outages", "15g-t38-tcf-loss-fallback", "15k-t38-tcf-always-bad",
        "25-t38-udptl-blocked-one-way", "26-g711u-one-way-audio", "30-t38-ecm-outage-2s",
        "30d-t38-media-dies-midpage",
    ]

    /// Exactly the packets that the network dropped are told as lost, by their frames.
    @Test(arguments: names) func lossesAreThoseOfTheNetwork(_ name: String) throws {
        let (pathA, pathB) = (Self.path(name, "capture.atA.pcap"), Self.path(name, "capture.pcap"))
        let comparison = try CaptureComparison(PointSource(paths: [pathA]), PointSource(paths: [pathB]))
        let pair = try #require(comparison.pairs.first)
        #expect(comparison.pairs.count == 1)
        #expect(pair.callerSide == .a)
        let drops = try Self.drops(name)
        for (point, path, source) in [(CapturePoint.a, pathA, 0), (.b, pathB, 1)] {
            let covered = try Self.covered(path, by: source == 0 ? comparison.b : comparison.a)
            let dropped = covered.filter { drops[source].contains($0.value) }.map(\.key)
            let streams = pair.streams.filter { $0.upstream == point }.flatMap(\.lostFrames)
            let messages = pair.sipMissing.filter { $0.point == point && $0.isLost }.map(\.frame)
            let wrong = Set(streams + messages).symmetricDifference(dropped).sorted()
            #expect(wrong.isEmpty, "\(point.rawValue): \(wrong.prefix(10))")
            #expect(pair.streams.allSatisfy { $0.altered.isEmpty && $0.injected.isEmpty && $0.missedByCapture == 0 })
        }
    }

    /// The other way round the same is told with A and B exchanged.
    @Test func theOrderOfTheCapturesDoesNotMatter() throws {
        let (one, other) = (Self.path(Self.names[1], "capture.atA.pcap"), Self.path(Self.names[1], "capture.pcap"))
        let there = try CaptureComparison(PointSource(paths: [one]), PointSource(paths: [other])).pairs[0]
        let back = try CaptureComparison(PointSource(paths: [other]), PointSource(paths: [one])).pairs[0]
        #expect(there.callerSide == .a && back.callerSide == .b)
        #expect(there.streams.flatMap(\.lostFrames).count == back.streams.flatMap(\.lostFrames).count)
        #expect(Set(there.streams.flatMap(\.lostFrames)) == Set(back.streams.flatMap(\.lostFrames)))
        let (forward, backward) = (try #require(there.clock), try #require(back.clock))
        #expect((forward.offset + backward.offset).magnitude < .microseconds(20))
    }

    /// Both captures were taken on one clock: the offset is within its uncertainty of zero.
    @Test(arguments: names) func theClocksAgree(_ name: String) throws {
        let pair = try CaptureComparison(
            PointSource(paths: [Self.path(name, "capture.atA.pcap")]),
            PointSource(paths: [Self.path(name, "capture.pcap")])
        ).pairs[0]
        let clock = try #require(pair.clock)
        #expect(clock.offset.magnitude <= clock.uncertainty + .microseconds(100))
        #expect(clock.uncertainty < .milliseconds(5))
    }

    // MARK: - Ground truth

    static func path(_ name: String, _ file: String) -> String { Corpus.file("captures/\(name)/\(file)").path }

    /// IP identification and ports of a packet.
    struct Name: Hashable {
        var ipID: Int
        var from: Int
        var to: Int
    }

    private struct Line: Decodable {
        var ev: String
        var `in`: Int?
        var sport: Int?
        var dport: Int?
        var ipid: Int?
    }

    /// What the network dropped of the frames of A and of B.
    static func drops(_ name: String) throws -> [Set<Name>] {
        var drops: [Set<Name>] = [[], []]
        for text in try String(contentsOfFile: path(name, "impair.jsonl"), encoding: .utf8).split(separator: "\n") {
            let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
            guard line.ev == "drop", let side = line.in, let ipID = line.ipid, let from = line.sport,
                let to = line.dport
            else { continue }
            drops[side].insert(Name(ipID: ipID, from: from, to: to))
        }
        return drops
    }

    /// Packets but RTCP by their frames, at times that the other capture covers.
    static func covered(_ path: String, by other: CaptureComparison.Point) throws -> [FrameRef: Name] {
        var sink = Sink()
        let reader = try CaptureReader(path: path)
        var decoder = NetworkDecoder()
        while let frame = reader.next() { decoder.decode(frame, reader.bytes, to: &sink) }
        return sink.packets.filter { $0.value.time >= other.firstTime && $0.value.time <= other.lastTime }
            .mapValues(\.name).filter { $0.value.from == 5060 || $0.value.from.isMultiple(of: 2) }
    }

    private struct Sink: PacketSink {
        var packets: [FrameRef: (name: Name, time: Instant)] = [:]

        mutating func udp(_ info: PacketInfo, payload: RawSpan) {
            let name = Name(ipID: Int(info.ipID), from: Int(info.source.port), to: Int(info.destination.port))
            packets[info.frame] = (name, info.time)
        }

        mutating func tcp(_ info: PacketInfo, segment: TCPSegmentInfo, payload: RawSpan) {}
        mutating func icmp(_ info: PacketInfo, notice: ICMPNotice) {}
        mutating func warning(_ failure: DecodeFailure, frame: FrameRef) {}
    }
}

extension Duration {
    var magnitude: Duration { self < .zero ? .zero - self : self }
}
