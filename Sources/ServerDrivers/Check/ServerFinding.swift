import FaxEndpoint

/// A disagreement between what a server says and what happened, or a remark.
public struct ServerFinding: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case successNotReceived = "server-success-not-received"
        case failureButReceived = "server-failure-but-received"
        case neverEnded = "server-never-ended"
        case jobLost = "server-lost-job"
        case noticeLost = "webhook-lost"
        case notListed = "server-lists-nothing"
        case receptionDamaged = "server-says-damaged"
        case pageCount = "page-count"
        case pagesDiffer = "pages-differ"
        case recordDisagrees = "record-disagrees"
        case noCall = "no-call"
        case furtherCalls = "further-calls"

        /// With it the fax is not confirmed, whatever else is well.
        public var isFailure: Bool { self != .furtherCalls }
    }

    public var kind: Kind
    public var text: String

    init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}

extension ServerFacts {
    /// All views are of one fax that went through whole; a server without a word on the fax contradicts nobody.
    public var isConfirmed: Bool {
        guard call?.isWhole == true, matching == .matched, !findings.contains(where: \.kind.isFailure) else {
            return false
        }
        guard direction == .sends else { return told.reception != nil }
        return told.status?.state == .done || told.status?.state == .ended
    }

    /// In the order of the list of kinds.
    public var findings: [ServerFinding] {
        (direction == .sends ? jobFindings : receptionFindings) + pageFindings + recordFindings + callFindings
    }

    /// The receiving end's own words for what it has.
    private var whatWeHave: String {
        guard let call else { return "no call came" }
        let pages = "\(call.pages) of \(self.pages) page\(self.pages == 1 ? "" : "s")"
        let answer = call.isConfirmed ? "MCF to the last page" : "no MCF to the last page"
        return "the receiver has \(pages) and sent \(answer)" + (call.reason.map { ": \($0)" } ?? "")
    }

    private var jobFindings: [ServerFinding] {
        var found: [ServerFinding] = []
        let isReceived = call?.isWhole == true
        switch told.status?.state {
        case .done where !isReceived:
            found.append(.init(.successNotReceived, "the server reports success, but \(whatWeHave)"))
        case .failed where isReceived:
            let reason = told.status?.reason.map { " ('\($0)')" } ?? ""
            found.append(.init(.failureButReceived, "the server reports a failure\(reason), but \(whatWeHave)"))
        case .waiting, .running, .unknown:
            let said = told.status.map { " ('\($0.said)')" } ?? ""
            found.append(.init(.neverEnded, "the server never said how the job ended\(said); \(whatWeHave)"))
        case .done, .failed, .ended: break
        case nil where told.job != nil && told.failure != told.job.map { .noSuchJob($0) }:
            found.append(.init(.neverEnded, "the server said nothing of the job; \(whatWeHave)"))
        case nil: break
        }
        if case .noSuchJob(let job) = told.failure {
            found.append(.init(.jobLost, "the server knows no job \(job) any more; \(whatWeHave)"))
        }
        if told.wasNoticed == false {
            found.append(.init(.noticeLost, "the job has ended, and the server's webhook did not come"))
        }
        if let sent = told.status?.pagesSent, told.status?.state == .done, let call, sent != call.pages {
            found.append(.init(.pageCount, "the server says that it sent \(sent) pages; \(whatWeHave)"))
        }
        return found
    }

    private var receptionFindings: [ServerFinding] {
        guard let call else { return [] }
        var found: [ServerFinding] = []
        if call.isWhole, told.reception == nil {
            found.append(
                .init(
                    .notListed,
                    "the sender has MCF to the last page, but the server lists (or delivers) no new fax that is whole, or hides it from this login"
                ))
        }
        guard let reception = told.reception else { return found }
        if let problem = reception.problem {
            found.append(.init(.receptionDamaged, "the server says of the fax: '\(problem)'"))
        }
        if let pages = reception.pages, pages != call.pages {
            found.append(
                .init(
                    .pageCount,
                    "the server says that the fax has \(pages) pages; \(call.pages) were confirmed to the sender"))
        }
        return found
    }

    private var pageFindings: [ServerFinding] {
        switch matching {
        case .matched, nil: []
        case .differs: [.init(.pagesDiffer, "a page that arrived is damaged against the document")]
        case .missing: [.init(.pagesDiffer, "a page of the document did not arrive")]
        case .didNotCome: [.init(.pagesDiffer, "what arrived has no pages")]
        }
    }

    private var recordFindings: [ServerFinding] {
        guard let recorded, !calls.isEmpty else { return [] }
        let isWhole = call?.isWhole == true
        let isRecordedWhole = recorded.contains { $0.outcome == "success" }
        guard isWhole != isRecordedWhole else { return [] }
        let says = recorded.isEmpty ? "shows no call" : "says: " + recorded.map(\.sentence).joined(separator: " ")
        return [
            .init(
                .recordDisagrees,
                "our endpoint says that the fax is \(isWhole ? "whole" : "not whole"), the record \(says)")
        ]
    }

    private var callFindings: [ServerFinding] {
        if calls.isEmpty, direction == .sends, told.job != nil {
            return [.init(.noCall, "the server took the job, and no call came to our endpoint")]
        }
        guard calls.count > 1 else { return [] }
        return [.init(.furtherCalls, "it took \(calls.count) calls")]
    }
}
