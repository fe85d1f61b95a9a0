import FaxCore

/// Which SIP messages of a capture are meant. What is not given does not matter.
public struct SIPSelection: Sendable {
    var method: String
    var status: ClosedRange<Int>?
    var isRequest: Bool
    var sender: Party?
    var offering: String?
    var cseq: UInt32?
    var callID: String?
    var nth: Int?

    /// - Parameters:
    ///   - sender: who sends it.
    ///   - offering: `image` or `audio`: a medium with a port in the INVITE (or UPDATE) of the transaction.
    ///   - nth: counted from 1 among the messages that fit, retransmissions too.
    public static func request(
        _ method: String, from sender: Party? = nil, offering: String? = nil, cseq: UInt32? = nil,
        callID: String? = nil, nth: Int? = nil
    ) -> SIPSelection {
        SIPSelection(
            method: method, isRequest: true, sender: sender, offering: offering, cseq: cseq, callID: callID, nth: nth)
    }

    /// Responses with this status; without one, every response. `offering`: what the answered request offered.
    public static func response(
        _ status: Int? = nil, to method: String, from sender: Party? = nil, offering: String? = nil,
        cseq: UInt32? = nil, callID: String? = nil, nth: Int? = nil
    ) -> SIPSelection {
        SIPSelection(
            method: method, status: status.map { $0...$0 } ?? 100...699, isRequest: false, sender: sender,
            offering: offering, cseq: cseq, callID: callID, nth: nth)
    }

    func fits(_ message: CapturedSIP) -> Bool {
        guard message.text.method == method, (message.text.status == nil) == isRequest else { return false }
        if let status, let value = message.text.status, !status.contains(value) { return false }
        if let sender, message.sender != sender { return false }
        if let offering, !message.offered.contains(offering) { return false }
        if let cseq, message.text.cseq != cseq { return false }
        if let callID, message.text.callID != callID { return false }
        return true
    }
}

/// A SIP message of a capture, with what its dialog tells of it.
public struct CapturedSIP: Sendable {
    /// Place in the records.
    public var place: Int
    public var text: SIPText
    public var sender: Party
    /// Media with a port in the request of its transaction.
    public var offered: [String]

    /// The messages among datagrams in order; the caller of a dialog is who sent its first INVITE, else its first request.
    static func all(_ payloads: [(place: Int, octets: [UInt8])]) -> [CapturedSIP] {
        let texts = payloads.compactMap { datagram in
            SIPText(datagram.octets).map { (place: datagram.place, text: $0) }
        }
        var callers: [String: String] = [:]
        for (_, text) in texts where callers[text.callID] == nil || isFirstInvite(text) {
            callers[text.callID] = text.fromTag
        }
        var offers: [String: [String]] = [:]
        return texts.map { place, text in
            let requester: Party = text.fromTag == callers[text.callID] ? .caller : .callee
            let key = "\(text.callID) \(text.cseq) \(requester)"
            if text.status == nil, text.method != "ACK" {
                offers[key] = text.media.filter { $0.port != 0 }.map(\.kind)
            }
            return CapturedSIP(
                place: place, text: text, sender: text.status == nil ? requester : requester.other,
                offered: offers[key] ?? [])
        }
    }

    private static func isFirstInvite(_ text: SIPText) -> Bool {
        text.method == "INVITE" && text.status == nil && text.toTag == nil
    }
}
