import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import Foundation
import Simulator
import TestSupport
import Testing

@testable import FaxEndpoint

/// Documents fetched over real sockets, and what calls tell on the way.
@Suite(.live) struct PollingTests {
    private static let pages = [TextLikePage(heightPx: 120, seed: 3).bitmap()]

    private struct Outcome {
        var caller: [EndpointEvent] = []
        var called: [EndpointEvent] = []
        var fetched: [PageBitmap] = []
        /// What lies in the folder of the caller.
        var files: [String] = []
    }

    /// One call that polls; `change` gets the settings of the caller and of the called side, and what is asked for.
    private static func call(
        sending document: [PageBitmap]?, formats: [ReceptionFolder.Format] = [.tiff],
        _ change: @escaping (inout EndpointSettings, inout EndpointSettings) throws -> Void
    ) async throws -> Outcome {
        try await OwnThread.run {
            let base = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: base, withIntermediateDirectories: false)
            defer { try? FileManager.default.removeItem(at: base) }
            let ports = FaxOnLoopback()
            var (calling, answering) = (ports.sender, ports.receiver)
            for settings in [\EndpointSettings.progressInterval] {
                calling[keyPath: settings] = .milliseconds(200)
                answering[keyPath: settings] = .milliseconds(200)
            }
            answering.answering = Answering(folder: try ReceptionFolder(path: base.appending(path: "in").path))
            try change(&calling, &answering)
            let called = try LiveEndpoint(answering)
            defer { called.close() }
            let caller = try LiveEndpoint(calling)
            defer { caller.close() }
            var folder = try ReceptionFolder(path: base.appending(path: "fetched").path)
            folder.formats = formats
            let target = called.address
            caller.poll(
                PollRequest(
                    SIPTarget.destination("sip:200@\(target)", at: target), into: folder,
                    after: try document.map { try OutgoingDocument($0) }))
            var outcome = Outcome()
            let limit = ContinuousClock.now + .seconds(100)
            while outcome.caller.result == nil || outcome.called.result == nil, ContinuousClock.now < limit {
                if let event = caller.events.next(within: .milliseconds(50)) { outcome.caller.append(event) }
                while let event = called.events.next(within: .zero) { outcome.called.append(event) }
            }
            caller.stop()
            called.stop()
            outcome.files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            if let path = outcome.caller.result?.files.first(where: { $0.hasSuffix(".tif") }) {
                outcome.fetched = try TIFFDocument.read(Array(Data(contentsOf: URL(filePath: path))))
            }
            return outcome
        }
    }

    @Test(arguments: [FaxTransport.t38, .g711]) func aDocumentThatIsOfferedIsFetched(transport: FaxTransport)
        async throws
    {
        let outcome = try await Self.call(sending: nil, formats: [.tiff, .pdf, .png]) { calling, answering in
            calling.transport = transport
            answering.transport = transport
            calling.fax.abilities.password = "1234"
            answering.fax.abilities.requiredPassword = "1234"
            answering.answering?.offer = try OutgoingDocument(Self.pages)
        }
        let story = outcome.caller.story + "--\n" + outcome.called.story
        let (result, offered) = (try #require(outcome.caller.result), try #require(outcome.called.result))
        #expect(result.isSuccess && !result.isSender && result.pagesConfirmed == 1, "\(story)")
        #expect(offered.isSuccess && offered.isSender && offered.pagesWanted == 1 && offered.files.isEmpty, "\(story)")
        let areEqual = outcome.fetched.map(\.octets) == Self.pages.map(\.octets)
        #expect(areEqual)
        let kinds = outcome.files.map { String($0.suffix(4)) }
        #expect(kinds.sorted() == [".pdf", ".png", ".tif"], "\(outcome.files)")
    }

    @Test func aWrongPasswordFetchesNothing() async throws {
        let outcome = try await Self.call(sending: nil) { calling, answering in
            calling.transport = .t38
            calling.fax.abilities.password = "4321"
            answering.fax.abilities.requiredPassword = "1234"
            answering.answering?.offer = try OutgoingDocument(Self.pages)
        }
        #expect(outcome.caller.result?.isSuccess == false && outcome.files.isEmpty)
        #expect(outcome.called.result?.reason == "Password not accepted", "\(outcome.called.story)")
    }

    /// Sent, and taken back on the same call; no second call follows.
    @Test func anEchoOnTheSameCall() async throws {
        let outcome = try await Self.call(sending: Self.pages) { calling, answering in
            calling.transport = .t38
            answering.answering?.echoes = true
        }
        let story = outcome.caller.story + "--\n" + outcome.called.story
        let result = try #require(outcome.caller.result)
        #expect(result.isSuccess && result.isSender && result.pagesConfirmed == 1, "\(story)")
        #expect(result.pagesReturned == 1 && outcome.called.result?.pagesReturned == 1, "\(story)")
        let areEqual = outcome.fetched.map(\.octets) == Self.pages.map(\.octets)
        #expect(areEqual)
        #expect(outcome.called.count { if case .began = $0.kind { true } else { false } } == 1)
        // What the call told on its way: every phase, and octets that grow to the size of the page.
        let told = outcome.caller.compactMap { event -> CallProgress? in
            if case .progress(let progress) = event.kind { progress } else { nil }
        }
        #expect(Set(told.map(\.fax.phase)).isSuperset(of: [.b, .c]), "\(told.map(\.fax.phase))")
        #expect(told.contains { $0.fax.isSending && $0.fax.octetsInAll ?? 0 > 0 && $0.fax.pagesInAll == 1 })
        #expect(told.allSatisfy { $0.fax.octets ?? 0 <= $0.fax.octetsInAll ?? .max })
        #expect(result.carriage.t38?.received ?? 0 > 50 && result.carriage.t38?.lost == 0)
    }
}
