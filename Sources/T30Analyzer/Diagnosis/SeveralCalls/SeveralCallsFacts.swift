import FaxCore

/// What the rules ask of the calls of one capture.
struct SeveralCallsFacts {
    /// The latest calls of each pair of caller and callee, in order of their ends.
    let pairs: [[CallDigest]]
    /// What each user agent was seen to do with T.38.
    let agents: [String: (offers: Int, answers: Int)]
    /// All of them, in order of their numbers.
    let calls: [CallDigest]

    init(pairs: [[CallDigest]], agents: [String: (offers: Int, answers: Int)]) {
        self.pairs = pairs
        self.agents = agents
        calls = pairs.flatMap(\.self).sorted { $0.id < $1.id }
    }

    /// Calls with an offer of T.38 that was answered, grouped in order of the first of each group.
    func offers<Key: Hashable>(by key: (CallDigest, CallDigest.Offer) -> Key?) -> [[(
        call: CallDigest, offer: CallDigest.Offer
    )]] {
        var places: [Key: Int] = [:]
        var groups: [[(call: CallDigest, offer: CallDigest.Offer)]] = []
        for call in calls {
            guard let offer = call.offer, offer.isAccepted || offer.isRefused, let key = key(call, offer) else {
                continue
            }
            if let place = places[key] {
                groups[place].append((call, offer))
            } else {
                places[key] = groups.count
                groups.append([(call, offer)])
            }
        }
        return groups
    }

    /// Faxes to one number through one host, in order of the first of each group.
    func faxesByNumber() -> [[CallDigest]] {
        var places: [String: Int] = [:]
        var groups: [[CallDigest]] = []
        for call in calls where call.isFax && !call.callee.isEmpty {
            if let place = places[call.callee] {
                groups[place].append(call)
            } else {
                places[call.callee] = groups.count
                groups.append([call])
            }
        }
        return groups
    }
}

/// A function that looks for failure modes over several calls.
struct SeveralCallsRule: Sendable {
    let ids: [String]
    let look: @Sendable (SeveralCallsFacts) -> [CaptureFinding]

    init(_ ids: [String], _ look: @escaping @Sendable (SeveralCallsFacts) -> [CaptureFinding]) {
        self.ids = ids
        self.look = look
    }
}

/// Every rule that needs several calls.
enum SeveralCallsRuleBook {
    static let rules: [SeveralCallsRule] = RepeatedOfferRules.rules + RepeatedFaxRules.rules

    static let ids: Set<String> = Set(rules.flatMap(\.ids))

    static func findings(_ facts: SeveralCallsFacts) -> [CaptureFinding] {
        guard facts.calls.count > 1 else { return [] }
        return rules.flatMap { $0.look(facts) }
    }
}
