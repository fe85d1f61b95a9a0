import FaxWire

/// Who an IAX2 peer is, whom it knows, and what nobody outside can make grow any further.
public struct IAX2Settings: Sendable {
    /// Those who may register and call; empty: anyone may call, and nobody can register.
    public var accounts: [IAX2Account] = []
    /// A secret may come as it is (RFC 5456 §8.6.13); otherwise only its MD5 with our challenge.
    public var takesPlaintext = false
    public var callTokens = CallTokens.whenOffered
    /// Formats of ``IAX2Format`` that we send and hear, the preferred one first.
    public var formats: [UInt64] = [IAX2Format.muLaw, IAX2Format.aLaw, IAX2Format.linear]
    /// What our calls say of the one who calls.
    public var callingNumber = ""
    public var callingName = ""
    public var timers = IAX2Timers()
    public var limits = IAX2Limits()
    public var hash: SIPDigestHash

    /// - Parameter hash: MD5 for challenges, SHA-256 for call tokens.
    public init(hash: SIPDigestHash) { self.hash = hash }

    /// Whether who opens a call or registers has to show first that it is where it says.
    public enum CallTokens: String, Sendable, Hashable, CaseIterable {
        /// Of a peer that says it knows them. One that does not (IAXmodem) gets each answer once for each frame of its own.
        case whenOffered
        /// Of everyone: a peer that does not know them is refused.
        case required
    }

    func account(_ name: String?) -> IAX2Account? { accounts.first { $0.name == name } }

    var capability: UInt64 { formats.reduce(0, |) }
}

/// A peer by its name.
public struct IAX2Account: Sendable, Hashable {
    public var name: String
    /// `nil`: whoever says the name is believed.
    public var secret: String?

    public init(name: String, secret: String?) {
        self.name = name
        self.secret = secret
    }
}

public struct IAX2Timers: Sendable, Hashable {
    /// Until a frame that was not acknowledged is sent again, before a round trip was measured; then twice the round trip,
    /// and each time double (RFC 5456 §7.2.2).
    public var firstRetry = Duration.milliseconds(500)
    public var shortestRetry = Duration.milliseconds(100)
    public var longestRetry = Duration.seconds(10)
    /// Repetitions until the call counts as dead (§7.1).
    public var retries = 4
    /// From PING to PING while a call stands (§7.2.1).
    public var ping = Duration.seconds(20)
    /// How long somebody may take to prove who it is.
    public var opening = Duration.seconds(10)
    /// How long a call of ours may go without being answered.
    public var answer = Duration.seconds(60)
    /// How long what is over still answers repetitions.
    public var linger = Duration.seconds(5)
    /// How long a call token is good.
    public var token = Duration.seconds(10)

    public init() {}
}

public struct IAX2Limits: Sendable, Hashable {
    /// Calls at one time, those included that linger, and of one source address.
    public var calls = 100
    public var callsPerSource = 50
    /// Peers that are proving who they are in order to register, at one time.
    public var exchanges = 256
    /// Octets of a datagram; a longer one is dropped.
    public var datagram = 4_096
    /// Frames of one call that wait for their acknowledgement; more end it.
    public var unacknowledged = 64
    /// Seconds that a registration may ask for.
    public var refresh = 10...3_600

    public init() {}
}
