import FaxCore
import FaxDSP
import Foundation
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

@testable import FaxReport

/// The comparison with ground truth must be able to say no.
@Suite struct TruthComparisonTests {
    private static func truth(_ name: String) throws -> TruthCase {
        try #require(try TruthCase.all(in: Corpus.file("captures")).first { $0.name == name })
    }

    private static func calls(_ name: String) throws -> [AnalyzedCall] {
        try TruthTable.calls(of: Corpus.file("captures/\(name)/capture.pcap"))
    }

    private static let clean = "01-t38-clean-1page-ecm"

    @Test func aRightAnalysisIsRight() throws {
        let truth = try Self.truth(Self.clean)
        let row = TruthTable.row(truth) { try TruthTable.calls(of: $0) }
        #expect(row.wrongs.isEmpty)
        #expect(row.checks.count { $0.verdict == .right } == 8)
    }

    struct Spoil: Sendable {
        var topic: TruthCheck.Topic
        var apply: @Sendable (inout FaxSession) -> Void

        init(_ topic: TruthCheck.Topic, _ apply: @escaping @Sendable (inout FaxSession) -> Void) {
            self.topic = topic
            self.apply = apply
        }
    }

    static let spoils: [Spoil] = [
        Spoil(.outcome) { $0.outcome = .failed },
        Spoil(.outcome) { $0.outcome = .unknown },
        Spoil(.carried) { $0.carriedBy = "g711" },
        Spoil(.pages) { $0.pagesConfirmed = 2 },
        Spoil(.pages) { $0.pagesConfirmed = nil },
        Spoil(.rate) { $0.rateBps = 9600 },
        Spoil(.ecm) { $0.ecm = false },
        Spoil(.idents) { $0.senderID = nil },
        Spoil(.pixels) { $0.pages = [] },
        Spoil(.pixels) { $0.pages[0].image?.octets[5000] ^= 1 },
        Spoil(.pixels) { $0.pages.append($0.pages[0]) },
    ]

    @Test(arguments: spoils)
    func aWrongAnalysisIsWrong(spoil: Spoil) throws {
        var calls = try Self.calls(Self.clean)
        spoil.apply(&calls[0].fax)
        let checks = try TruthComparison(Self.truth(Self.clean), calls: calls).checks()
        #expect(checks.contains { $0.topic == spoil.topic && $0.isWrong })
    }

    @Test func aLossMissedOrInventedIsWrong() throws {
        let name = "06-t38-redundancy-3pct-loss"
        let truth = try Self.truth(name)
        for change in [-1, 1] {
            let row = TruthTable.row(truth) { url in
                var calls = try TruthTable.calls(of: url)
                let index = try #require(calls[0].call.streams.firstIndex { ($0.statistics.lost ?? 0) > 0 })
                calls[0].call.streams[index].statistics.lost? += change
                return calls
            }
            #expect(row.wrongs.count == 2, "at the capture point and at the caller's")
        }
    }

    @Test func whatCannotBeReadIsWrong() throws {
        let row = TruthTable.row(try Self.truth(Self.clean)) { _ in throw CocoaError(.fileReadCorruptFile) }
        #expect(row.wrongs.count == 1)
    }

    @Test func bothLayoutsAreRead() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "truth-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = Corpus.file("captures/\(Self.clean)")
        for (from, to) in [("capture.pcap", "x.pcap"), ("expected.json", "x.json"), ("received.tif", "received.tif")] {
            try FileManager.default.copyItem(at: source.appending(path: from), to: folder.appending(path: to))
        }
        let table = try TruthTable.run(folder: folder)
        #expect(table.rows.map(\.name) == ["x"])
        #expect(table.wrongs.isEmpty)
        #expect(table.text().contains("1 captures: 8 statements right, 0 wrong"))
    }
}
