import FaxCore
import FaxDSP
import FaxEndpoint
import Foundation
import LiveLab
import ServerDrivers
import Testing

/// A fax that an emulated server is told to send to our endpoint, and what a check has to say of it.
struct ServerTrial: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var transport = FaxTransport.t38
    var fault: EmulatedServerFault?
    /// Our endpoint takes no fax of this sender: it fails in T.30.
    var refusesFax = false
    var state: ServerJobStatus.State?
    var kinds: [ServerFinding.Kind] = []
    var isConfirmed = false

    /// In a folder of its own that goes afterwards.
    static func inFolder(_ name: String, _ body: (URL) async throws -> Void) async throws {
        let folder = URL.temporaryDirectory.appending(path: "\(name)-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    /// - Parameters:
    ///   - port: where the server calls.
    ///   - secrets: stand nowhere in what was said.
    func run(
        port: UInt16, in folder: URL, secrets: [String] = [], _ driver: @escaping @Sendable () -> any FaxServerDriver
    ) throws {
        var settings = Self.settings(LoopbackPort.address, port, transport)
        settings.answering = Answering(folder: try ReceptionFolder(path: folder.appending(path: "in").path))
        if refusesFax { settings.fax.abilities.requiredPassword = "1234" }
        var check = Self.check(driver)
        check.patience.lastCall = .seconds(2)
        let fax = ServerFax(pages: SoftwareCall.pages(1), number: "200", callerNumber: "555")
        let outcome = try check.sends(fax, settings)
        #expect(outcome.facts.findings.map(\.kind) == kinds, "\(outcome.text)\n\(outcome.words.lines)")
        #expect(outcome.facts.told.status?.state == state)
        #expect(outcome.facts.isConfirmed == isConfirmed)
        for secret in secrets { #expect(!outcome.words.lines.contains { $0.contains(secret) }) }
    }

    static func settings(
        _ address: IPAddress = LoopbackPort.address, _ port: UInt16 = 0, _ transport: FaxTransport = .t38
    ) -> EndpointSettings {
        var settings = EndpointSettings(listen: Endpoint(address, port))
        settings.transport = transport
        settings.mediaPorts = 30_000...39_999
        return settings
    }

    /// With the patience of a test.
    static func check(_ driver: @escaping @Sendable () -> any FaxServerDriver) -> ServerCheck {
        var check = ServerCheck(driver)
        check.patience.all = .seconds(100)
        check.patience.question = .milliseconds(200)
        check.patience.lastWord = .seconds(4)
        return check
    }
}
