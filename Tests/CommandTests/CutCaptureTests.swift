import FaxCore
import FaxWire
import Foundation
import PcapDecode
import Simulator
import T30Analyzer
import TestSupport
import Testing

/// Captures cut at any octet are read as far as they go, and said to be cut. The long form is `make fuzz`.
@Suite struct CutCaptureTests {
    /// SIP that failed, one datagram after the other: every prefix.
    @Test(arguments: ["17a-sip-fail-486", "17b-sip-fail-404"])
    func everyPrefixOfASmallFile(name: String) throws {
        let octets = try Corpus.bytes("captures/\(name)/capture.pcap")
        #expect(octets.count <= CutPlan.smallFile)
        var random = SeededRandom(seed: 1)
        try check(octets, lengths: CutPlan.lengths(of: octets, random: &random))
    }

    @Test(arguments: ["01-t38-clean-1page-ecm", "15g-t38-tcf-loss-fallback", "48-sip-ip-fragmented-mtu600"])
    func boundariesAndSeededCutsOfALargerFile(name: String) throws {
        let octets = try Corpus.bytes("captures/\(name)/capture.pcap")
        var random = SeededRandom(seed: 1)
        try check(octets, lengths: CutPlan.lengths(of: octets, random: &random, boundaries: 20, seededCuts: 20))
    }

    /// Cuts that once ended the process.
    @Test(arguments: [("02-t38-clean-3pages-fine-noecm", 660_522)])
    func cutsThatFuzzingFound(name: String, length: Int) throws {
        try check(Corpus.bytes("captures/\(name)/capture.pcap"), lengths: [length])
    }

    private func check(_ octets: [UInt8], lengths: [Int]) throws {
        let boundaries = Set(try CaptureMutator(pcap: octets, seed: 1).boundaries)
        let file = TemporaryCapture()
        for length in lengths {
            try file.write(Array(octets.prefix(length)))
            guard length >= PcapHeader.length else {
                #expect(throws: CaptureError.self, "cut at \(length)") { try file.read() }
                continue
            }
            let summary = try file.read().summary
            #expect(summary.frames == boundaries.count { $0 <= length } - 1, "cut at \(length)")
            let isTold = summary.warnings.contains { $0.layer == .file && !$0.reason.isEmpty }
            #expect(isTold == !boundaries.contains(length), "cut at \(length)")
        }
    }
}

/// A file that is written, read as a capture and gone with the value.
final class TemporaryCapture {
    let url = FileManager.default.temporaryDirectory.appending(path: "capture-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ octets: [UInt8]) throws { try Data(octets).write(to: url) }

    func write(_ hostile: HostileCapture) throws {
        try Data().write(to: url)
        let file = try FileHandle(forWritingTo: url)
        var buffer: [UInt8] = []
        try hostile.write { piece in
            buffer += copy piece
            if buffer.count > 1 << 20 {
                try file.write(contentsOf: buffer)
                buffer.removeAll(keepingCapacity: true)
            }
        }
        try file.write(contentsOf: buffer)
        try file.close()
    }

    func read(_ options: AnalysisRunner.Options = .init()) throws -> (summary: CaptureSummary, calls: [AnalyzedCall]) {
        var calls: [AnalyzedCall] = []
        let summary = try AnalysisRunner(options).run(CaptureInput(path: url.path)) { calls.append($0) }
        return (summary, calls)
    }
}
