import FaxCore
import FaxWire

/// SIP messages as a proxy passes them on that keeps itself in the way of a call (RFC 3261 §16): a Via on top of
/// requests and off responses, a Record-Route, one hop less. Knows no addresses but its own.
package struct SIPRelay {
    /// Where this proxy is reached by both sides.
    let own: Endpoint

    package init(own: Endpoint) { self.own = own }

    package enum Passed {
        case message([UInt8])
        /// Its hops are used up (§16.3): what the sender is told.
        case tooManyHops([UInt8])
        case unusable
    }

    /// A request towards the other side.
    /// - Parameters:
    ///   - target: what the Request-URI of a request outside of dialogs is turned to.
    ///   - description: the session description as the other side gets it; `nil`: as it is.
    package func pass(request: SIPMessage, target: Endpoint?, description: [UInt8]?) -> Passed {
        guard let method = request.method, let uri = request.requestURI, let branch = request.branch else {
            return .unusable
        }
        let hops = request.value(.maxForwards).flatMap { Int($0) } ?? 70
        guard hops > 0 else { return tooManyHops(request) }
        var draft = SIPMessageDraft(request)
        if let target, request.toTag == nil {
            draft.startLine = .request(method, uri: Self.readdressed(uri, to: target))
        }
        draft.headers.removeAll { SIPHeader(name: $0.name) == .maxForwards }
        removeOwnRoute(from: &draft)
        var head = [
            SIPMessageDraft.Header(SIPHeader.via.name, "SIP/2.0/UDP \(own);branch=\(branch)-i"),
            SIPMessageDraft.Header(SIPHeader.maxForwards.name, "\(hops - 1)"),
        ]
        if request.toTag == nil, method != .register {
            head.append(SIPMessageDraft.Header(SIPHeader.recordRoute.name, "<sip:\(own);lr>"))
        }
        draft.headers = head + draft.headers
        if let description { draft.body = description }
        return .message(draft.octets)
    }

    /// A response towards the side that asked: our Via taken off; `nil` when the topmost is not ours.
    package func pass(response: SIPMessage, description: [UInt8]?) -> [UInt8]? {
        let vias = response.elements(.via)
        guard let first = vias.first.flatMap(SIPVia.init), first.host == own.address.description,
            first.port ?? 5_060 == own.port, vias.count > 1
        else { return nil }
        var draft = SIPMessageDraft(response)
        let place = draft.headers.firstIndex { SIPHeader(name: $0.name) == .via } ?? 0
        draft.headers.removeAll { SIPHeader(name: $0.name) == .via }
        let left = vias.dropFirst().map { SIPMessageDraft.Header(SIPHeader.via.name, $0) }
        draft.headers.insert(contentsOf: left, at: min(place, draft.headers.count))
        if let description { draft.body = description }
        return draft.octets
    }

    private func tooManyHops(_ request: SIPMessage) -> Passed {
        guard request.method != .ack else { return .unusable }
        var draft = SIPMessageDraft(.response(status: 483, reason: "Too Many Hops"))
        for via in request.elements(.via) { draft.add(.via, via) }
        for header in [SIPHeader.from, .to, .callID, .cseq] { draft.add(header, request.value(header) ?? "") }
        return .tooManyHops(draft.octets)
    }

    private func removeOwnRoute(from draft: inout SIPMessageDraft) {
        guard let place = draft.headers.firstIndex(where: { SIPHeader(name: $0.name) == .route }) else { return }
        var routes = draft.headers[place].value.split(separator: ",").map { $0.trimmingBlanks }
        guard let first = routes.first, first.contains(own.description) else { return }
        routes.removeFirst()
        if routes.isEmpty {
            draft.headers.remove(at: place)
        } else {
            draft.headers[place].value = routes.joined(separator: ", ")
        }
    }

    /// The same user at another host.
    private static func readdressed(_ text: String, to target: Endpoint) -> String {
        let uri = SIPURI(text)
        return "sip:" + (uri.user.map { "\($0)@" } ?? "") + "\(target)"
    }
}

extension StringProtocol {
    fileprivate var trimmingBlanks: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
