import FaxCore
import PcapDecode
import T30Analyzer

/// Judges the T.30 frames read by what the faxes at both ends logged.
///
/// What a fax received must stand among our frames of the other party. Where nothing was lost on the way from a fax to
/// the capture, our frames of it are those that it sent, neither more nor fewer.
struct FrameComparison {
    let truth: GroundTruth
    let impairLog: ImpairLog?
    let calls: [AnalyzedCall]

    struct Difference {
        var expected: String
        var found: String
    }

    func verdict() -> TruthCheck.Verdict {
        if let sent = truth.sent {
            guard let fax = calls.first?.fax, calls.count == 1 else {
                return .wrong(expected: "one call", found: "\(calls.count)")
            }
            return sent.verdict(fax)
        }
        var judged = 0
        for (end, logs) in logsByEnd() {
            // A gateway's call has two legs, each a call of its own: those are compared that this end is a party of.
            var legs = calls.compactMap { call in
                party(of: end, in: call).flatMap { party in
                    call.fax.messages.contains(where: \.isT30) ? (party: party, call: call) : nil
                }
            }
            for log in logs {
                let differences = legs.map { difference(log, end, $0.party, $0.call) }
                if let match = differences.firstIndex(where: { $0 == nil }) {
                    judged += 1
                    // Each call of a host has a log of its own.
                    if logs.count > 1 { legs.remove(at: match) }
                } else if case let difference?? = differences.first {
                    return .wrong(expected: difference.expected, found: difference.found)
                } else if !truth.isCut {
                    return .wrong(expected: "\(end): " + names(log).joined(separator: " "), found: "none")
                }
            }
        }
        return judged > 0 ? .right : .open(nil)
    }

    /// The logs of each host in order of name.
    private func logsByEnd() -> [(end: String, logs: [[GroundTruth.LogEntry]])] {
        var result: [(end: String, logs: [[GroundTruth.LogEntry]])] = []
        for (key, log) in (truth.logs ?? [:]).sorted(by: { $0.key < $1.key }) {
            let end = String(key.prefix { $0 != ":" })
            if result.last?.end == end {
                result[result.count - 1].logs.append(log)
            } else {
                result.append((end, [log]))
            }
        }
        return result
    }

    /// Which party of a call a host is: that of the streams that it sends, else the other one of those it receives.
    private func party(of end: String, in call: AnalyzedCall) -> Party? {
        guard let host = truth.topology?[end] else { return end == "A" ? .caller : end == "B" ? .callee : nil }
        let addresses = [host.ip4, host.ip6].compactMap { $0.flatMap { IPAddress($0) } }
        for stream in call.call.streams {
            guard let direction = stream.direction else { continue }
            if addresses.contains(stream.from.address) { return direction }
            if addresses.contains(stream.to.address) { return direction.other }
        }
        return nil
    }

    /// No packet that the host sent went missing before it was captured.
    private func isIntact(_ end: String) -> Bool {
        if truth.host == end { return true }
        let sender = ImpairLog.hosts.firstIndex(of: end)
        return truth.impairment?[end] == nil && impairLog?.drops.contains { $0.sender == sender } != true
    }

    // MARK: One log against one call

    /// The first difference; `nil`: none.
    private func difference(
        _ log: [GroundTruth.LogEntry], _ end: String, _ party: Party, _ call: AnalyzedCall
    ) -> Difference? {
        let fax = call.fax
        let sent = log.filter { $0.ev == "tx" }
        let ours = frames(of: party, fax)
        if truth.isCut {
            return names(sent).contains(inOrder: ours) ? nil : Difference(expected: "\(end) sent", names(sent), ours)
        }
        let received = log.filter { $0.ev == "rx" }
        let theirs = frames(of: party.other, fax)
        if !theirs.contains(inOrder: names(received)) {
            return Difference(expected: "\(end) received", names(received), theirs)
        }
        if !isTransparent(fax) { return nil }
        if isIntact(end), ours != names(sent), !isCutOff(sent, ours, party, call) {
            return Difference(expected: "\(end) sent", names(sent), ours)
        }
        return ecmDifference(end, sent: sent, received: received, party, fax)
    }

    /// A codec that is made for voice loses what was sent.
    private func isTransparent(_ fax: FaxSession) -> Bool {
        fax.carriedBy.split(separator: "+").allSatisfy { ["t38", "g711", "audio"].contains($0) }
    }

    /// Only the DCN is missing, which the end of the media cut off: a second of flags comes first (T.30 5.3.1).
    private func isCutOff(
        _ sent: [GroundTruth.LogEntry], _ ours: [String], _ party: Party, _ call: AnalyzedCall
    ) -> Bool {
        guard let last = sent.last, last.msg == "DCN", names(sent.dropLast()) == ours,
            let end = call.call.streams.filter({ $0.direction == party }).map(\.lastTime).max()
        else { return false }
        return Instant(seconds: last.t) + .milliseconds(1_200) > end
    }

    /// At least as many ECM frames as were received; as many as were sent where nothing was lost and the sending went on
    /// to the RCP that ends it.
    private func ecmDifference(
        _ end: String, sent: [GroundTruth.LogEntry], received: [GroundTruth.LogEntry], _ party: Party, _ fax: FaxSession
    ) -> Difference? {
        let theirs = ecmFrames(of: party.other, fax)
        if theirs < ecmFrames(received) {
            return Difference(expected: "\(end) received \(ecmFrames(received)) FCD", found: "\(theirs)")
        }
        let ours = ecmFrames(of: party, fax)
        let isCutShort = sent.last?.msg == "FCD"
        guard isIntact(end), isCutShort ? ours > ecmFrames(sent) : ours != ecmFrames(sent) else { return nil }
        return Difference(expected: "\(end) sent \(ecmFrames(sent)) FCD", found: "\(ours)")
    }

    private func ecmFrames(_ log: [GroundTruth.LogEntry]) -> Int {
        log.filter { $0.msg == "FCD" }.reduce(0) { $0 + ($1.count ?? 1) }
    }

    private func ecmFrames(of party: Party, _ fax: FaxSession) -> Int {
        fax.messages.count { $0.direction == party && $0.isECMFrame && $0.crcOK == true }
    }

    private func names(_ log: some Sequence<GroundTruth.LogEntry>) -> [String] {
        log.filter { $0.msg != "FCD" && $0.msg != "RCP" }.flatMap { Array(repeating: $0.msg, count: $0.count ?? 1) }
    }

    private func frames(of party: Party, _ fax: FaxSession) -> [String] {
        fax.messages.filter { $0.direction == party && $0.isT30 && $0.crcOK == true && !$0.isPageFrame }
            .map(\.loggedName)
    }
}

extension FrameComparison.Difference {
    fileprivate init(expected what: String, _ expected: [String], _ found: [String]) {
        self.init(
            expected: what + " " + expected.joined(separator: " "),
            found: found.isEmpty ? "none" : found.joined(separator: " "))
    }
}
