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
        #expect(row.checks.count { $0.verdict == .right } == 10)
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
        Spoil(.t30) { $0.messages.removeAll { $0.name == "DIS" } },
        Spoil(.t30) { $0.messages.removeAll { $0.name == "MCF" } },
        Spoil(.t30) { $0.messages.append($0.messages[0]) },
        Spoil(.t30) { fax in fax.messages.removeAll { $0.name == "FCD 7" } },
        Spoil(.t30) { fax in for index in fax.messages.indices { fax.messages[index].direction = .caller } },
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

    /// A frame that was lost on the way to the capture is not missed; one that the far end received is.
    @Test func lostFramesAreForgiven() throws {
        let truth = try Self.truth("12-g711u-5pct-loss")
        let calls = try TruthTable.calls(of: truth.capture)
        func verdict(_ change: (inout FaxSession) -> Void) throws -> Bool {
            var calls = calls
            change(&calls[0].fax)
            var comparison = TruthComparison(truth, calls: calls)
            comparison.impairLog = try truth.impairLog.map { try ImpairLog($0) }
            return try comparison.checks().contains { $0.topic == .t30 && $0.isWrong }
        }
        #expect(try !verdict { _ in })
        #expect(try verdict { fax in fax.messages.removeAll { $0.name == "DCS" } })
        #expect(try verdict { fax in fax.messages.removeAll { $0.name == "DIS" } }, "captured where it was sent")
        #expect(
            try !verdict { fax in
                if let extra = fax.messages.first(where: { $0.name == "TSI" }) { fax.messages.append(extra) }
            })
    }

    @Test func anotherCauseIsWrong() throws {
        let truth = try Self.truth("07-t38-noec-3pct-loss")
        let row = TruthTable.row(truth) { url in
            var calls = try TruthTable.calls(of: url)
            for index in calls[0].findings.indices { calls[0].findings[index].isRootCause = false }
            return calls
        }
        #expect(row.wrongs.count == 1 && row.causes?.isRight == false)
        var table = TruthTable()
        table.append(row)
        let text = table.text()
        #expect(text.hasSuffix("causes: 0 of 1\n"))
        #expect(text.contains("✗    1  none      udptl-loss-unrepaired"), "the confusion table")
    }

    @Test(arguments: [
        (["a", "b"], ["b"], true), (["a"], ["b", "a"], true), (["a"], ["b"], false), (["a"], [], false),
        (["none"], [], true), (["none"], ["a"], false),
    ])
    func causesAreJudgedByTheTruths(expected: [String], found: [String], isRight: Bool) {
        #expect(JudgedCause(expected: expected, found: found).isRight == isRight)
    }

    /// Octets, parties and ECM frames of recordings.
    @Test func framesSentAreComparedByOctets() {
        func message(_ party: Party, _ name: String, _ octets: [UInt8]) -> T30Message {
            T30Message(
                time: .zero, end: .zero, frame: nil, lastFrame: nil, direction: party, name: name, octets: octets,
                fields: [], crcOK: true)
        }
        var fax = FaxSession()
        fax.messages = [
            message(.callee, "DIS", [0xFF, 0x13, 0x80]), message(.caller, "FCD 0", [0xFF, 0x03, 0x06, 0]),
            message(.caller, "RCP", [0xFF, 0x03, 0x86]),
        ]
        var sent = SentFrames(
            frames: [.init(party: .callee, name: "DIS", octets: [0xFF, 0x13, 0x80])], ecmFrames: 1, isWhole: true)
        #expect(sent.verdict(fax) == .right)
        sent.frames.append(.init(party: .callee, name: "DIS", octets: [0xFF, 0x13, 0x80]))
        #expect(sent.verdict(fax) == .wrong(expected: "callee: DIS DIS", found: "DIS"))
        sent.isWhole = false
        #expect(sent.verdict(fax) == .right)
        sent.frames = [.init(party: .callee, name: "DIS", octets: [0xFF, 0x13, 0x81])]
        #expect(sent.verdict(fax) != .right)
        sent.frames[0].octets[2] = 0x80
        (sent.isWhole, sent.ecmFrames) = (true, 2)
        #expect(sent.verdict(fax) == .wrong(expected: "2 ECM frames", found: "1"))
    }

    @Test func recordingsAreReadBesideTheirTruth() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "truth-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let json = #"""
            {"modem": "V.17", "rate": 14400, "ecm": true, "compression": "T.6", "pages_received": 1, "outcome": "ok",
             "caller_id_tsi": "1", "answerer_id_csi": "2", "width": 1728, "xres_per_m": 8031, "yres_per_m": 3850,
             "events": [{"t": 1, "from": "answerer", "frame": "DIS", "hex": "ff1380"}], "ecm_fcd_frames_sent": 3}
            """#
        try Data(json.utf8).write(to: folder.appending(path: "x.json"))
        try Data("fLaC".utf8).write(to: folder.appending(path: "x.mix.flac"))
        let truth = try #require(try TruthCase.all(in: folder).first)
        #expect(truth.name == "x.mix" && truth.capture.lastPathComponent == "x.mix.flac" && truth.received.isEmpty)
        let expect = truth.truth.expect
        #expect(expect.outcome == "success" && expect.rateBps == 14_400 && expect.idents == ["1", "2"])
        #expect(expect.coding.map { "\($0)" } == "MMR 1728 dots, 204x98 dpi")
        #expect(truth.truth.sent?.frames.map(\.octets) == [[0xFF, 0x13, 0x80]])
        #expect(truth.truth.sent?.ecmFrames == 3 && truth.truth.sent?.isWhole == true)
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
        #expect(table.text().contains("1 captures: 10 statements right, 0 wrong"))
    }
}
