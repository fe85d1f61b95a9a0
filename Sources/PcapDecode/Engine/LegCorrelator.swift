import FaxCore

/// Finds the legs of one call that passes a B2BUA, SBC or gateway: the box that a call goes to starts another one
/// while the first is still unanswered.
struct LegCorrelator {
    struct Leg {
        let id: Int
        let invite: Instant
        let caller: Endpoint
        let callee: Endpoint
        let callerUser: String
        let calleeUser: String

        /// Goes to the box that `later` comes from.
        @inline(__always)
        func precedes(_ later: Leg) -> Bool {
            guard callee.address == later.caller.address else { return false }
            // On one host the ports tell who is who.
            return caller.address != later.callee.address || callee == later.caller && caller != later.callee
        }
    }

    /// The second leg starts at most this long after the first.
    static let startWindow = Duration.seconds(10)
    /// Without a number in common the second leg must start within this time.
    static let blindWindow = Duration.milliseconds(500)
    /// Legs remembered at one time.
    static let legLimit = 512

    private var recent: [Leg] = []

    /// The earlier leg that this new one continues, and why we think so.
    mutating func match(_ leg: Leg) -> (earlier: Leg, reason: String)? {
        let earliest = leg.invite - Self.startWindow
        if recent.indices.contains(where: { recent[$0].invite < earliest }) {
            recent.removeAll { $0.invite < earliest }
        }
        defer {
            if recent.count < Self.legLimit { recent.append(leg) }
        }
        // Looked for before any is copied: mostly there is none among hundreds.
        guard recent.indices.contains(where: { recent[$0].precedes(leg) }) else { return nil }
        let throughBox = recent.filter { $0.precedes(leg) }
        for earlier in throughBox.reversed() {
            if let common = Self.commonNumber(earlier, leg) {
                return (earlier, reason(earlier, leg, "both carry the number \(common)"))
            }
        }
        let close = throughBox.filter { leg.invite - $0.invite <= Self.blindWindow }
        guard close.count == 1, let only = close.first else { return nil }
        return (only, reason(only, leg, "no other call entered it just before"))
    }

    private func reason(_ earlier: Leg, _ later: Leg, _ why: String) -> String {
        let delay = Int((later.invite - earlier.invite).inMilliseconds.rounded())
        return "\(later.caller.address) took this call and sent the other INVITE \(delay) ms later; \(why)"
    }

    /// Caller or called number found in both legs: equal, or one a suffix of the other (prefixes are dialled digits) of
    /// at least three digits.
    private static func commonNumber(_ first: Leg, _ second: Leg) -> String? {
        if !first.callerUser.isEmpty, first.callerUser == second.callerUser { return first.callerUser }
        let (a, b) = (first.calleeUser, second.calleeUser)
        let shorter = a.count < b.count ? a : b
        let longer = a.count < b.count ? b : a
        return shorter.count >= 3 && longer.hasSuffix(shorter) ? shorter : nil
    }

    /// The user part of `sip:user@host`, or the whole text where there is none.
    static func user(_ uri: String?) -> String {
        guard let uri else { return "" }
        let body = uri.split(separator: ":", maxSplits: 1).last.map(String.init) ?? uri
        guard let at = body.firstIndex(of: "@") else { return "" }
        return String(body[..<at])
    }
}
