import Foundation
import PcapDecode

/// Sanitises one file into another: nothing stands under the output's name before it was looked through.
public struct SanitizeRun {
    public var options: SanitizeOptions
    public var overwrites = false

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

    /// - Throws: ``SanitizeError``, ``Failure`` or the error of a file that cannot be read.
    public func run(input: String, output: String) throws -> SanitizeSummary {
        try check(input, output)
        var sanitizer = try CaptureSanitizer(path: input, options: options)
        var (file, summary) = sanitizer.run()
        let draft = output + ".part"
        do {
            try Data(file).write(to: URL(filePath: draft))
        } catch {
            throw SanitizeError.notWritten(path: output, reason: error.localizedDescription)
        }
        file = []
        do {
            try lookThrough(draft, sanitizer, &summary)
            _ = try? FileManager.default.removeItem(atPath: output)
            try FileManager.default.moveItem(atPath: draft, toPath: output)
        } catch {
            _ = try? FileManager.default.removeItem(atPath: draft)
            throw error
        }
        return summary
    }

    private func check(_ input: String, _ output: String) throws {
        let files = FileManager.default
        guard files.fileExists(atPath: output) else { return }
        let numbers = [input, output].map { path in
            (try? files.attributesOfItem(
                atPath: URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)))
                .map { attributes in
                    [FileAttributeKey.systemNumber, .systemFileNumber].map { (attributes[$0] as? NSNumber)?.intValue }
                }
        }
        if numbers[0] == numbers[1] { throw SanitizeError.isOwnInput(path: output) }
        if !overwrites { throw SanitizeError.exists(path: output) }
    }

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
