import FaxWire

/// Which server transaction a request belongs to (RFC 3261 §17.2.3).
struct SIPTransactionKey: Sendable, Hashable {
    /// The topmost branch; for peers of RFC 2543, which make no unique ones, what else tells requests apart.
    private let identity: String
    private let sentBy: String
    private let isInvite: Bool
    /// For requests other than INVITE and ACK.
    private let method: SIPMethod?

    static let cookie = "z9hG4bK"

    /// - Parameter method: as which the request is looked for; an ACK and a CANCEL are looked for as the INVITE.
    init?(_ request: SIPMessage, as method: SIPMethod) {
        guard let via = request.elements(.via).first.flatMap(SIPVia.init) else { return nil }
        sentBy = via.port.map { "\(via.host.lowercased()):\($0)" } ?? via.host.lowercased()
        isInvite = method == .invite
        self.method = isInvite ? nil : method
        if let branch = via.branch, branch.hasPrefix(Self.cookie), branch.utf8.count > Self.cookie.utf8.count {
            identity = branch
            return
        }
        guard let callID = request.callID, let cseq = request.cseq else { return nil }
        // §17.2.3: the To tag of an ACK is that of the response, so it cannot be compared.
        identity = [
            request.requestURI ?? "", request.fromTag ?? "", callID, String(cseq.number), via.branch ?? "",
        ].joined(separator: "\u{0}")
    }
}
