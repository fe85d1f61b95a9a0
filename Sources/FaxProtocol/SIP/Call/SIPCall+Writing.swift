import FaxCore
import FaxWire

// Requests and responses as they are written.
extension SIPCall {
    static let maximumForwards = "70"

    /// Where the next hop is reached.
    func path(to uri: String) -> SIPPath {
        guard agent.followsContact, let named = SIPPath(uri: uri, current: peer) else { return peer }
        // A connection that stands is used in both directions.
        return named.transport.isReliable && named.transport == peer.transport ? peer : named
    }

    /// A request inside a dialog, ready to be sent.
    func plan(
        _ method: SIPMethod, _ purpose: SIPClientRequest.Purpose, in dialog: SIPDialog, content: SIPContent? = nil
    ) -> SIPRequestPlan {
        let routing = dialog.routing
        return SIPRequestPlan(
            method: method, purpose: purpose, routing: routing, path: path(to: routing.nextHop),
            to: dialog.remoteAddress.tagged(dialog.remoteTag), tag: dialog.remoteTag, content: content)
    }

    /// Sends a request with the next CSeq in a transaction of its own.
    /// - Returns: false when too many requests are under way.
    @discardableResult
    mutating func start(_ plan: SIPRequestPlan, at now: Instant) -> Bool {
        guard clients.count < Limit.transactions else { return false }
        localSequence &+= 1
        let branch = random.sipBranch()
        var plan = plan
        plan.path = plan.datagramPath ?? plan.path
        plan.datagramPath = nil
        var draft = request(plan, sequence: localSequence, branch: branch)
        moveToTCP(&plan, &draft, branch: branch)
        let octets = draft.octets
        let machine = SIPClientTransaction(
            isInvite: plan.method == .invite, isReliable: plan.path.transport.isReliable, timers: agent.timers, at: now)
        clients.append(
            SIPClientRequest(
                plan: plan, draft: draft, octets: octets, branch: branch, sequence: localSequence, machine: machine))
        send(octets, to: plan.path)
        return true
    }

    private mutating func request(_ plan: SIPRequestPlan, sequence: UInt32, branch: String) -> SIPMessageDraft {
        var draft = head(plan, sequence: sequence, branch: branch)
        switch plan.method {
        case .invite, .update:
            addCapabilities(to: &draft)
            addSessionTimer(to: &draft, plan.purpose)
        case .options: addCapabilities(to: &draft)
        case .ack, .bye, .cancel, .register, .prack, .info, .refer, .subscribe, .notify, .message, .publish, .other:
            break
        }
        draft.headers += plan.headers
        draft.headers += authenticator.headers(
            method: plan.method, uri: plan.routing.uri, body: plan.content?.octets ?? [], random: &random)
        draft.add(plan.content)
        return draft
    }

    /// The fields that every request has (RFC 3261 §8.1.1).
    func head(_ plan: SIPRequestPlan, sequence: UInt32, branch: String) -> SIPMessageDraft {
        var draft = SIPMessageDraft(.request(plan.method, uri: plan.routing.uri))
        draft.add(.via, via(plan.path.transport, branch: branch))
        draft.add(.maxForwards, "\(agent.hops)")
        for route in plan.routing.routes { draft.add(.route, route) }
        draft.add(.from, localAddress.tagged(localTag).description)
        draft.add(.to, plan.to.description)
        draft.add(.callID, callID ?? "")
        draft.add(.cseq, "\(sequence) \(plan.method.name)")
        if let product = agent.product { draft.add(.userAgent, product) }
        return draft
    }

    func addCapabilities(to draft: inout SIPMessageDraft) {
        draft.add(.contact, "<\(agent.contactURI)>")
        draft.add(.allow, agent.allow)
        draft.add(.supported, supported)
        draft.add(.accept, "application/sdp")
    }

    private var supported: String {
        switch agent.reliableProvisionals {
        case .never: "timer"
        case .supported, .required: "100rel, timer"
        }
    }

    /// A response as RFC 3261 §8.2.6 makes it from its request.
    func response(to request: SIPServerRequest, status: Int, reason: String? = nil) -> SIPMessageDraft {
        let message = request.message
        var draft = SIPMessageDraft(.response(status: status, reason: reason ?? SIPStatus.phrase(status)))
        for (index, via) in message.elements(.via).enumerated() {
            draft.add(.via, index == 0 ? Self.received(via, from: request.source) : via)
        }
        if status > 100, status < 300, request.method == .invite {
            for route in message.values(.recordRoute) { draft.add(.recordRoute, route) }
        }
        draft.add(.from, message.value(.from) ?? "")
        let to = message.value(.to) ?? ""
        draft.add(.to, status == 100 || message.toTag != nil ? to : "\(to);tag=\(localTag)")
        draft.add(.callID, message.callID ?? "")
        draft.add(.cseq, "\(request.sequence) \(request.method.name)")
        if status == 100, let timestamp = message.value(.timestamp) { draft.add(.timestamp, timestamp) }
        if let product = agent.product { draft.add(.server, product) }
        if status == 405 || status == 501 { draft.add(.allow, agent.allow) }
        return draft
    }

    /// The topmost Via with where its request came from (RFC 3261 §18.2.1, RFC 3581 §4).
    private static func received(_ text: String, from source: Endpoint) -> String {
        guard let via = SIPVia(text) else { return text }
        var received = "SIP/2.0/\(via.transport) \(via.host.contains(":") ? "[\(via.host)]" : via.host)"
        if let port = via.port { received += ":\(port)" }
        let asksPort = via.parameters["rport"] != nil
        for parameter in via.parameters {
            let name = parameter.name.lowercased()
            if name == "received" || name == "rport" { continue }
            received += parameter.value.map { ";\(parameter.name)=\($0)" } ?? ";\(parameter.name)"
        }
        if asksPort { received += ";rport=\(source.port)" }
        if asksPort || IPAddress(via.host) != source.address { received += ";received=\(source.address)" }
        return received
    }

    /// Answers a request of the other side in its transaction.
    mutating func respond(
        to index: Int, status: Int, reason: String? = nil, headers: [SIPMessageDraft.Header] = [],
        content: SIPContent? = nil, at now: Instant
    ) {
        guard servers[index].machine.isOpen else { return }
        var draft = response(to: servers[index], status: status, reason: reason)
        draft.headers += headers
        draft.add(content)
        respond(to: index, status: status, octets: draft.octets, at: now)
    }

    mutating func respond(to index: Int, status: Int, octets: [UInt8], at now: Instant) {
        servers[index].machine.respond(status: status, octets: octets, at: now)
        send(octets, to: servers[index].path)
    }
}

extension SIPNameAddress {
    /// With that tag; without one where it is empty.
    func tagged(_ tag: String) -> SIPNameAddress {
        guard !tag.isEmpty else { return self }
        return SIPNameAddress(displayName: displayName, uri: uri, parameters: parameters + [SIPParameter("tag", tag)])
    }
}

extension SIPMessageDraft {
    mutating func add(_ content: SIPContent?) {
        guard let content else { return }
        add(.contentType, content.type)
        body = content.octets
    }
}

extension SIPContent {
    static let sessionType = "application/sdp"

    init?(description: [UInt8]?) {
        guard let description else { return nil }
        self.init(type: Self.sessionType, octets: description)
    }
}
