import FaxCore

/// The checks and calls of a probe, known before anything is dialled.
public struct ProbePlan: Sendable {
    public let checks: Set<ProbeCheck>
    let transport: FaxTransport
    let profile: FaxProfile

    public init(checks: Set<ProbeCheck>, transport: FaxTransport, profile: FaxProfile) {
        self.transport = transport
        self.profile = profile
        self.checks = checks.filter {
            switch transport {
            case .auto: true
            case .t38: $0 != .faxG711
            case .g711: !$0.needsT38
            }
        }
    }

    var first: ProbeCall { ProbeCall(.first, profile, transport) }

    /// Made only when the other side does not offer T.38 itself.
    var ourOffer: ProbeCall? {
        transport == .auto && checks.contains(where: \.needsT38) ? ProbeCall(.ourOffer, profile, transport) : nil
    }

    func samples(_ transport: FaxTransport) -> [ProbeCall] {
        guard checks.contains(transport == .t38 ? .faxT38 : .faxG711) else { return [] }
        return FaxProfile.modemRates.filter { $0 <= profile.maxRate }.flatMap { rate in
            [true, false].filter { !$0 || profile.hasECM }.map { ecm in
                ProbeCall(.sample(transport, rate: rate, ecm: ecm), profile, transport)
            }
        }
    }

    func long(_ transport: FaxTransport) -> ProbeCall? {
        checks.contains(.long) ? ProbeCall(.long(transport), profile, transport) : nil
    }

    var refresh: ProbeCall? { checks.contains(.refresh) ? ProbeCall(.refresh, profile, transport) : nil }

    /// All that may be made, the most there can be.
    public var calls: [ProbeCall] {
        guard checks.contains(where: \.needsCall) else { return [] }
        let samples = samples(.t38) + samples(.g711)
        // The first call that carries a fax is the first sample of its transport.
        let spared = samples.isEmpty ? 0 : 1
        return [first] + [ourOffer, long(transport == .g711 ? .g711 : .t38), refresh].compactMap(\.self)
            + samples.dropFirst(spared)
    }

    public var estimate: Duration { calls.reduce(.zero) { $0 + $1.estimate } }

    /// `16 calls, about 24 minutes`.
    public var text: String {
        if calls.isEmpty { return "no calls" }
        let minutes = max(1, Int((estimate.inSeconds / 60).rounded(.up)))
        return "at most \(calls.count) call\(calls.count == 1 ? "" : "s"), "
            + "about \(minutes) minute\(minutes == 1 ? "" : "s")"
    }
}
