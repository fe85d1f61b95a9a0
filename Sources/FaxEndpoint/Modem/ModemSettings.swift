import FaxCore
import FaxProtocol
import FaxStation
import FaxWire

/// Soft modems of an endpoint: what they are called, and whom they call.
public struct ModemSettings: Sendable {
    /// The link to the terminal of the only modem; of several, its number from 0 is appended.
    public var link: String
    public var count = 1
    /// Where a number that was dialled leads: a SIP URI with `{number}` in it.
    public var target: String
    /// Where INVITEs go, whatever number is dialled: the target's host, or a proxy.
    public var place: SIPDestination
    /// Called numbers (user parts of the request's URI), one for each modem in order; a call to one of them is for that modem
    /// alone, any other one for the first modem that is idle.
    public var numbers: [String] = []
    /// Permissions of the terminals.
    public var mode: UInt32 = 0o600
    public var ringInterval = Duration.seconds(6)

    public static let limit = 100
    public static let placeholder = "{number}"

    public init(link: String, target: String, place: SIPDestination) {
        self.link = link
        self.target = target
        self.place = place
    }

    /// Over UDP.
    public init(link: String, target: String, peer: Endpoint) {
        self.init(link: link, target: target, place: SIPTarget.destination(target, at: peer))
    }

    func link(of index: Int) -> String { count == 1 ? link : "\(link)\(index)" }

    func number(of index: Int) -> String? { index < numbers.count ? numbers[index] : nil }

    /// The URI for a number; `#` is written as `%23` there (RFC 3261 §25.1).
    func uri(for dialled: DialString) -> String {
        let number = dialled.number.map { $0 == "#" ? "%23" : String($0) }.joined()
        return target.split(separator: Self.placeholder, omittingEmptySubsequences: false).joined(separator: number)
    }
}

/// Something about a soft modem and the software on it.
public struct ModemEvent: Sendable {
    public enum Kind: Sendable {
        /// Its terminal stands.
        case ready(link: String, terminal: String)
        /// Software opened its terminal, or the last one closed it.
        case opened, closed
        case dialled(String)
        /// A call is its call from here on.
        case ringing
        /// Why this side ended its call.
        case gaveUp(String)
    }

    /// From 0.
    public var modem: Int
    public var kind: Kind
}
