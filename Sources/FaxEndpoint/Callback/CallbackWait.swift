import FaxCore
import FaxDSP
import FaxReport

/// A fax-back number calls back minutes later: whom to expect, for how long, and what came of it.
public struct CallbackWait: Sendable {
    /// From the end of the call that sent the fax.
    public var patience: Duration
    /// What was sent.
    public var pages: [PageBitmap]
    /// Calls that may begin and fail before the one that brings the fax.
    public static let attempts = 5
    private var sentAt: ContinuousClock.Instant?
    private(set) var returned: FaxResult?
    /// Our fax failed: nobody will call back.
    private(set) var isHopeless = false

    public init(patience: Duration, pages: [PageBitmap]) {
        self.patience = patience
        self.pages = pages
    }

    mutating func take(_ result: FaxResult) {
        if result.isSender {
            result.isSuccess ? sentAt = .now : (isHopeless = true)
        } else if result.isSuccess || returned == nil {
            returned = result
        }
    }

    /// Our fax is through, and nothing has come back yet.
    var isWaiting: Bool { sentAt != nil && returned?.isSuccess != true }

    var isOver: Bool {
        if isHopeless || returned?.isSuccess == true { return true }
        return sentAt.map { ContinuousClock.now >= $0 + patience } ?? false
    }

    /// Reads back what came. `nil`: nothing did.
    func matching() throws -> PageMatching? {
        guard let path = returned?.files.first else { return nil }
        let octets = try FileOctets.read(path, limit: 1 << 30)
        return PageMatching(sent: pages, returned: try TIFFDocument.read(octets))
    }
}

/// What came back, for a terminal and as JSON.
enum CallbackReport {
    static func waitingText(_ wait: CallbackWait) -> String {
        "the fax is through; waiting at most \(Int(wait.patience.inSeconds)) s for the call-back\n"
    }

    static func waitingDocument(_ wait: CallbackWait) -> String {
        JSONWriter.text(
            .object([.init("event", .string("awaiting-callback")), .init("patience_s", .seconds(wait.patience))]),
            style: .line) + "\n"
    }

    static func text(_ matching: PageMatching?) -> String {
        guard let matching else { return "call-back: did not come\n" }
        var lines = ["call-back: \(matching.verdict.rawValue.replacing("-", with: " "))"]
        for page in matching.pages {
            var line = "  page \(page.number): \(page.state.rawValue)"
            if let returned = page.returned, let likeness = page.likeness {
                line += ", came back as page \(returned), difference \(percent(1 - likeness.likeness)) %"
                if page.state == .differs { line += ", in its worst part \(percent(1 - likeness.worstPart)) %" }
                if abs(likeness.scaleX - 1) > 0.01 || abs(likeness.scaleY - 1) > 0.01 {
                    line += ", scaled to \(percent(likeness.scaleX)) × \(percent(likeness.scaleY)) %"
                }
            }
            lines.append(line)
        }
        if !matching.extra.isEmpty {
            lines.append("  not of ours: page " + matching.extra.map(String.init).joined(separator: ", "))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func percent(_ share: Double) -> String { "\(Int((100 * share).rounded()))" }

    static func document(_ matching: PageMatching?, _ wait: CallbackWait) -> String {
        JSONWriter.text(
            .object([
                .init("event", .string("callback")),
                .init("verdict", .string((matching?.verdict ?? .didNotCome).rawValue)),
                .init("files", .array((wait.returned?.files ?? []).map { .string($0) })),
                .init("pages", .array((matching?.pages ?? []).map(page))),
                .init("extra", .array((matching?.extra ?? []).map { .integer($0) })),
            ]), style: .line) + "\n"
    }

    private static func page(_ page: PageMatching.Page) -> JSONValue {
        let likeness = page.likeness
        return .object([
            .init("number", .integer(page.number)), .init("state", .string(page.state.rawValue)),
            .init("returned", .optional(page.returned)),
            .init("difference", .measure(likeness.map { 1 - $0.likeness }, digits: 4)),
            .init("worst_part", .measure(likeness.map { 1 - $0.worstPart }, digits: 4)),
            .init("scale_x", .measure(likeness?.scaleX, digits: 4)),
            .init("scale_y", .measure(likeness?.scaleY, digits: 4)),
            .init("shift_x_mm", .measure(likeness?.shiftMm.x, digits: 1)),
            .init("shift_y_mm", .measure(likeness?.shiftMm.y, digits: 1)),
        ])
    }
}
