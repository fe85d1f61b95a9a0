import FaxCore

/// A UDP packet of a capture that is not SIP, as edits of media see it.
public struct CapturedMedia: Sendable {
    public enum Kind: Sendable { case rtp, udptl, other }

    /// Place in the records.
    public var place: Int
    public var time: Instant
    public var source: Endpoint
    public var destination: Endpoint
    /// By the session descriptions; `nil`: they do not tell.
    public var sender: Party?
    /// By version bits and length: RTP has version 2.
    public var kind: Kind
    public var payload: [UInt8]
}

// MARK: - Time, order, absence

extension CaptureEditor {
    /// Moves everything later than `time` by `delay`; negative: earlier.
    public mutating func shift(after time: Instant, by delay: Duration) {
        var moved = 0
        for index in records.indices where records[index].time > time {
            records[index].time = records[index].time + delay
            moved += 1
        }
        if moved == 0 { complain("nothing comes after \(time.seconds)") }
    }

    /// Moves the messages that are meant, and nothing else.
    public mutating func shift(_ selection: SIPSelection, by delay: Duration) {
        for message in messages(selection) { records[message.place].time = records[message.place].time + delay }
    }

    /// Moves the request that is meant with its responses and its ACK.
    public mutating func shiftTransaction(_ selection: SIPSelection, by delay: Duration) {
        for message in transaction(selection) { records[message.place].time = records[message.place].time + delay }
    }

    /// Everything before `time` stays.
    public mutating func truncate(at time: Instant) {
        drop { $0.time >= time }
    }

    /// Takes away records by time or content.
    public mutating func drop(_ isUnwanted: (Record) -> Bool) {
        let count = records.count
        records.removeAll(where: isUnwanted)
        if records.count == count { complain("nothing to drop") }
    }

    /// Takes away messages.
    public mutating func drop(_ selection: SIPSelection) {
        drop(places: messages(selection).map(\.place))
    }

    /// Takes away the request that is meant, its responses and its ACK.
    public mutating func dropTransaction(_ selection: SIPSelection) {
        drop(places: transaction(selection).map(\.place))
    }

    mutating func drop(places: [Int]) {
        let unwanted = Set(places)
        records = records.enumerated().filter { !unwanted.contains($0.offset) }.map(\.element)
    }

    /// Two records in each other's time.
    public mutating func swap(_ first: Int, _ second: Int) {
        let time = records[first].time
        records[first].time = records[second].time
        records[second].time = time
        records.swapAt(first, second)
    }

    /// The messages once more, each `delay` later, as a sender repeats them: under another IP identification.
    public mutating func duplicate(
        _ selection: SIPSelection, after delay: Duration, _ change: (inout SIPText) -> Void = { _ in }
    ) {
        for message in messages(selection) {
            var copy = records[message.place]
            copy.time = copy.time + delay
            copy.frame.renumber(by: UInt16(truncatingIfNeeded: 4_096 + records.count))
            var text = message.text
            change(&text)
            copy.frame.setPayload(text.octets)
            records.append(copy)
        }
    }

    /// Messages of the transaction: the request, its responses, an ACK of the same number.
    mutating func transaction(_ selection: SIPSelection) -> [CapturedSIP] {
        let chosen = messages(selection)
        return messages.filter { message in
            chosen.contains {
                $0.text.callID == message.text.callID && $0.text.cseq == message.text.cseq
                    && $0.text.fromTag == message.text.fromTag
            }
        }
    }
}

// MARK: - Media

extension CaptureEditor {
    /// Packets of media in order of the records.
    public var media: [CapturedMedia] {
        let endpoints = mediaEndpoints()
        let sip = Set(messages.map(\.place))
        return records.enumerated().compactMap { index, record in
            guard !sip.contains(index), let payload = record.frame.payload, let source = record.frame.source,
                let destination = record.frame.destination
            else { return nil }
            let sender = endpoints[source] ?? endpoints[destination]?.other
            return CapturedMedia(
                place: index, time: record.time, source: source, destination: destination, sender: sender,
                kind: Self.kind(payload, isKnown: sender != nil), payload: payload)
        }
    }

    private static func kind(_ payload: [UInt8], isKnown: Bool) -> CapturedMedia.Kind {
        guard let first = payload.first, isKnown else { return .other }
        if first >> 6 == 2, payload.count >= 12 { return .rtp }
        return .udptl
    }

    /// Packets of this kind, sender and time.
    public mutating func media(
        _ kind: CapturedMedia.Kind? = nil, from sender: Party? = nil, after start: Instant? = nil,
        before end: Instant? = nil
    ) -> [CapturedMedia] {
        let chosen = media.filter { packet in
            (kind == nil || packet.kind == kind) && (sender == nil || packet.sender == sender)
                && start.map { packet.time > $0 } ?? true && end.map { packet.time < $0 } ?? true
        }
        if chosen.isEmpty { complain("no such media") }
        return chosen
    }

    public mutating func dropMedia(
        _ kind: CapturedMedia.Kind? = nil, from sender: Party? = nil, after start: Instant? = nil,
        before end: Instant? = nil, where isUnwanted: (CapturedMedia) -> Bool = { _ in true }
    ) {
        drop(places: media(kind, from: sender, after: start, before: end).filter(isUnwanted).map(\.place))
    }

    /// Changes payloads.
    public mutating func editMedia(
        _ kind: CapturedMedia.Kind? = nil, from sender: Party? = nil, after start: Instant? = nil,
        before end: Instant? = nil, _ change: (inout [UInt8], CapturedMedia) -> Void
    ) {
        for packet in media(kind, from: sender, after: start, before: end) {
            var payload = packet.payload
            change(&payload, packet)
            if payload != packet.payload { records[packet.place].frame.setPayload(payload) }
        }
    }

    /// Signalling and media of one party alone, as a capture on one direction shows them.
    public mutating func keepOnly(from sender: Party) {
        let sip = messages.filter { $0.sender != sender }.map(\.place)
        drop(places: sip + media.filter { $0.sender == sender.other }.map(\.place))
    }
}
