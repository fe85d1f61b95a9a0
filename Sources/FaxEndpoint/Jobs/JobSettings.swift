import FaxCore

/// How the faxes of a list are called for.
public struct JobSettings: Sendable {
    /// Of faxes that say nothing else.
    public var choices = CallChoices()
    /// What the command line says: it comes before the rules for destinations.
    public var given = CallChoices()
    public var destinations: [DestinationRule] = []
    /// What they call themselves where nothing else is said.
    public var number = ""
    /// Our side of number pairs.
    public var ours = ""
    /// Where INVITEs go instead of where URIs say, as ``SIPTarget/destination(_:proxy:lookup:)`` has it.
    public var proxy: String?
    /// The fax machine, as far as no choice says anything else, and the form its documents are drawn in.
    public var fax = FaxProfile()
    public var form = PageForm()
    /// Calls whose end is not known are made again.
    public var retriesUnknown = false
    /// Faxes that failed for good get their tries anew.
    public var retriesFailed = false
    /// When told to stop, calls that run get so long to end by themselves.
    public var drain = Duration.zero
    /// `nil`: what flip-flop learns is forgotten in the end.
    public var memory: PolicyMemoryFile?

    public init() {}

    /// One call as the endpoint makes it will do: nothing is decided, nothing tried again.
    public func isOneCall(_ destination: String) -> Bool {
        let choices = choices(towards: destination)
        return choices.tries ?? choices.policy?.tries ?? 1 == 1 && choices.policy?.isFixed ?? true
    }

    /// A fax of no list has one call, and a second one where the policy wants it.
    public func forOneFax(_ destination: String) -> JobSettings {
        var settings = self
        let choices = choices(towards: destination)
        settings.given.tries = choices.tries ?? choices.policy?.tries ?? 1
        return settings
    }

    /// Command line, the rule for that destination, profile, line.
    public func choices(towards destination: String) -> CallChoices {
        let rule = destinations.first { $0.fits(destination) }
        return given.over(rule?.choices ?? CallChoices()).over(choices)
    }

    /// Destinations at a time, unless told otherwise: one.
    public var concurrency: Int { choices.concurrency ?? 1 }

    func choices(of job: FaxJob) -> CallChoices { job.choices.over(choices(towards: job.destination)) }

    public func profile(_ choices: CallChoices) -> FaxProfile {
        var profile = choices.profile(over: fax)
        if choices.identification == nil { profile.identification = number }
        return profile
    }

    func rules(_ choices: CallChoices) -> RetryRules {
        RetryRules(tries: choices.tries ?? 3, pause: choices.retryPause)
    }
}
