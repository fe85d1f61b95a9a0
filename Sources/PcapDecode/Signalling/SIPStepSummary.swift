import FaxCore
import FaxWire

extension SIPStep {
    /// Header fields worth a remark, as `Name: value`.
    private static let remarkable: [SIPHeader] = [.reason, .warning, .retryAfter]

    init(
        _ message: SIPMessage, _ head: MessageHead, from party: Party?, _ sdp: DialogSDP?,
        _ sighting: Transaction.Sighting, _ context: SIPContext, isDescribed: Bool
    ) {
        self.init(
            time: context.time, frame: context.frame, from: party, source: context.source,
            destination: context.destination, method: head.cseq.method.name, status: head.status,
            summary: isDescribed ? Self.summary(message, sdp) : "",
            cseq: head.cseq.number, isRetransmission: false)
        for header in Self.remarkable where isDescribed {
            for value in message.values(header).prefix(4) { remarks.append("\(header.name): \(value)") }
        }
        self.sdp = sdp?.step
        contact = message.firstContact
        surplus = message.bodySurplus
        let requester = head.isRequest ? party : party?.other
        timer = message.sessionExpires.map { expires in
            StepTimer(
                interval: .seconds(expires.seconds),
                refresher: expires.refresher.flatMap { $0 == .uac ? requester : requester?.other })
        }
        switch sighting {
        case .new: break
        case .retransmission: isRetransmission = true
        case .furtherHop: isFurtherHop = true
        }
    }
    private static func summary(_ message: SIPMessage, _ sdp: DialogSDP?) -> String {
        var summary: String
        switch message.startLine {
        case .request(let method, uri: _): summary = method.name
        case .response(let status, let reason):
            summary = reason.isEmpty ? "\(status)" : "\(status) \(reason.prefix(80))"
        }
        if let text = sdp?.summary, !text.isEmpty { summary += " (\(text))" }
        return summary
    }
}

extension SIPMessage {
    fileprivate var firstContact: IPAddress? {
        contactHost.flatMap { IPAddress($0) }
    }

    fileprivate var bodySurplus: Int {
        if surplus > 0 { return surplus }
        guard let announced = contentLength else { return 0 }
        return min(0, body.count - announced)
    }
}
