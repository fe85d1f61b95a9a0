import FaxCore

extension CaptureEditor {
    /// Changes messages as text.
    public mutating func edit(_ selection: SIPSelection, _ change: (inout SIPText) -> Void) {
        for message in messages(selection) {
            var text = message.text
            change(&text)
            records[message.place].frame.setPayload(text.octets)
        }
    }

    /// Another status line, such as `488 Not Acceptable Here`. A refusal loses its session description.
    public mutating func rewriteStatus(of selection: SIPSelection, to status: String) {
        edit(selection) { text in
            text.startLine = "SIP/2.0 \(status)"
            guard !status.hasPrefix("1"), !status.hasPrefix("2") else { return }
            text.body = ""
            text.setHeader("Content-Type", nil)
        }
    }

    /// `nil` takes the field away.
    public mutating func setHeader(_ name: String, _ value: String?, in selection: SIPSelection) {
        edit(selection) { $0.setHeader(name, value) }
    }

    /// `a=name:value` in the session description; without a value `a=name`.
    public mutating func setAttribute(_ name: String, _ value: String? = nil, in selection: SIPSelection) {
        edit(selection) { $0.setAttribute(name, value) }
    }

    public mutating func removeAttribute(_ name: String, in selection: SIPSelection) {
        edit(selection) { $0.removeAttribute(name) }
    }

    /// User-Agent or Server of everything that a party sends.
    public mutating func setAgent(_ agent: String, of party: Party) {
        for message in messages where message.sender == party {
            var text = message.text
            text.setHeader("Server", nil)
            text.setHeader("User-Agent", agent)
            records[message.place].frame.setPayload(text.octets)
        }
    }

    // MARK: - Messages that were not there

    /// A request of the answered dialog with its final response and ACK, such as a re-INVITE. Headers are those of the
    /// dialog, with a CSeq of its own.
    ///
    /// - Parameters:
    ///   - time: of the request; the response comes `delay` later, an ACK 1 ms after it.
    ///   - status: the final response; `nil`: none comes.
    ///   - change: a last touch to each of the messages.
    public mutating func insert(
        _ method: String, by party: Party, at time: Instant, sdp: String? = nil, status: String? = "200 OK",
        answer: String? = nil, after delay: Duration = .milliseconds(5), callID: String? = nil,
        _ change: (inout SIPText) -> Void = { _ in }
    ) {
        let known = messages.filter { callID == nil || $0.text.callID == callID }
        guard
            let request = known.last(where: { $0.sender == party && $0.text.status == nil && $0.text.toTag != nil })
                ?? known.last(where: { $0.sender == party && $0.text.toTag != nil }),
            let response = known.last(where: { $0.sender == party.other && $0.text.toTag != nil }),
            let dialog = known.first(where: { $0.sender == party && $0.text.toTag != nil })
        else { return complain("no answered dialog to insert \(method) into") }
        let cseq = (known.map(\.text.cseq).max() ?? 100) + 1
        let isOwn = dialog.text.status == nil
        var text = dialog.text
        text.headers = [
            (
                "Via",
                "SIP/2.0/UDP \(records[request.place].frame.source.map(\.description) ?? "-");branch=z9hG4bKmade\(cseq)"
            ),
            ("From", dialog.text.header(isOwn ? "From" : "To") ?? ""),
            ("To", dialog.text.header(isOwn ? "To" : "From") ?? ""),
            ("Call-ID", dialog.text.callID), ("CSeq", "\(cseq) \(method)"), ("Max-Forwards", "70"),
            ("Contact", dialog.text.header("Contact") ?? "<sip:made@invalid>"),
        ]
        func put(_ startLine: String, _ body: String?, _ place: Int, at time: Instant, method: String) {
            var message = text
            message.startLine = startLine
            message.body = body ?? ""
            message.setHeader("CSeq", "\(cseq) \(method)")
            if body != nil { message.setHeader("Content-Type", "application/sdp") }
            change(&message)
            var record = records[place]
            record.time = time
            record.frame.renumber(by: UInt16(truncatingIfNeeded: 8_192 + records.count))
            record.frame.setPayload(message.octets)
            records.append(record)
        }
        put("\(method) sip:made@invalid SIP/2.0", sdp, request.place, at: time, method: method)
        guard let status else { return }
        put("SIP/2.0 \(status)", answer, response.place, at: time + delay, method: method)
        guard method == "INVITE" else { return }
        put(
            "ACK sip:made@invalid SIP/2.0", nil, request.place, at: time + delay + .milliseconds(1), method: "ACK")
    }

    /// A session description with one image line over UDPTL.
    public static func imageSDP(_ endpoint: Endpoint, _ attributes: [String] = Self.usualT38) -> String {
        let family = endpoint.address.isV4 ? "IP4" : "IP6"
        let lines =
            [
                "v=0", "o=- 9 9 IN \(family) \(endpoint.address)", "s=-", "c=IN \(family) \(endpoint.address)", "t=0 0",
                "m=image \(endpoint.port) udptl t38",
            ] + attributes.map { "a=\($0)" }
        return lines.map { $0 + "\r\n" }.joined()
    }

    public static let usualT38 = [
        "T38FaxVersion:0", "T38MaxBitRate:14400", "T38FaxRateManagement:transferredTCF", "T38FaxMaxDatagram:400",
        "T38FaxUdpEC:t38UDPRedundancy",
    ]

    /// The session description that a party sent first.
    public mutating func firstSDP(of party: Party) -> SIPText? {
        let found = messages.first { $0.sender == party && !$0.text.media.isEmpty }?.text
        if found == nil { complain("no session description of the \(party.rawValue)") }
        return found
    }
}
