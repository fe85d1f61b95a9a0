import FaxCore
import FaxDSP
import Foundation
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

/// A call tells the same story as packets, as a recording of two channels, and as one of a single channel.
@Suite struct SameStoryTests {
    /// What must not depend on the form.
    private struct Story: Equatable {
        struct Frame: Equatable {
            var party: Party?
            var name: String
            var octets: [UInt8]
        }

        struct Page: Equatable {
            var rows: Int?
            var badRows: Int?
            var confirmedBy: String?
            var octets: [UInt8]?
        }

        var outcome: FaxSession.Outcome
        var modem: String?
        var rateBps: Int?
        var frames: [Frame]
        var pages: [Page]

        init(_ fax: FaxSession) {
            (outcome, modem, rateBps) = (fax.outcome, fax.modem, fax.rateBps)
            frames = fax.messages.filter { $0.crcOK == true }.map {
                Frame(party: $0.direction, name: $0.name, octets: $0.octets)
            }
            pages = fax.pages.map {
                Page(rows: $0.rows, badRows: $0.badRows, confirmedBy: $0.confirmedBy, octets: $0.image?.octets)
            }
        }

        /// The frames of one party, for where both sent at once: which ended first is then a matter of microseconds.
        func frames(of party: Party) -> [Frame] { frames.filter { $0.party == party } }
    }

    private func call(_ channels: [[Int16]]) -> Call {
        var call = Call(id: 1, signalling: Signalling(.none), firstTime: .zero, firstFrame: .none)
        let parties: [Party?] = channels.count == 2 ? [.caller, .callee] : [nil]
        call.lastTime = .zero + .milliseconds((channels.map(\.count).max() ?? 0) / 8)
        // As of every recording: nobody's packets are missing.
        (call.coverage.caller, call.coverage.callee) = (1, 1)
        for (samples, party) in zip(channels, parties) {
            let nowhere = Endpoint(IPAddress(v4: 0), 0)
            var stream = MediaStream(kind: .recording, from: nowhere, to: nowhere, frame: .none, time: .zero)
            (stream.direction, stream.samples, stream.lastTime) = (party, samples, call.lastTime)
            call.streams.append(stream)
        }
        return call
    }

    /// The two sides of a call on one time axis, of equal length.
    private func channels(_ fax: FaxSession) throws -> [[Int16]] {
        let sides = try [Party.caller, .callee].map { party in
            try #require(fax.audio.first { $0.party == party }).timeline
        }
        let start = try #require(sides.compactMap { $0.time(ofSample: 0) }.min())
        var channels: [[Int16]] = sides.map { side in
            var channel: [Int16] = []
            for segment in side.segments {
                let place = Int((segment.time - start).wholeNanoseconds / 125_000)
                channel += Array(repeating: 0, count: max(0, place - channel.count))
                channel += side.samples[segment.samples]
            }
            return channel
        }
        let length = channels.map(\.count).max() ?? 0
        for index in channels.indices { channels[index] += Array(repeating: 0, count: length - channels[index].count) }
        return channels
    }

    private func mixed(_ channels: [[Int16]]) -> [Int16] {
        zip(channels[0], channels[1]).map { Int16(clamping: Int($0) + Int($1)) }
    }

    /// Nothing differs in a mixed channel as long as the parties take turns, as they do here.
    ///
    /// V.17 with ECM, V.27ter without, a call that loses packets and repairs its page by ECM, one that falls back.
    @Test(arguments: [
        "03-g711u-clean-1page/capture.pcap", "15f-g711u-v27ter-4800-noecm/capture.pcap.zst",
        "28-g711u-burst-loss/capture.pcap.zst", "15h-g711u-tcf-loss-fallback/capture.pcap.zst",
    ])
    func everyForm(_ name: String) throws {
        var options = AnalysisRunner.Options()
        options.decoder.keepsAudio = true
        options.analyzer.keepsSamples = true
        var calls: [AnalyzedCall] = []
        let input = try CaptureInput(path: Corpus.file("captures/\(name)").path(percentEncoded: false))
        _ = try AnalysisRunner(options).run(input) { calls.append($0) }
        let fax = try #require(calls.first { !$0.fax.messages.isEmpty }).fax
        let packets = Story(fax)
        #expect(packets.outcome == .success && packets.pages.count == 1 && packets.frames.count >= 8)
        let channels = try channels(fax)
        for form in [channels, [mixed(channels)]] {
            let story = Story(FaxAnalyzer().analyze(call(form)))
            #expect(story.outcome == packets.outcome)
            #expect(story.modem == packets.modem && story.rateBps == packets.rateBps)
            #expect(story.pages == packets.pages)
            for party in [Party.caller, .callee] {
                #expect(story.frames(of: party).map(\.name) == packets.frames(of: party).map(\.name))
                #expect((story.frames(of: party) == packets.frames(of: party)) as Bool)
            }
        }
        // One side alone, without the other, does not tell how it ended.
        for side in channels { #expect(FaxAnalyzer().analyze(call([side])).outcome == .unknown) }
    }
}
