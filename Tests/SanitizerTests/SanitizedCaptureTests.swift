import FaxCore
import Foundation
import PcapDecode
import Sanitizer
import T30Analyzer
import TestSupport
import Testing

/// Captures of the corpus, sanitised and read again: the diagnosis is the same, and nothing of the original is there.
@Suite(.serialized) struct SanitizedCaptureTests {
    static let sameDiagnosis = [
        "01-t38-clean-1page-ecm", "06-t38-redundancy-3pct-loss", "07-t38-noec-3pct-loss", "08-t38-fec-3pct-loss",
        "03-g711u-clean-1page", "17a-sip-fail-486", "17g-sip-icmp-port-unreachable", "20-ipv6-t38", "21-tcp-t38",
        "48-sip-ip-fragmented-mtu600", "59-dtmf-events-then-fax-t38", "D09-pcapng-t38",
        "10b-g711u-0.2pct-loss", "19-gsm-codec-fax", "30b-g711u-ecm-outage-1s", "35-srtp-g711u",
    ]

    /// The sanitised file of a corpus capture; the caller removes it.
    static func sanitised(_ name: String, seed: UInt64 = 7) throws -> (input: String, output: String, SanitizeSummary) {
        let folder = Corpus.file("captures/\(name)")
        let file = try #require(
            ["capture.pcap", "capture.pcapng", "capture.pcap.zst"].map { folder.appending(path: $0) }
                .first { FileManager.default.fileExists(atPath: $0.path(percentEncoded: false)) })
        let input = file.path(percentEncoded: false)
        let output = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).pcap")
            .path(percentEncoded: false)
        let summary = try SanitizeRun(SanitizeOptions(seed: seed)).run(input: input, output: output)
        return (input, output, summary)
    }

    @Test(arguments: sameDiagnosis)
    func nothingIsLeftAndTheDiagnosisStays(name: String) throws {
        let (input, output, summary) = try Self.sanitised(name)
        defer { try? FileManager.default.removeItem(atPath: output) }
        // What the run itself compares: outcome, findings with their frames, signalling, frames, pages, losses.
        #expect(summary.differences.isEmpty)
        try expectTheSamePages(name, input, output)
        #expect(try Self.headers(input) == Self.headers(output))
        let octets = try Data(contentsOf: URL(filePath: output))
        for text in Self.strings {
            #expect(octets.range(of: Data(text.utf8)) == nil, "\(text)")
        }
        let (old, new) = (try Self.witness(input), try Self.witness(output))
        #expect(old.count == new.count)
        #expect(zip(old, new).first { $0 != $1 }.map { "\($0.0) \($0.1)" } == nil)
    }

    /// Numbers, names and addresses of the laboratory that made the captures.
    static let strings = ["5550100", "0010555", "15550100", "10.77.0.", "fd77::", "sip:1000@"]

    private func expectTheSamePages(_ name: String, _ input: String, _ output: String) throws {
        let (old, new) = (try CaptureStory(path: input).calls, try CaptureStory(path: output).calls)
        #expect(old.map(\.fax.outcome) == new.map(\.fax.outcome))
        for (one, other) in zip(old.flatMap(\.fax.pages), new.flatMap(\.fax.pages)) {
            #expect([one.rows, one.badRows, one.octets] == [other.rows, other.badRows, other.octets])
            // Pages in audio begin and end with frames that may need a few bits more or less.
            let slack = Duration.milliseconds(name.contains("g711") ? 60 : 0)
            for (before, after) in [(one.start, other.start), (one.end, other.end)] {
                let (before, after) = (try #require(before), try #require(after))
                #expect(max(before - after, after - before) <= slack)
            }
            #expect(one.image == nil || one.image != other.image)
        }
        for (one, other) in zip(old.map(\.fax.senderID), new.map(\.fax.senderID)) {
            #expect(one == nil ? other == nil : other != nil && one != other)
        }
    }

    private static func headers(_ path: String) throws -> [FrameHeader] {
        let reader = try CaptureReader(path: path)
        var headers: [FrameHeader] = []
        while let header = reader.next() { headers.append(header) }
        return headers
    }

    /// Of every frame its time, its protocols and whether its checksums are right, as tshark reads it.
    private static func witness(_ path: String) throws -> [[String]] {
        try Tshark.fields(
            path, filter: "frame",
            fields: [
                "frame.number", "frame.time_epoch", "frame.protocols", "ip.checksum.status", "udp.checksum.status",
                "tcp.checksum.status", "icmp.checksum.status",
            ],
            checking: ["ip.check_checksum:TRUE", "udp.check_checksum:TRUE", "tcp.check_checksum:TRUE"])
    }

    @Test func oneSeedGivesOneFile() throws {
        let name = "17a-sip-fail-486"
        let outputs = try [7, 7, 8].map { (seed: UInt64) in
            let (_, output, _) = try Self.sanitised(name, seed: seed)
            defer { try? FileManager.default.removeItem(atPath: output) }
            return try Data(contentsOf: URL(filePath: output))
        }
        #expect(outputs[0] == outputs[1])
        #expect(outputs[0] != outputs[2])
    }

    @Test func aFileIsNotOverwritten() throws {
        let (input, output, _) = try Self.sanitised("17a-sip-fail-486")
        defer { try? FileManager.default.removeItem(atPath: output) }
        let run = SanitizeRun(SanitizeOptions(seed: 1))
        #expect(throws: SanitizeError.self) { try run.run(input: input, output: output) }
        var forced = run
        forced.overwrites = true
        #expect(throws: SanitizeError.self) { try forced.run(input: output, output: output) }
        _ = try forced.run(input: input, output: output)
    }
}
