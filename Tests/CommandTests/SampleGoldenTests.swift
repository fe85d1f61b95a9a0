import Foundation
import TestSupport
import Testing

/// The sample reports of `reports/samples/` are what the command writes today: those that are text to the letter, the
/// HTML in its parts. `make samples` writes them anew.
@Suite struct SampleGoldenTests {
    static let root = Corpus.folder.deletingLastPathComponent()

    /// Writes all samples into a new folder.
    static func written() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        let process = Process()
        process.executableURL = root.appending(path: "scripts/samples")
        process.arguments = [AnalyzeCommandTests.executable.path, folder.path]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return folder
    }

    @Test func samplesAreUpToDate() throws {
        let folder = try Self.written()
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let committed = try FileManager.default.contentsOfDirectory(
            atPath: Self.root.appending(path: "reports/samples").path)
        #expect(names == committed.sorted())
        for name in names {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            if name.hasSuffix(".html") {
                let sample = try String(
                    contentsOf: Self.root.appending(path: "reports/samples/\(name)"), encoding: .utf8)
                #expect(Self.parts(text) == Self.parts(sample), "\(name): make samples writes it anew")
            } else {
                try Golden.expect(text, equals: "reports/samples/\(name)")
            }
        }
    }

    /// Identifiers of the parts in their order, but not how many steps and findings they hold, and the names of data.
    static func parts(_ html: String) -> [String] {
        html.matches(of: #/ id="([^"]+)"|"([a-zA-Z]+)":/#).map { String($0.1 ?? $0.2 ?? "") }
            .filter { $0.firstMatch(of: #/-[sf][0-9]+$/#) == nil }
            .reduce(into: []) { parts, name in if !parts.contains(name) { parts.append(name) } }
    }
}
