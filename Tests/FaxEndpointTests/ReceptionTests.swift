import FaxCore
import FaxDSP
import Foundation
import Simulator
import TestSupport
import Testing

@testable import FaxEndpoint

/// What is told as received lies on the disk; what cannot be kept is no success.
@Suite(.live) struct ReceptionTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")

    private func withFolder(_ body: (ReceptionFolder) throws -> Void) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(try ReceptionFolder(path: folder.path))
    }

    private func document(pages: Int) throws -> Data {
        Data(try TIFFDocument.write((0..<pages).map { TextLikePage(heightPx: 60, seed: UInt64($0)).bitmap() }))
    }

    @Test func whatCameGetsItsNameWhenItIsWhole() throws {
        try withFolder { inbox in
            let reception = try inbox.begin("fax-1")
            try document(pages: 2).write(to: URL(filePath: reception.temporaryPath))
            let kept = try #require(try reception.commit(confirmed: 2))
            #expect(kept.pages.count == 2 && kept.paths == [folder.path + "/fax-1.tif"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["fax-1.tif"])
        }
    }

    @Test func onRequestAsPDFAndPNGToo() throws {
        try withFolder { inbox in
            var inbox = inbox
            inbox.formats = [.tiff, .pdf, .png]
            let reception = try inbox.begin("fax-1")
            try document(pages: 1).write(to: URL(filePath: reception.temporaryPath))
            let kept = try #require(try reception.commit(confirmed: 1))
            #expect(kept.paths.map { $0.suffix(4) } == [".tif", ".pdf", ".png"])
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(left == ["fax-1-1.png", "fax-1.pdf", "fax-1.tif"])
            #expect(try DocumentImport.pages(of: kept.paths[1]).count == 1)
        }
    }

    @Test func aFileWithFewerPagesThanWereConfirmedIsAFailureAndStays() throws {
        try withFolder { inbox in
            let reception = try inbox.begin("fax-1")
            try document(pages: 1).write(to: URL(filePath: reception.temporaryPath))
            #expect(throws: ReceptionFolder.Failure.self) { try reception.commit(confirmed: 2) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["fax-1.part"])
        }
    }

    @Test func nothingLeavesNothing() throws {
        try withFolder { inbox in
            let kept = try inbox.begin("fax-1").commit(confirmed: 0)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(kept == nil && left.isEmpty)
        }
    }

    @Test func aFileThatIsGoneIsALossOnlyWhenAPageWasConfirmed() throws {
        try withFolder { inbox in
            let reception = try inbox.begin("fax-1")
            reception.discard()
            let kept = try reception.commit(confirmed: 0)
            #expect(kept == nil)
            #expect(throws: FileOctets.Failure.self) { try FileOctets.read(reception.temporaryPath, limit: 1) }
            #expect(throws: ReceptionFolder.Failure.self) { try reception.commit(confirmed: 1) }
        }
    }

    @Test func nothingIsOverwritten() throws {
        try withFolder { inbox in
            let reception = try inbox.begin("fax-1")
            try Data().write(to: URL(filePath: reception.path))
            try document(pages: 1).write(to: URL(filePath: reception.temporaryPath))
            #expect(throws: ReceptionFolder.Failure.self) { try reception.commit(confirmed: 1) }
        }
    }

    @Test func aFolderThatCannotBe() {
        #expect(throws: ReceptionFolder.Failure.self) { try ReceptionFolder(path: "/dev/null/x") }
        #expect(throws: ReceptionFolder.Failure.self) { try ReceptionFolder(path: "/dev/null") }
    }

    /// The folder is gone when the call comes: it is refused, not answered and lost.
    @Test func aCallThatCouldNotBeKeptIsNotAnswered() async throws {
        var fax = FaxOnLoopback()
        fax.receiver.answering = Answering(folder: try ReceptionFolder(path: folder.path))
        try FileManager.default.removeItem(at: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let folder = folder
        fax.onSenderEvent = { event, _ in
            if case .result = event.kind {
                try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            }
        }
        let outcome = try await fax.run()
        #expect(outcome.sent?.reason == "refused with 500 Server Internal Error", "\(outcome.senderEvents.story)")
    }

    @Test(
        arguments: [
            (0, "fax-19700101-000000-7-000001"), (951_782_399, "fax-20000228-235959-7-000001"),
            (951_782_400, "fax-20000229-000000-7-000001"), (1_795_276_800, "fax-20261121-160000-7-000001"),
        ] as [(Int64, String)])
    func namesTellTheDate(seconds: Int64, name: String) {
        let date = Instant(nanoseconds: seconds * 1_000_000_000)
        #expect(ReceptionName.text(date: date, number: 7, random: 1) == name)
    }
}
