import FaxCore
import FaxDSP

/// What a user may choose of an endpoint and its calls; `nil`: not chosen. The command line, a profile and a line give one
/// each, and the nearer one counts.
public struct EndpointChoices: Sendable, Hashable {
    public var call = CallChoices()
    /// User part of our address, and name for authentication.
    public var user: String?
    public var domain: String?
    /// The number of the line: what it calls itself, and its user part, unless they are given.
    public var number: String?
    public var registrar: String?
    /// As ``SIPTarget/destination(_:proxy:lookup:)`` has it.
    public var proxy: String?
    /// As ``EndpointText/paths(_:port:)`` has them; empty: not chosen.
    public var listen: [String] = []
    public var advertise: IPAddress?
    public var mediaPorts: ClosedRange<UInt16>?
    public var password: PasswordSource?
    /// What is different in calls to some destinations; the first that fits counts.
    public var destinations: [DestinationRule] = []

    public init() {}
}

/// What one call is like.
public struct CallChoices: Sendable, Hashable {
    /// Either of these two: the nearer layer that has one has both.
    public var transport: FaxTransport?
    public var policy: FaxPolicy.Kind?
    /// How long flip-flop remembers, and after how many failures it stays with audio.
    public var policyExpiry: Duration?
    public var permanentAfter: Int?
    public var maxRate: Int?
    public var hasECM: Bool?
    public var identification: String?
    public var pageHeader: String?
    /// Where in the other machine one fax goes (SUB, T.30 5.3.6.2.5); nearer than the option `sub`.
    public var subaddress: String?
    /// Calls of one fax at most.
    public var tries: Int?
    /// Between them, instead of what each reason has.
    public var retryPause: Duration?
    public var concurrency: Int?
    public var callsPerMinute: Double?
    /// Other options of the command, none twice.
    public var options: [OptionChoice] = []

    public init() {}
}

extension CallChoices {
    /// What is not chosen here comes from there.
    public func over(_ other: CallChoices) -> CallChoices {
        var merged = self
        if transport == nil, policy == nil { (merged.transport, merged.policy) = (other.transport, other.policy) }
        merged.policyExpiry = policyExpiry ?? other.policyExpiry
        merged.permanentAfter = permanentAfter ?? other.permanentAfter
        merged.maxRate = maxRate ?? other.maxRate
        merged.hasECM = hasECM ?? other.hasECM
        merged.identification = identification ?? other.identification
        merged.pageHeader = pageHeader ?? other.pageHeader
        merged.subaddress = subaddress ?? other.subaddress
        merged.tries = tries ?? other.tries
        merged.retryPause = retryPause ?? other.retryPause
        merged.concurrency = concurrency ?? other.concurrency
        merged.callsPerMinute = callsPerMinute ?? other.callsPerMinute
        merged.options += other.options.filter { theirs in !options.contains { $0.name == theirs.name } }
        return merged
    }

    /// With the policy's own numbers.
    public var fullPolicy: FaxPolicy? {
        guard let policy else { return nil }
        var full = FaxPolicy(policy)
        full.expiry = policyExpiry ?? full.expiry
        full.permanentAfter = permanentAfter ?? full.permanentAfter
        return full
    }

    /// Of a machine that answers, and of one whose calls have no policy.
    public var plainTransport: FaxTransport { transport ?? policy?.transport ?? .auto }

    /// - Parameter machine: what it can do otherwise.
    public func profile(over machine: FaxProfile = FaxProfile()) -> FaxProfile {
        var profile = machine
        profile.maxRate = maxRate ?? profile.maxRate
        profile.hasECM = hasECM ?? profile.hasECM
        profile.identification = identification ?? profile.identification
        profile.pageHeader = pageHeader ?? profile.pageHeader
        profile.abilities.subaddress = subaddress ?? profile.abilities.subaddress
        return profile
    }
}

extension EndpointChoices {
    /// User part of our address.
    public var ownUser: String { user ?? number?.filter { $0 != " " } ?? "faxprobe" }

    /// The T.30 machine: what it calls itself is the line's number unless told otherwise.
    public var profile: FaxProfile {
        var profile = call.profile()
        if call.identification == nil { profile.identification = number ?? "" }
        return profile
    }

    public func over(_ other: EndpointChoices) -> EndpointChoices {
        var merged = self
        merged.call = call.over(other.call)
        merged.user = user ?? other.user
        merged.domain = domain ?? other.domain
        merged.number = number ?? other.number
        merged.registrar = registrar ?? other.registrar
        merged.proxy = proxy ?? other.proxy
        merged.listen = listen.isEmpty ? other.listen : listen
        merged.advertise = advertise ?? other.advertise
        merged.mediaPorts = mediaPorts ?? other.mediaPorts
        merged.password = password ?? other.password
        merged.destinations = destinations.isEmpty ? other.destinations : destinations
        return merged
    }
}
