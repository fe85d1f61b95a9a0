/// The two ends of a call: who sent the INVITE (without SIP: who sends CNG) and who answered it.
public enum Party: String, Sendable, Hashable, CaseIterable {
    case caller, callee

    public var other: Party { self == .caller ? .callee : .caller }
}
