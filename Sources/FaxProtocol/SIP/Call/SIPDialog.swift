import FaxCore
import FaxWire

/// One dialog, as one of its two ends sees it (RFC 3261 §12).
public struct SIPDialog: Sendable, Hashable {
    /// Route entries that are kept; a message of more is cut off there.
    public static let maximumRoutes = 32

    public let localTag: String
    /// Empty for peers of RFC 2543, which make none.
    public let remoteTag: String
    /// To of our requests, without the tag.
    public let remoteAddress: SIPNameAddress
    /// Where the other side wants requests: its Contact.
    public private(set) var remoteTarget: String
    /// Proxies that want to see every request, the next one first; each as `<uri>`.
    public private(set) var routes: [String]
    /// CSeq of the last request of the other side.
    public internal(set) var remoteSequence: UInt32?
    public internal(set) var isConfirmed = false
    /// RSeq of the last reliable provisional response that came in order (RFC 3262).
    var lastRSeq: Int?

    /// The dialog of a caller, by a response to its INVITE (§12.1.2).
    init(caller localTag: String, target: String, response: SIPMessage) {
        self.localTag = localTag
        remoteTag = response.toTag ?? ""
        remoteAddress = Self.withoutTag(response.to) ?? SIPNameAddress(uri: target)
        remoteTarget = response.contacts.first?.uri ?? target
        routes = Self.routes(response).reversed()
    }

    /// The dialog of the side that is called, by the INVITE (§12.1.1).
    init(callee localTag: String, invite: SIPMessage) {
        self.localTag = localTag
        remoteTag = invite.fromTag ?? ""
        let from = Self.withoutTag(invite.from) ?? SIPNameAddress(uri: "sip:anonymous@anonymous.invalid")
        remoteAddress = from
        remoteTarget = invite.contacts.first?.uri ?? from.uri
        routes = Self.routes(invite)
        remoteSequence = invite.cseq?.number
    }

    private static func routes(_ message: SIPMessage) -> [String] {
        message.recordRoutes.prefix(maximumRoutes).map(\.description)
    }

    private static func withoutTag(_ address: SIPNameAddress?) -> SIPNameAddress? {
        guard var address else { return nil }
        address.parameters.removeAll { $0.name.lowercased() == "tag" }
        return address
    }

    /// A re-INVITE, UPDATE or a 2xx to one may name a new Contact (§12.2).
    mutating func refreshTarget(_ message: SIPMessage) {
        guard let contact = message.contacts.first, contact.uri != "*" else { return }
        remoteTarget = contact.uri
    }

    /// The 2xx settles the route set, whatever the provisional responses said (§13.2.2.4).
    mutating func confirm(by response: SIPMessage) {
        isConfirmed = true
        routes = Self.routes(response).reversed()
        refreshTarget(response)
    }

    /// Where a request goes and with which Route (§12.2.1.1).
    var routing: SIPRouting { SIPRouting(target: remoteTarget, routes: routes) }
}

/// Request-URI, Route and next hop of a request.
struct SIPRouting: Sendable, Hashable {
    var uri: String
    /// Values of the Route field, each as `<uri>`.
    var routes: [String]
    var nextHop: String

    init(target: String, routes: [String]) {
        guard let first = routes.first.flatMap({ SIPNameAddress($0) }) else {
            (uri, self.routes, nextHop) = (target, [], target)
            return
        }
        nextHop = first.uri
        if first.address.parameters["lr"] != nil {
            (uri, self.routes) = (target, routes)
        } else {
            // A strict router of RFC 2543 finds its own URI in the request line and the target last.
            (uri, self.routes) = (first.uri, Array(routes.dropFirst()) + ["<\(target)>"])
        }
    }
}
