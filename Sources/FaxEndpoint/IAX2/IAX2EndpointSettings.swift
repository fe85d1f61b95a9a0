import FaxCore
import FaxProtocol

/// What a live peer of IAX2 is: where it listens, who may register and call, what its calls are like.
public struct IAX2EndpointSettings: Sendable {
    /// UDP; port 0: any free one.
    public var listen: Endpoint
    /// Who registers and calls. Whoever has no secret is believed.
    public var account: IAX2Account
    /// A secret may come as it is, not only as MD5 with our challenge.
    public var takesPlaintext = false
    public var callTokens = IAX2Settings.CallTokens.whenOffered
    /// Formats of `IAX2Format`, the preferred one first.
    public var formats: [UInt64]?
    /// What calls of ours say of the one who calls.
    public var callingNumber = ""
    public var callingName = "faxprobe"
    public var fax = FaxProfile()
    public var jitterBuffer = Duration.milliseconds(60)
    /// `nil`: calls are not answered.
    public var answering: Answering?
    /// Calls of ours that a busy modem gets until it takes one.
    public var tries = 10
    public var busyPause = Duration.seconds(4)
    /// Who may send anything here; empty: anyone.
    public var allowedCallers: [IPAddress] = []
    /// How often calls tell how far they are; `nil`: never.
    public var progressInterval: Duration?
    public var limits = EndpointLimits()
    /// A pcapng file of every packet; `nil`: none.
    public var recordPath: String?

    public init(listen: Endpoint, account: IAX2Account) {
        self.listen = listen
        self.account = account
    }

    var agent: IAX2Settings {
        var settings = IAX2Settings(hash: .crypto)
        settings.accounts = [account]
        settings.takesPlaintext = takesPlaintext
        settings.callTokens = callTokens
        settings.formats = formats ?? settings.formats
        settings.callingNumber = callingNumber
        settings.callingName = callingName
        settings.limits.calls = min(limits.calls, settings.limits.calls)
        return settings
    }
}

/// One fax to a modem that registers here.
public struct OutgoingIAX2Fax: Sendable {
    public var document: OutgoingDocument
    /// What the modem hears as the called number.
    public var calledNumber: String
    /// Calls that were busy so far.
    var tries = 0

    public init(_ document: OutgoingDocument, calledNumber: String) {
        self.document = document
        self.calledNumber = calledNumber
    }
}

/// What happens with a peer of IAX2, and in a call with it.
public enum IAX2EndpointEvent: Sendable, Equatable {
    case registered(name: String, Endpoint, seconds: Int)
    case registrationRefused(name: String, Endpoint, reason: String)
    case unregistered(name: String, Endpoint)
    case registrationExpired(name: String, Endpoint)
    /// Somebody wanted to call and was not let in.
    case refused(Endpoint, reason: String)
    case ringing
    case answered
    /// Sound flows: the format as SDP would name it.
    case media(encoding: String?)
    case faxEnded(completion: Int)
    case hungUp
    case ended(IAX2Ending)
    /// The modem was busy, and is called again after that time.
    case busy(again: Duration)
}
