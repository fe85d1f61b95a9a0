import FaxCore
import FaxDSP
import FaxWire
import Foundation
import PcapDecode
import Sanitizer
import Simulator
import T30Analyzer
import TestSupport
import Testing

/// Calls in carriages that no capture of the corpus has, sanitised and read again.
@Suite(.serialized) struct CarriageTests {
    /// What a sanitised capture is held against: the original's calls, its own, and its octets.
    struct Result {
        var summary: SanitizeSummary
        var old: [AnalyzedCall]
        var new: [AnalyzedCall]
        var octets: Data
    }

    static func sanitised(_ capture: [UInt8], seed: UInt64 = 7) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
        let paths = (0..<2).map { _ in
            folder.appending(path: "\(UUID().uuidString).pcap").path(percentEncoded: false)
        }
        defer { for path in paths { try? FileManager.default.removeItem(atPath: path) } }
        try Data(capture).write(to: URL(filePath: paths[0]))
        let summary = try SanitizeRun(SanitizeOptions(seed: seed)).run(input: paths[0], output: paths[1])
        return Result(
            summary: summary, old: try CaptureStory(path: paths[0]).calls, new: try CaptureStory(path: paths[1]).calls,
            octets: try Data(contentsOf: URL(filePath: paths[1])))
    }

    /// The same diagnosis; other pages, other idents, no secrets.
    static func expectShareable(_ result: Result, carriedBy kind: MediaStream.Kind, pages: Int) {
        #expect(result.summary.differences.isEmpty)
        #expect(result.summary.warnings.isEmpty)
        #expect(result.old.flatMap(\.call.streams).contains { $0.kind == kind })
        let (before, after) = (result.old.flatMap(\.fax.pages), result.new.flatMap(\.fax.pages))
        #expect(before.count == pages && after.count == pages)
        for (one, other) in zip(before, after) {
            #expect(one.rows != nil && one.rows == other.rows)
            #expect(one.badRows == other.badRows)
            #expect(one.image != nil && one.image != other.image)
        }
        let idents = result.old.compactMap(\.fax.senderID)
        #expect(!idents.isEmpty && zip(idents, result.new.compactMap(\.fax.senderID)).allSatisfy { $0 != $1 })
        for secret in CarriedCall.secrets + SanitizedCaptureTests.strings {
            #expect(result.octets.range(of: Data(secret.utf8)) == nil, "\(secret)")
        }
    }

    @Test(arguments: [FaxStation.Compression.mh, .mr]) func pagesWithoutECMInAudio(
        compression: FaxStation.Compression
    ) throws {
        let result = try Self.sanitised(try CarriedCall.audio(compression, hasECM: false))
        Self.expectShareable(result, carriedBy: .rtp, pages: 1)
        #expect(result.old.first?.fax.pages.first?.ecm == false)
    }

    @Test func pagesInTwoDimensionsWithECMInAudio() throws {
        let result = try Self.sanitised(try CarriedCall.audio(.mr, hasECM: true, law: .muLaw))
        Self.expectShareable(result, carriedBy: .rtp, pages: 1)
        #expect(result.old.first?.fax.pages.first?.ecm == true)
    }

    @Test(arguments: ["01-t38-clean-1page-ecm", "15c-t38-v27ter-4800"]) func t38OverTCP(name: String) throws {
        Self.expectShareable(try Self.sanitised(try CarriedCall.t38OverTCP(name)), carriedBy: .t38TCP, pages: 1)
    }

    @Test(arguments: ["01-t38-clean-1page-ecm", "15c-t38-v27ter-4800"]) func t38OverRTP(name: String) throws {
        Self.expectShareable(try Self.sanitised(try CarriedCall.t38OverRTP(name)), carriedBy: .t38RTP, pages: 1)
    }

    @Test func datagramsInHEP() throws {
        let t38 = try Self.sanitised(try CarriedCall.hep("01-t38-clean-1page-ecm"))
        Self.expectShareable(t38, carriedBy: .udptl, pages: 1)
        let audio = try Self.sanitised(try CarriedCall.hep("03-g711u-clean-1page"))
        Self.expectShareable(audio, carriedBy: .rtp, pages: 1)
    }

    /// Holes in a page: frames are lost as in the original; where a receiver still hears something else, the summary says
    /// so, and never is it silently different.
    @Test(arguments: [UInt64(1), 2, 3]) func holesInAPageInAudio(seed: UInt64) throws {
        let loss = AudioCall.loss(0.01, seed: seed)
        let capture = try CarriedCall.audio(.mmr, hasECM: true) { $0 == .caller && loss($0, $1) }
        let result = try Self.sanitised(capture)
        #expect(result.summary.differences.isEmpty || !result.summary.warnings.isEmpty)
        #expect(result.old.map(\.fax.outcome) == result.new.map(\.fax.outcome))
        #expect(result.old.flatMap(\.call.streams).compactMap(\.statistics.lost).reduce(0, +) > 0)
    }

    /// A TCF full of errors is still a TCF, and stays as it is: its errors are what the diagnosis counts.
    @Test func aDamagedTrainingCheckKeepsItsErrors() throws {
        let folder = FileManager.default.temporaryDirectory
        let path = folder.appending(path: "\(UUID().uuidString).pcap").path(percentEncoded: false)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(try CarriedCall.audio(.mmr, hasECM: true)).write(to: URL(filePath: path))
        let clean = try #require(try CaptureStory(path: path).calls.first)
        let command = try #require(clean.fax.messages.first { $0.name == "DCS" })
        let stream = try #require(clean.call.streams.first { $0.direction == .caller })
        // Half a second within the zeros: every second packet of 20 ms is lost.
        let start = Int((command.time - stream.firstTime).inMilliseconds / 20) + 110
        let capture = try CarriedCall.audio(.mmr, hasECM: true) {
            $0 == .caller && (start..<start + 30).contains($1) && $1 % 2 == 0
        }
        let result = try Self.sanitised(capture)
        #expect(result.summary.differences.isEmpty)
        let errors = [result.old, result.new].map { $0.flatMap(\.fax.trainings).first?.errors }
        #expect(errors[0] ?? 0 > 0 && errors[0] == errors[1])
    }
}
