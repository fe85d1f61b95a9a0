import FaxCore
import PcapDecode

/// The two legs of one call at the box between them. Their parties are the same: what the caller of `incoming` sends goes
/// into the box and leaves it as the caller of `outgoing`; the callee's goes the other way.
struct LegFacts {
    let incoming: LegDigest
    let outgoing: LegDigest
    /// T.30 frames of both, `incoming` on the left. One capture has one clock.
    let t30: MessageComparison

    /// `nil`: they are no legs of one call through a box.
    init?(_ one: LegDigest, _ other: LegDigest) {
        let (first, second) = one.invited <= other.invited ? (one, other) : (other, one)
        guard let box = first.signalling.calleeAddress?.address, box == second.signalling.callerAddress?.address else {
            return nil
        }
        incoming = first
        outgoing = second
        t30 = MessageComparison(first.messages, second.messages, offset: .zero)
    }

    /// The leg on which a party is outside the box: there its signals enter.
    func outer(_ party: Party) -> LegDigest { party == .caller ? incoming : outgoing }
    /// The leg on which the box sends on what the party sent.
    func inner(_ party: Party) -> LegDigest { party == .caller ? outgoing : incoming }

    /// Signals of the party that entered the box and never left it, in order of time.
    func swallowed(_ party: Party) -> [T30Message] {
        let (messages, places) = party == .caller ? (t30.left, t30.onlyLeft) : (t30.right, t30.onlyRight)
        return places.map { messages[$0] }.filter { $0.direction == party && $0.crcOK != false }
    }

    /// A frame as it entered the box and as it left it.
    func changed(_ party: Party, _ name: String) -> [(entered: T30Message, left: T30Message, fields: [FieldOfLegs])] {
        t30.changes.compactMap { change in
            let (left, right) = (t30.left[change.left], t30.right[change.right])
            guard left.name == name, left.direction == party else { return nil }
            let isForward = party == .caller
            let fields = change.fields.map {
                FieldOfLegs(
                    name: $0.name, entered: isForward ? $0.left : $0.right, left: isForward ? $0.right : $0.left)
            }
            return (isForward ? left : right, isForward ? right : left, fields)
        }
    }

    /// One field that the box changed.
    struct FieldOfLegs {
        var name: String
        var entered: String?
        var left: String?
    }

    var isFailed: Bool { incoming.isFailed || outgoing.isFailed }
    /// The product that stands between the legs, as it calls itself.
    var boxAgent: String? { incoming.signalling.calleeAgent ?? outgoing.signalling.callerAgent }
    /// Media goes past the box, from end to end: the same packets belong to both legs.
    var isDirectMedia: Bool {
        Party.allCases.contains { party in
            (incoming.streams[party] ?? []).contains { stream in
                (outgoing.streams[party] ?? []).contains { $0.from == stream.from && $0.to == stream.to }
            }
        }
    }
}

/// A function that looks for failure modes between two legs, and what each is worth as an explanation.
struct LegRule: Sendable {
    let finds: KeyValuePairs<String, Rule.Role>
    let look: @Sendable (LegFacts) -> [Finding]

    init(_ finds: KeyValuePairs<String, Rule.Role>, _ look: @escaping @Sendable (LegFacts) -> [Finding]) {
        self.finds = finds
        self.look = look
    }
}
