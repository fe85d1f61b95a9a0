import Foundation
import PcapDecode

/// Sanitises one file into another: nothing stands under the output's name before it was looked through.
public struct SanitizeRun {
    public var options: SanitizeOptions
    public var overwrites = false
    /// Where originals and replacements are written to, for the owner's eyes only.
    public var map: String?

    public init(_ options: SanitizeOptions) {
        self.options = options
    }

    public enum Failure: Error, CustomStringConvertible {
        /// Something of the original was found in the result, which was removed.
        case leftOver([String])

        public var description: String {
            switch self {
            case .leftOver(let found):
                "something of the original was left over, so nothing was written: "
                    + found.prefix(5).joined(separator: "; ")
            }
        }
    }

    /// - Throws: ``SanitizeError``, ``Failure`` or the error of a file that cannot be read; then nothing was written.
    public func run(input: String, output: String) throws -> SanitizeSummary {
        for path in [output, map].compactMap(\.self) { try check(input, path) }
        if let map, Self.isOne(map, output) { throw SanitizeError.isMapAndOutput(path: output) }
        var sanitizer = try CaptureSanitizer(path: input, options: options)
        var (file, summary) = sanitizer.run()
        let draft = try DraftFile(Data(file), for: output)
        file = []
        do {
            try lookThrough(draft.readable, sanitizer, &summary)
            if let map { try write(summary, to: map) }
        } catch {
            draft.remove()
            throw error
        }
        try draft.takePlace(overwriting: overwrites)
        return summary
    }

    private func write(_ summary: SanitizeSummary, to path: String) throws(SanitizeError) {
        let lines = summary.map.map { "\($0.kind)\t\($0.original)\t\($0.replacement)\n" }
        let draft = try DraftFile(Data(lines.joined().utf8), for: path, isPrivate: true)
        try draft.takePlace(overwriting: overwrites)
    }

    // MARK: Names of files

    private func check(_ input: String, _ path: String) throws(SanitizeError) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        if Self.isOne(input, path) { throw .isOwnInput(path: path) }
        if status.st_mode & S_IFMT != S_IFREG { throw .isNoFile(path: path) }
        if !overwrites { throw .exists(path: path) }
    }

    /// Both names lead to one file, by whatever links; of files that are not there yet the names count.
    private static func isOne(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        if stat(one, &first) == 0, stat(other, &second) == 0 {
            return first.st_dev == second.st_dev && first.st_ino == second.st_ino
        }
        return URL(filePath: one).standardizedFileURL == URL(filePath: other).standardizedFileURL
    }

    // MARK: The check

    private func lookThrough(_ path: String, _ sanitizer: CaptureSanitizer, _ summary: inout SanitizeSummary) throws {
        var again = try CaptureSanitizer(path: path, options: options)
        again.learn()
        var check = LeftoverCheck(sanitizer.names)
        check.compare(again.names)
        check.compare(pagesOf: again.story.calls, with: sanitizer.story.calls)
        again.forEachFrame { check.search($0) }
        if !check.found.isEmpty { throw Failure.leftOver(check.found) }
        summary.differences = StoryComparison(sanitizer.story, again.story).differences
    }
}
