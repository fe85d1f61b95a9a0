import FaxCore
import PcapDecode

/// Remembers of finished calls what later ones are held against: bounded, however many there are.
struct CallHistory {
    enum Limit {
        /// Pairs of caller and callee; calls of further ones are counted alone.
        static let pairs = 2_000
        /// The latest calls of one pair.
        static let callsOfPair = 24
        /// Legs that wait for their other one.
        static let legs = 128
        /// Findings of legs.
        static let findings = 1_000
        /// User agents.
        static let agents = 500
    }

    private struct PairKey: Hashable {
        var caller: String
        var callee: String
        var callerHost: IPAddress?
        var calleeHost: IPAddress?
    }

    private struct Entry {
        var rates: CallPairRates
        var recent: [CallDigest]
    }

    private var places: [PairKey: Int] = [:]
    private var entries: [Entry] = []
    private(set) var callsOfOtherPairs = 0
    private var legs: [LegDigest] = []
    private(set) var legFindings: [CaptureFinding] = []
    /// What each user agent was seen to do with T.38: offer, answer.
    private(set) var agents: [String: (offers: Int, answers: Int)] = [:]

    // MARK: - Calls

    /// Takes a call that has ended. The findings that it and one of its legs show together come back.
    mutating func add(_ analyzed: AnalyzedCall) -> [CaptureFinding] {
        count(CallDigest(analyzed))
        guard analyzed.call.signalling.inviteTime != nil else { return [] }
        let isLeg = !analyzed.call.related.isEmpty
        guard isLeg || hasWaiting(for: analyzed.call) else { return [] }
        return join(LegDigest(analyzed), related: analyzed.call.related.map(\.call))
    }

    private mutating func count(_ call: CallDigest) {
        note(call)
        let key = PairKey(
            caller: call.caller, callee: call.callee, callerHost: call.callerHost, calleeHost: call.calleeHost)
        var place = places[key]
        if place == nil, entries.count < Limit.pairs {
            places[key] = entries.count
            place = entries.count
            entries.append(Entry(rates: CallPairRates(call), recent: []))
        }
        guard let place else {
            callsOfOtherPairs += 1
            return
        }
        entries[place].rates.count(call)
        entries[place].recent.append(call)
        if entries[place].recent.count > Limit.callsOfPair { entries[place].recent.removeFirst() }
    }

    private mutating func note(_ call: CallDigest) {
        guard let offer = call.offer else { return }
        let (offerer, answerer) =
            offer.by == .caller ? (call.callerAgent, call.calleeAgent) : (call.calleeAgent, call.callerAgent)
        if let offerer, agents[offerer] != nil || agents.count < Limit.agents {
            agents[offerer, default: (0, 0)].offers += 1
        }
        if let answerer, offer.isAccepted, agents[answerer] != nil || agents.count < Limit.agents {
            agents[answerer, default: (0, 0)].answers += 1
        }
    }

    // MARK: - Legs

    private func hasWaiting(for call: Call) -> Bool { legs.contains { $0.related.contains(call.id) } }

    private mutating func join(_ leg: LegDigest, related: [Int]) -> [CaptureFinding] {
        var leg = leg
        leg.related = related
        var found: [CaptureFinding] = []
        for other in legs where related.contains(other.id) || other.related.contains(leg.id) {
            for finding in LegRuleBook.findings(other, leg) {
                found.append(CaptureFinding(finding, calls: [other.id, leg.id].sorted()))
            }
        }
        let room = max(0, Limit.findings - legFindings.count)
        legFindings += found.prefix(room)
        legs.append(leg)
        if legs.count > Limit.legs { legs.removeFirst() }
        return found
    }

    // MARK: - At the end

    /// In order of the pairs' first calls.
    var rates: [CallPairRates] {
        entries.map { entry in
            var rates = entry.rates
            rates.differences = CallPairRates.differences(entry.recent)
            return rates
        }.sorted { ($0.firstCall, $0.lastCall) < ($1.firstCall, $1.lastCall) }
    }

    /// Findings of legs, then those of several calls.
    var findings: [CaptureFinding] {
        let facts = SeveralCallsFacts(
            pairs: entries.map(\.recent).sorted { ($0.first?.id ?? 0) < ($1.first?.id ?? 0) }, agents: agents)
        return legFindings + SeveralCallsRuleBook.findings(facts)
    }
}
