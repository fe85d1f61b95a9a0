import FaxStation

/// Over what a fax may go, as a user says it.
public enum FaxTransport: String, Sendable, Hashable, CaseIterable {
    /// T.38 only: a call that does not get it is ended.
    case t38
    /// G.711 only: offers of T.38 are refused with 488.
    case g711
    /// T.38 where the other side takes it, else G.711.
    case auto

    /// When an answerer asks for T.38 by re-INVITE, counted from the ACK: the caller's CNG and media have begun by then.
    static let answererDelay = Duration.milliseconds(500)
    /// A caller leaves it to the answerer, who hears the fax first (T.38 D.2.2.5), and asks itself after that.
    static let callerDelay = Duration.seconds(4)
    /// How long a call that has to be T.38 may go without it.
    static let patience = Duration.seconds(15)

    func policy(isCaller: Bool) -> TransportPolicy {
        var policy = TransportPolicy()
        switch (self, isCaller) {
        case (.g711, _): policy = .audioOnly
        case (.auto, true): break
        case (.t38, true): policy.offersT38 = .reinvite(after: Self.callerDelay)
        case (.auto, false), (.t38, false): policy.offersT38 = .reinvite(after: Self.answererDelay)
        }
        if self == .t38 { policy.t38Patience = Self.patience }
        return policy
    }
}
