import FaxCore
import FaxWire

/// Who a user agent is and how it behaves: what all its calls have in common.
public struct SIPAgent: Sendable {
    /// Whether provisional responses are sent reliably (RFC 3262).
    public enum ReliableProvisionals: Sendable, Hashable {
        case never
        /// Where the other side supports it.
        case supported
        /// `Require: 100rel` in our INVITE.
        case required
    }

    /// The transport and address under which others reach us: Via, Contact, and `o=` of descriptions without one.
    public var path: SIPPath
    public var user: String
    /// Host part of the address of record.
    public var domain: String
    public var displayName: String?
    /// `User-Agent` and `Server`; `nil`: neither is sent.
    public var product: String?
    public var credentials: [SIPCredentials] = []
    /// How to hash for digest authentication; without it challenges end a call.
    public var digest: SIPDigestHash?
    /// Asks callers for credentials; needs ``digest`` too.
    public var demand: SIPCredentialDemand?
    public var reliableProvisionals = ReliableProvisionals.supported
    /// `nil`: no session timer is asked for; a peer's is still kept (RFC 4028).
    public var sessionTimer: SIPSessionTimer.Wish?
    public var timers = SIPTimers.standard
    /// How long an INVITE may ring before it is cancelled; `nil`: for ever.
    public var answerTimeout: Duration? = .seconds(180)
    /// Whether UPDATE is allowed to the other side and used.
    public var allowsUpdate = true
    /// Send requests inside a dialog where its Contact says (RFC 3261 §12.2.1.1); otherwise to where its messages come
    /// from, as behind address translation.
    public var followsContact = true
    /// Whether a 3xx sends our INVITE to where it says; otherwise it ends the call like any refusal.
    public var followsRedirections = true
    /// Max-Forwards of requests: of a call that is passed on, what is left of the one that came.
    public var hops = 70
    /// Requests of more octets than ``SIPCall/Limit/datagramOctets`` go over TCP, and over UDP only where that fails
    /// (RFC 3261 §18.1.1). For drivers that have TCP.
    public var prefersTCPForLargeRequests = false
    /// Our Contact is a `sips:` URI, as calls to one demand (RFC 3261 §12.1.1).
    public var isSecure = false
    /// Further header fields of every INVITE.
    public var inviteHeaders: [SIPMessageDraft.Header] = []

    public init(
        path: SIPPath, user: String, domain: String? = nil, displayName: String? = nil, product: String? = "faxprobe"
    ) {
        self.path = path
        self.user = user
        self.domain = domain ?? path.endpoint.address.uriHost
        self.displayName = displayName
        self.product = product
    }

    /// The address of record, for From and To.
    public var addressOfRecord: SIPNameAddress {
        SIPNameAddress(displayName: displayName, uri: "sip:\(user)@\(domain)")
    }

    /// Where requests inside a dialog reach us.
    public var contactURI: String {
        let host = "\(path.endpoint.address.uriHost):\(path.endpoint.port)"
        if isSecure { return "sips:\(user)@\(host)" }
        let parameter = path.transport.uriParameter.map { ";transport=\($0)" } ?? ""
        return "sip:\(user)@\(host)\(parameter)"
    }

    /// The methods that are taken, as Allow lists them.
    var methods: [SIPMethod] {
        var methods: [SIPMethod] = [.invite, .ack, .cancel, .bye, .options, .info, .prack]
        if allowsUpdate { methods.append(.update) }
        return methods + [.refer, .notify, .subscribe]
    }

    var allow: String { methods.map(\.name).joined(separator: ", ") }

    /// The option tags that a peer may demand of us.
    static let extensions = ["100rel", "timer"]
}

extension IPAddress {
    /// As it stands in a URI or Via.
    var uriHost: String { isV4 ? description : "[\(description)]" }
}
