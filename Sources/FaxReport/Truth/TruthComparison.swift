import FaxCore
import FaxDSP
import Foundation
import PcapDecode
import T30Analyzer

/// One statement of the truth against what was found.
public struct TruthCheck: Sendable {
    public enum Verdict: Sendable, Equatable {
        case right
        case wrong(expected: String, found: String)
        /// Not judged, with the reason when there is one worth telling.
        case open(String?)
    }

    public enum Topic: String, Sendable, CaseIterable {
        case outcome, carried, pages, modem, rate, ecm, coding, idents, t30, pixels, status
        case lossAtCapture = "loss"
        case lossAtCaller = "loss@A"
        case cause
    }

    public var topic: Topic
    public var verdict: Verdict

    public var isWrong: Bool {
        if case .wrong = verdict { true } else { false }
    }
}

/// Judges the analysis of a capture by its truth.
public struct TruthComparison {
    let truth: TruthCase
    let calls: [AnalyzedCall]
    /// What the network dropped on the way.
    var impairLog: ImpairLog?
    private var expect: GroundTruth.Expectation { truth.truth.expect }

    public init(_ truth: TruthCase, calls: [AnalyzedCall]) {
        self.truth = truth
        self.calls = calls
    }

    /// Said of a capture whose fax, if any, went as audio that the analysis did not decode.
    public static let audioNotRead = "audio: not read yet"

    /// Checks of the T.30 session, its pages and the signalling; losses are judged by `losses`.
    public func checks() throws -> [TruthCheck] {
        [
            TruthCheck(topic: .outcome, verdict: outcome()),
            TruthCheck(topic: .carried, verdict: carried()),
            TruthCheck(
                topic: .pages, verdict: compare(expect.pagesConfirmed, faxes.compactMap(\.pagesConfirmed).max())),
            TruthCheck(topic: .rate, verdict: compare(expect.rateBps, same(faxes.map(\.rateBps)))),
            TruthCheck(topic: .ecm, verdict: compare(expect.ecm, same(faxes.map(\.ecm)))),
            TruthCheck(topic: .modem, verdict: compare(expect.modem, same(faxes.map(\.modem)))),
            TruthCheck(topic: .coding, verdict: coding()),
            TruthCheck(topic: .idents, verdict: idents()),
            TruthCheck(topic: .t30, verdict: frames()),
            TruthCheck(topic: .pixels, verdict: try pixels()),
            TruthCheck(topic: .status, verdict: compare(expect.finalStatus, calls.first?.call.signalling.finalStatus)),
            TruthCheck(topic: .cause, verdict: cause()),
        ]
    }

    // MARK: What is judged

    /// Audio was seen and nothing of a fax was read in it, while the truth does not say that all went by T.38.
    private var hasUnreadAudio: Bool {
        expect.carriedBy != "t38"
            && calls.contains { call in
                call.fax.messages.isEmpty && call.fax.outcome == .unknown
                    && call.call.streams.contains { $0.kind == .rtp || $0.kind == .srtp }
            }
    }

    /// There is nothing but such audio.
    private var isUnreadAudio: Bool {
        hasUnreadAudio && faxes.isEmpty && !calls.flatMap(\.call.streams).contains { $0.kind.carriesT38 }
    }

    private var isCut: Bool { truth.truth.isCut }

    /// The sessions that tried to be a fax.
    private var faxes: [FaxSession] {
        let tried = calls.map(\.fax).filter { fax in
            switch fax.outcome {
            case .success, .partial, .failed: true
            case .notFax: false
            case .unknown: !fax.messages.isEmpty
            }
        }
        return tried
    }

    /// The worst of the faxes in the capture, `not-fax` when there was none but an answered call, else `unknown`.
    private var overallOutcome: FaxSession.Outcome {
        for outcome in [FaxSession.Outcome.failed, .partial, .unknown, .success] {
            if faxes.contains(where: { $0.outcome == outcome }) { return outcome }
        }
        return calls.contains { $0.fax.outcome == .notFax } ? .notFax : .unknown
    }

    private func outcome() -> TruthCheck.Verdict {
        guard let expected = expect.outcome else { return .open(nil) }
        let found = overallOutcome
        if found.rawValue == expected { return .right }
        if isUnreadAudio { return .open(Self.audioNotRead) }
        // Of a call that was cut, less may be known and fewer pages confirmed; the contrary of the truth stays wrong.
        if isCut, found == .unknown || found == .partial { return .open("the cut left \(found.rawValue)") }
        return .wrong(expected: expected, found: found.rawValue)
    }

    private func carried() -> TruthCheck.Verdict {
        guard let expected = expect.carriedBy else { return .open(nil) }
        // Audio before the switch is a call of its own where signalling is missing: it carried no fax.
        let judged = faxes.isEmpty ? calls.map(\.fax) : faxes
        let found = Set(judged.flatMap { $0.carriedBy.split(separator: "+").map(String.init) }).subtracting(["none"])
        if found == Set(expected.split(separator: "+").map(String.init)) { return .right }
        if hasUnreadAudio { return .open(Self.audioNotRead) }
        if isCut, found.isEmpty { return .open("cut") }
        return .wrong(expected: expected, found: found.isEmpty ? "none" : found.sorted().joined(separator: "+"))
    }

    private func idents() -> TruthCheck.Verdict {
        guard let expected = expect.idents else { return .open(nil) }
        let found = Set(faxes.flatMap { [$0.senderID, $0.receiverID].compactMap { $0 } })
        if found == Set(expected) { return .right }
        return wrong(expected.sorted().joined(separator: ", "), found.sorted().joined(separator: ", "))
    }

    private func coding() -> TruthCheck.Verdict {
        guard let expected = expect.coding else { return .open(nil) }
        let found = faxes.first.map { fax in
            ImageCoding(
                compression: fax.compression, widthPx: fax.widthPx, acrossDPI: fax.resolutionDPI?.x,
                downDPI: fax.resolutionDPI?.y)
        }
        if let found, expected.agrees(with: found) { return .right }
        return wrong("\(expected)", found.map { "\($0)" } ?? "unknown")
    }

    private func frames() -> TruthCheck.Verdict {
        let verdict = FrameComparison(truth: truth.truth, impairLog: impairLog, calls: calls).verdict()
        if case .wrong = verdict, isUnreadAudio { return .open(Self.audioNotRead) }
        return verdict
    }

    /// Of a clean call, no cause and nothing worse than a warning.
    private func cause() -> TruthCheck.Verdict {
        guard let judged = judgedCause else { return .open(nil) }
        if judged.isRight { return .right }
        return .wrong(expected: judged.expected.joined(separator: " or "), found: named(judged.found))
    }

    /// What the truth says of the root cause, and what was found; `nil`: it says nothing.
    var judgedCause: JudgedCause? {
        let findings = calls.flatMap(\.findings)
        let found = findings.filter(\.isRootCause).map(\.id)
        if let expected = expect.rootCauseAnyOf { return JudgedCause(expected: expected, found: found) }
        guard expect.clean == true, !isCut else { return nil }
        let errors = findings.filter { $0.severity == .error && !$0.isRootCause }.map(\.id)
        return JudgedCause(expected: ["none"], found: found + errors)
    }

    private func named(_ ids: [String]) -> String { ids.isEmpty ? "none" : ids.joined(separator: ", ") }

    private func compare<Value: Equatable>(_ expected: Value?, _ found: Value?) -> TruthCheck.Verdict {
        guard let expected else { return .open(nil) }
        if expected == found { return .right }
        return wrong("\(expected)", found.map { "\($0)" } ?? "unknown")
    }

    private func wrong(_ expected: String, _ found: String) -> TruthCheck.Verdict {
        if isUnreadAudio { return .open(Self.audioNotRead) }
        return .wrong(expected: expected, found: found.isEmpty ? "none" : found)
    }

    /// The value that all sessions that know one agree on.
    private func same<Value: Equatable>(_ values: [Value?]) -> Value? {
        let known = values.compactMap { $0 }
        return known.allSatisfy { $0 == known.first } ? known.first : nil
    }
}

// MARK: - Pages

extension TruthComparison {
    private func pixels() throws -> TruthCheck.Verdict {
        if isCut { return try partOfWhole() }
        if truth.received.isEmpty { return .open(nil) }
        if isUnreadAudio { return .open(Self.audioNotRead) }
        var sessions = faxes.filter { fax in fax.pages.contains { $0.image != nil } }
        for file in truth.received {
            let document = try TIFFDocument.read([UInt8](Data(contentsOf: file)))
            guard let match = sessions.firstIndex(where: { holds($0, document) }) else {
                return .wrong(expected: file.lastPathComponent, found: summary(sessions, document))
            }
            sessions.remove(at: match)
        }
        return .right
    }

    /// All pages equal; a page with bad rows is filled by rules of the receiver's own and need only be as high.
    private func holds(_ fax: FaxSession, _ document: [PageBitmap]) -> Bool {
        fax.pages.count == document.count && zip(fax.pages, document).allSatisfy { isEqual($0, $1) }
    }

    private func isEqual(_ page: FaxPage, _ received: PageBitmap) -> Bool {
        guard let image = page.image else { return false }
        if let bad = page.badRows, bad > 0 { return image.widthPx == received.widthPx }
        return image.widthPx == received.widthPx && image.heightPx == received.heightPx
            && image.octets == received.octets
    }

    /// What the cut left of pages must be pages of the whole; one that is damaged or of which no row is left is not
    /// judged.
    private func partOfWhole() throws -> TruthCheck.Verdict {
        let whole = try truth.receivedWhole.flatMap { try TIFFDocument.read([UInt8](Data(contentsOf: $0))) }
        var judged = 0
        for page in faxes.flatMap(\.pages) {
            guard page.confirmedBy != nil, page.badRows == 0, page.rows ?? 0 > 0, page.ecmMissing ?? 0 == 0 else {
                continue
            }
            guard whole.indices.contains(page.number - 1), isEqual(page, whole[page.number - 1]) else {
                return .wrong(expected: "page \(page.number) of the whole", found: "another picture")
            }
            judged += 1
        }
        return judged == 0 ? .open("no whole page left") : .right
    }

    private func summary(_ sessions: [FaxSession], _ document: [PageBitmap]) -> String {
        let pages = sessions.flatMap(\.pages)
        if pages.isEmpty { return "no page" }
        let sizes = pages.map { page in
            guard let image = page.image else { return "no picture" }
            let bad = page.badRows.map { $0 > 0 ? " with \($0) bad rows" : "" } ?? ""
            return "\(image.widthPx)x\(image.heightPx)\(bad)"
        }
        let expected = document.map { "\($0.widthPx)x\($0.heightPx)" }
        return "\(sizes.joined(separator: ", ")) for \(expected.joined(separator: ", "))"
    }
}

extension MediaStream.Kind {
    fileprivate var carriesT38: Bool {
        switch self {
        case .udptl, .t38RTP, .t38TCP: true
        case .rtp, .srtp, .iax2, .recording: false
        }
    }
}
