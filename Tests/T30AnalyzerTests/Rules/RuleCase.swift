import FaxCore
import PcapDecode
import Synchronization
import TestSupport
import Testing

@testable import T30Analyzer

/// One row of the tests of rules: a call, and whether a finding must come of it. Each id wants a row that fires and a near
/// miss that does not; `docs/rule-coverage.md` shows which have them.
struct RuleCase: Sendable, CustomTestStringConvertible {
    enum Kind: String, Sendable, CaseIterable {
        /// A capture of the corpus as it is.
        case real
        /// A capture of the corpus, changed packet by packet.
        case made
        /// A call written down step by step.
        case scripted
    }

    let id: String
    let kind: Kind
    /// Folder of `corpus/captures`; `nil` for scripted calls.
    let capture: String?
    let fires: Bool
    /// What this row shows, where the id does not say it.
    let shows: String
    /// Whether the audio is listened to, which costs seconds where there is much of it.
    fileprivate(set) var hears = true
    private let calls: @Sendable (_ hears: Bool) throws -> [AnalyzedCall]
    private let expectation: Expectation

    /// What the finding that fires must be, beside being there. `nil`: does not matter.
    struct Expectation: Sendable {
        var severity: Finding.Severity?
        var certainty: Finding.Certainty?
        var isRootCause: Bool?
        var party: Party?
        /// Stands in `because`.
        var because: String?
    }

    /// A capture of the corpus: `.real` without `edit`, `.made` with it.
    init(
        id: String, kind: Kind, capture: String, shows: String = "",
        edit: (@Sendable (inout CaptureEditor) throws -> Void)? = nil, fires: Bool,
        severity: Finding.Severity? = nil, certainty: Finding.Certainty? = nil, isRootCause: Bool? = nil,
        party: Party? = nil, because: String? = nil
    ) {
        precondition((kind == .made) == (edit != nil), "\(id): a made row has an edit, a real one has none")
        self.id = id
        self.kind = kind
        self.capture = capture
        self.shows = shows
        self.fires = fires
        expectation = Expectation(
            severity: severity, certainty: certainty, isRootCause: isRootCause, party: party, because: because)
        calls = { hears in
            guard let edit else { return try RealCaptures.calls(capture) }
            var editor = try CaptureEditor(corpus: capture)
            try edit(&editor)
            #expect(editor.problems == [], "\(id) \(capture)")
            return Self.analyzed(editor.calls(keepsAudio: hears))
        }
    }

    /// Several calls, of which all or some were changed.
    init(
        id: String, kind: Kind, captures: [String], shows: String = "", fires: Bool,
        severity: Finding.Severity? = nil, certainty: Finding.Certainty? = nil, isRootCause: Bool? = nil,
        party: Party? = nil, because: String? = nil, calls: @escaping @Sendable () throws -> [AnalyzedCall]
    ) {
        self.id = id
        self.kind = kind
        capture = captures.joined(separator: " + ")
        self.shows = shows
        self.fires = fires
        expectation = Expectation(
            severity: severity, certainty: certainty, isRootCause: isRootCause, party: party, because: because)
        self.calls = { _ in try calls() }
    }

    static func analyzed(_ calls: [Call]) -> [AnalyzedCall] {
        calls.map { AnalyzedCall($0, FaxAnalyzer().analyze($0)) }
    }

    /// A call that the test writes itself.
    init(
        id: String, shows: String = "", fires: Bool, severity: Finding.Severity? = nil,
        certainty: Finding.Certainty? = nil, isRootCause: Bool? = nil, party: Party? = nil, because: String? = nil,
        script: @escaping @Sendable () throws -> Call
    ) {
        self.id = id
        kind = .scripted
        capture = nil
        self.shows = shows
        self.fires = fires
        expectation = Expectation(
            severity: severity, certainty: certainty, isRootCause: isRootCause, party: party, because: because)
        calls = { _ in Self.analyzed([try script()]) }
    }

    var testDescription: String {
        [id, fires ? "fires:" : "does not:", shows, capture ?? "script"].filter { !$0.isEmpty }.joined(separator: " ")
    }

    func check() throws {
        let calls = try calls(hears)
        #expect(!calls.isEmpty, "no call in \(testDescription)")
        for call in calls { #expect(RuleBook.strays(CallFacts(call: call.call, fax: call.fax)) == []) }
        var history = CallHistory()
        for call in calls { _ = history.add(call) }
        let findings = calls.flatMap(\.findings) + history.findings.map(\.finding)
        let found = findings.filter { $0.id == id }
        guard fires else {
            #expect(found.map(\.because) == [])
            return
        }
        guard let finding = found.first else {
            Issue.record("not found; there are: \(findings.map(\.id)), \(calls.map(\.fax.outcome))")
            return
        }
        check(finding, all: findings)
    }

    private func check(_ finding: Finding, all: [Finding]) {
        #expect(!finding.frames.isEmpty && !finding.because.isEmpty && !finding.remedy.isEmpty)
        if let severity = expectation.severity { #expect(finding.severity == severity) }
        if let certainty = expectation.certainty { #expect(finding.certainty == certainty) }
        if let party = expectation.party { #expect(finding.party == party) }
        if let because = expectation.because { #expect(finding.because.contains(because), "\(finding.because)") }
        if let isRootCause = expectation.isRootCause {
            #expect(finding.isRootCause == isRootCause, "root cause: \(all.filter(\.isRootCause).map(\.id))")
        }
    }
}

/// Captures of the corpus as they are, each analysed once for all its rows.
private enum RealCaptures {
    private static let known = Mutex<[String: [AnalyzedCall]]>([:])

    static func calls(_ name: String) throws -> [AnalyzedCall] {
        try known.withLock { known in
            if let calls = known[name] { return calls }
            let calls = try CaptureEditor(corpus: name).calls().map { AnalyzedCall($0, FaxAnalyzer().analyze($0)) }
            known[name] = calls
            return calls
        }
    }
}

extension [RuleCase] {
    /// For rows whose rules need signalling and T.38 alone.
    var withoutAudio: [RuleCase] {
        map { row in
            var row = row
            row.hears = false
            return row
        }
    }
}

/// The rows of every layer. A new file of rows is named here.
enum RuleCases {
    static let all: [RuleCase] =
        SetupRuleTests.cases
        + CallEndRuleTests.cases
        + CallOpeningRuleTests.cases
        + NegotiationRuleTests.cases
        + SwitchRuleTests.cases
        + RefusalRuleTests.cases
        + MediaLineRuleTests.cases
        + T38ParameterRuleTests.cases
        + SessionTimerRuleTests.cases
        + TransportRuleTests.cases
        + LossRuleTests.cases
        + UDPTLRuleTests.cases
        + RTPRuleTests.cases
        + SoundRuleTests.cases
        + AudioRuleTests.cases
        + IFPRuleTests.cases
        + T30RuleTests.cases
        + GatewayRuleTests.cases
        + LegRuleTests.cases
        + SeveralCallsRuleTests.cases
        + GatewayMakerRuleTests.cases
        + SimulatedRuleTests.cases
}
