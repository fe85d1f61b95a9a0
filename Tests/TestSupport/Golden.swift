import Foundation
import Testing

/// Compares with a committed text; `make golden` (FAXPROBE_GOLDEN=update) writes it anew instead. Suites that use it have
/// `Golden` in their names, so that `make golden` finds them.
public enum Golden {
    private static let isUpdating = ProcessInfo.processInfo.environment["FAXPROBE_GOLDEN"] == "update"

    /// - Parameter path: below the checkout, such as `reports/golden/failed-fax.txt`.
    public static func expect(_ text: String, equals path: String, sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        let file = Corpus.folder.deletingLastPathComponent().appending(path: path)
        if isUpdating {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
            return
        }
        let golden = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        if text == golden { return }
        let difference = Self.firstDifference(text, golden)
        Issue.record(
            "\(path) differs from line \(difference); `make golden` writes it anew", sourceLocation: sourceLocation)
    }

    private static func firstDifference(_ new: String, _ old: String) -> String {
        let new = new.split(separator: "\n", omittingEmptySubsequences: false)
        let old = old.split(separator: "\n", omittingEmptySubsequences: false)
        let line =
            zip(new, old).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(new.count, old.count)
        func text(_ lines: [Substring]) -> Substring { line < lines.count ? lines[line] : "(end)" }
        return "\(line + 1): now \"\(text(new))\", golden \"\(text(old))\""
    }
}
