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
    /// Of the legs remembered, those that were found to go on already.
    private var continued: Set<Int> = []

    /// The earlier leg that this new one continues, and why we think so.
    mutating func match(_ leg: Leg) -> (earlier: Leg, reason: String)? {
        let earliest = leg.invite - Self.startWindow
        if recent.indices.contains(where: { recent[$0].invite < earliest }) {
            recent.removeAll { $0.invite < earliest }
            continued.formIntersection(recent.map(\.id))
        }
        defer {
            if recent.count < Self.legLimit { recent.append(leg) }
        }
        // Looked for before any is copied: mostly there is none among hundreds.
        guard recent.indices.contains(where: { recent[$0].precedes(leg) }) else { return nil }
        let found = Self.continued(by: leg, among: recent.filter { $0.precedes(leg) }, continued)
        if let found { continued.insert(found.earlier.id) }
        return found.map { ($0.earlier, reason($0.earlier, leg, $0.why)) }
    }

    /// The called number says most: many calls may have one caller, as those of a fax broadcast. By the caller's number
    /// alone, a leg that nothing continues yet is meant, if there is one, and never one of several.
    private static func continued(by leg: Leg, among earlier: [Leg], _ continued: Set<Int>) -> (
        earlier: Leg, why: String
    )? {
        let waiting = earlier.filter { !continued.contains($0.id) }
        for legs in [waiting, earlier] {
            for earlier in legs.reversed() {
                guard let number = commonCalled(earlier, leg) else { continue }
                return (earlier, "both carry the number \(number)")
            }
        }
        let ofCaller = [waiting, earlier].map { $0.filter { isOneCaller($0, leg) } }.first { !$0.isEmpty } ?? []
        if let first = ofCaller.first {
            guard ofCaller.count == 1 else { return nil }
            return (first, "both carry the number \(first.callerUser)")
        }
        let close = earlier.filter { leg.invite - $0.invite <= blindWindow }
        guard close.count == 1, let only = close.first else { return nil }
        return (only, "no other call entered it just before")
    }

    private func reason(_ earlier: Leg, _ later: Leg, _ why: String) -> String {
        let delay = Int((later.invite - earlier.invite).inMilliseconds.rounded())
        return "\(later.caller.address) took this call and sent the other INVITE \(delay) ms later; \(why)"
    }

    /// Callers who withhold their number (RFC 3325 §8.1) are not one caller.
    private static func isOneCaller(_ first: Leg, _ second: Leg) -> Bool {
        !first.callerUser.isEmpty && first.callerUser == second.callerUser
            && first.callerUser.lowercased() != "anonymous"
    }

    /// The called number found in both legs: equal, or one a suffix of the other (prefixes are dialled digits) of at
    /// least three digits.
    private static func commonCalled(_ first: Leg, _ second: Leg) -> String? {
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
