import FaxCore
import Foundation
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

@Suite struct AudioCorpusTests {
    /// A call without loss: every packet's 20 ms stand in the samples, and nothing else.
    @Test func wholeCall() throws {
        let path = Corpus.file("captures/03-g711u-clean-1page/capture.pcap").path(percentEncoded: false)
        var options = CaptureDecoder.Options()
        options.keepsAudio = true
        var calls: [Call] = []
        let decoder = CaptureDecoder(options) { calls.append($0) }
        let reader = try CaptureReader(path: path)
        while let frame = reader.next() { decoder.feed(frame, reader.bytes) }
        decoder.finish()
        let logs = calls.flatMap(\.streams).compactMap(\.audio)
        #expect(logs.map(\.packets.count).sorted() == [1_198, 1_200])
        for log in logs {
            let line = AudioTimeline(log, decoders: AudioScript.decoders)
            #expect(line.segments.count == 1)
            #expect(line.gaps.isEmpty && line.spans.isEmpty)
            #expect(line.samples.count == log.packets.count * 160)
            #expect(line.placements.map(\.frame) == log.packets.map(\.frame))
            for packet in log.packets {
                let samples = try #require(line.samples(ofFrame: packet.frame))
                let transit = packet.time - (try #require(line.time(ofSample: samples.lowerBound)))
                #expect(transit >= .zero && transit < .milliseconds(10))
            }
        }
    }

    /// SRTP whose keys are in the SDP reads as if it had never been encrypted.
    @Test func encryptedCall() throws {
        let path = Corpus.file("captures/35-srtp-g711u/capture.pcap").path(percentEncoded: false)
        var options = AnalysisRunner.Options()
        options.decoder.keepsAudio = true
        var calls: [AnalyzedCall] = []
        _ = try AnalysisRunner(options).run(CaptureInput(path: path)) { calls.append($0) }
        let call = try #require(calls.first)
        #expect(calls.count == 1 && call.call.streams.map(\.kind) == [.srtp, .srtp])
        #expect(call.fax.outcome == .success && call.fax.pagesConfirmed == 1 && call.fax.rateBps == 14_400)
        #expect(call.fax.pages.map(\.badRows) == [0])
    }
}
