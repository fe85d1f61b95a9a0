import Foundation
import TestSupport
import Testing

/// The outputs that README.md shows are what the command says today.
@Suite struct ReadmeTests {
    static let root = Corpus.folder.deletingLastPathComponent()

    /// Blocks of a command on a corpus capture and its output.
    static func blocks() throws -> [[Substring]] {
        let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        return text.split(separator: "```\n").map { $0.split(separator: "\n") }
            .filter { $0[0].hasPrefix("$ faxprobe ") && $0[0].contains("corpus/") && $0.count > 1 }
    }

    @Test func shownOutputsAreTrue() throws {
        let blocks = try Self.blocks()
        #expect(blocks.count >= 2)
        for block in blocks {
            let words = block[0].split(separator: " ").dropFirst(2).map { word in
                word.hasPrefix("corpus/") ? Self.root.appending(path: String(word)).path : String(word)
            }
            var output = try AnalyzeCommandTests.run(words).output.split(separator: "\n")[...]
            for shown in block.dropFirst() where shown.contains(where: { $0 != " " && $0 != "…" }) {
                let place = output.firstIndex(of: shown)
                #expect(place != nil, "\(block[0]) does not say (or not in this order): \(shown)")
                if let place { output = output[(place + 1)...] }
            }
        }
    }

    /// The two commands, and every file that README.md links to.
    @Test func whatItNamesIsThere() throws {
        let text = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        for path in ["scripts/demo", "scripts/test"] {
            #expect(text.contains(path))
            #expect(FileManager.default.isExecutableFile(atPath: Self.root.appending(path: path).path))
        }
        for link in text.matches(of: #/\]\(([^)]+)\)/#).map(\.1) where !link.hasPrefix("http") {
            #expect(FileManager.default.fileExists(atPath: Self.root.appending(path: String(link)).path), "\(link)")
        }
    }
}
