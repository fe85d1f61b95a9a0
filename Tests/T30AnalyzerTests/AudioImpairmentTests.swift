import FaxCore
import FaxDSP
import FaxWire
import Foundation
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

/// A real G.711 call of the corpus, with one thing done to its audio.
@Suite struct AudioImpairmentTests {
    /// One direction as µ-law octets, and back into a stream of 20 ms packets.
    struct Track {
        var octets: [UInt8]
        let original: AudioLog

        init(_ log: AudioLog) {
            original = log
            octets = log.packets.flatMap { log.octets[$0.offset..<$0.offset + $0.length] }
        }

        func log(dropping dropped: Set<Int> = []) -> AudioLog {
            var log = AudioLog()
            log.formats = original.formats
            for (index, packet) in original.packets.enumerated() where !dropped.contains(index) {
                let start = index * 160
                guard start + 160 <= octets.count else { break }
                log.append(packet, payload: Array(octets[start..<start + 160]).span.bytes)
            }
            return log
        }
    }

    static let call: Call? = {
        let path = Corpus.folder.appending(path: "captures/03-g711u-clean-1page/capture.pcap").path
        var options = AnalysisRunner.Options()
        options.decoder.keepsAudio = true
        var calls: [Call] = []
        _ = try? AnalysisRunner(options).run(CaptureInput(path: path)) { calls.append($0.call) }
        return calls.first
    }()

    /// The call with the sender's track changed.
    static func changed(_ change: (inout Track, Track) -> AudioLog) throws -> FaxSession {
        var call = try #require(Self.call)
        let caller = try #require(call.streams.firstIndex { $0.direction == .caller && $0.audio != nil })
        let callee = try #require(call.streams.firstIndex { $0.direction == .callee && $0.audio != nil })
        let (own, other) = (try #require(call.streams[caller].audio), try #require(call.streams[callee].audio))
        var track = Track(own)
        call.streams[caller].audio = change(&track, Track(other))
        return FaxAnalyzer().analyze(call)
    }

    /// In the middle of the page: 14 s after the first packet.
    static let middle = 14 * 8_000

    @Test func asItIs() throws {
        let session = try Self.changed { track, _ in track.log() }
        #expect(session.outcome == .success)
        #expect(session.bursts.map(\.content) == [.tcf, .ecm])
        #expect(session.bursts.allSatisfy { $0.gaps.isEmpty && $0.slips.isEmpty && ($0.errorVectorRatio ?? 1) < 0.1 })
        #expect(session.bursts.allSatisfy { abs($0.carrierErrorHz ?? 9) < 1 && ($0.levelDBm0 ?? 0) < -10 })
        #expect(session.bursts.last?.goodFrames == 58)
    }

    /// 20 ms that a jitter buffer left out or played twice.
    @Test(arguments: [-160, 160, -320])
    func slipsAreFoundByTheLengthOfFrames(_ samples: Int) throws {
        let session = try Self.changed { track, _ in
            if samples < 0 {
                track.octets.removeSubrange(Self.middle..<Self.middle - samples)
                track.octets += [UInt8](repeating: 0xFF, count: -samples)
            } else {
                track.octets.insert(contentsOf: track.octets[Self.middle - samples..<Self.middle], at: Self.middle)
            }
            return track.log()
        }
        let slips = session.bursts.flatMap(\.slips).filter { $0.evidence == .frameLength }
        let slip = try #require(slips.first)
        #expect(slips.count == 1)
        let inserted = try #require(slip.inserted)
        #expect(abs(inserted.inSeconds - Double(samples) / 8_000) < 0.003, "\(inserted)")
        #expect(session.remarks.contains { $0.name == "slip" && !$0.frames.isEmpty })
        #expect(session.bursts.allSatisfy { $0.gaps.isEmpty })
    }

    /// A converter between two clocks drops one sample.
    @Test(arguments: [-1, 1])
    func slipsOfOneSampleAreSeenInTheSymbols(_ samples: Int) throws {
        let session = try Self.changed { track, _ in
            if samples < 0 {
                track.octets.remove(at: Self.middle)
                track.octets.append(0xFF)
            } else {
                track.octets.insert(track.octets[Self.middle], at: Self.middle)
            }
            return track.log()
        }
        #expect(session.bursts.flatMap(\.slips).contains { $0.evidence == .symbols })
    }

    /// What was lost is named with the bits that it hit, and not taken for a slip.
    @Test func lossIsAlignedWithWhatItHit() throws {
        let packet = Self.middle / 160
        let session = try Self.changed { track, _ in track.log(dropping: [packet, packet + 1]) }
        let burst = try #require(session.bursts.last { $0.content == .ecm })
        let gap = try #require(burst.gaps.first)
        #expect(burst.gaps.count == 1 && gap.lostPackets == 2 && gap.lost == .milliseconds(40))
        #expect((gap.bit ?? 0) > 1_000 && (gap.bit ?? 0) < burst.bits)
        #expect(burst.badFrames + burst.goodFrames >= 57 && burst.goodFrames >= 55)
        #expect(burst.slips.isEmpty)
        #expect(session.remarks.contains { $0.name == "loss-in-burst" && $0.text.contains("40 ms at bit") })
    }

    /// Loss in TCF: the place, the longest run of zeros, the answer.
    @Test func lossInTCF() throws {
        let whole = try Self.changed { track, _ in track.log() }
        let tcf = try #require(whole.bursts.first { $0.content == .tcf }?.data)
        let call = try #require(Self.call)
        let log = try #require(call.streams.first { $0.direction == .caller && $0.audio != nil }?.audio)
        let middle = tcf.lowerBound + (tcf.upperBound - tcf.lowerBound) / 2
        let packet = try #require(log.packets.firstIndex { $0.time >= middle })
        let session = try Self.changed { track, _ in track.log(dropping: [packet]) }
        let training = try #require(session.trainings.first)
        #expect((training.longestZeroRunBits ?? 0) < 21_600 * 2 / 3 && (training.longestZeroRunBits ?? 0) > 7_000)
        let remark = try #require(session.remarks.first { $0.name == "loss-in-burst" })
        #expect(
            remark.text.contains("TCF") && remark.text.contains("longest run of zeros") && remark.text.contains("CFR"))
    }

    /// The receiver's own signal coming back to it does not become the sender's.
    @Test func echoIsNoSignalOfItsOwn() throws {
        let clean = try Self.changed { track, _ in track.log() }
        let session = try Self.changed { track, other in
            let back = 800
            for index in track.octets.indices where index >= back && index - back < other.octets.count {
                let own = Int(G711.muLaw.sample(track.octets[index]))
                let echo = Int(G711.muLaw.sample(other.octets[index - back])) / 4
                track.octets[index] = G711.muLaw.octet(Int16(clamping: own + echo))
            }
            return track.log()
        }
        #expect(session.outcome == .success)
        #expect(session.messages.map(\.name) == clean.messages.map(\.name))
        #expect(session.remarks.contains { $0.name == "echo" })
    }
}
