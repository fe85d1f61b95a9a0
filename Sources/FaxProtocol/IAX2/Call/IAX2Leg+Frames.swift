import FaxCore
import FaxWire

// What comes from the other side.
extension IAX2Leg {
    /// - Parameter datagram: that the frame was read from.
    mutating func receive(_ frame: IAX2FullFrame, _ datagram: RawSpan, at now: Instant) -> [Output] {
        var outputs: [Output] = []
        switch numbering.take(frame, at: now) {
        case .fresh: outputs += process(frame, datagram.extracting(frame.data), at: now)
        case .repeated: break
        case .ahead: if let octets = numbering.askAgain(at: now) { outputs.append(.send(octets)) }
        }
        outputs += numbering.repetitions(at: now).map(Output.send)
        // An ACK has to be there before anything unproven is trusted with it; INVAL ends all talk.
        if frame.command != .invalid, let octets = numbering.acknowledgement() { outputs.append(.send(octets)) }
        if numbering.hasFailed, !isOver { outputs += end(IAX2Ending(.neither, .silence), at: now) }
        return outputs
    }

    mutating func receive(_ frame: IAX2MiniFrame, _ datagram: RawSpan) -> [Output] {
        guard let format = heardFormat, hearsMedia else { return [] }
        return [
            .event(
                .voice(
                    IAX2Voice(
                        time: .mini(frame.timestamp), format: format,
                        octets: datagram.extracting(frame.data).copied())))
        ]
    }

    private var hearsMedia: Bool {
        switch state {
        case .accepted, .up: true
        case .calling, .challenged, .offered, .ringing, .over: false
        }
    }

    private mutating func process(_ frame: IAX2FullFrame, _ data: RawSpan, at now: Instant) -> [Output] {
        switch frame.kind {
        case .voice:
            heardFormat = frame.subclass
            guard hearsMedia else { return [] }
            let voice = IAX2Voice(time: .full(frame.timestamp), format: frame.subclass, octets: data.copied())
            return [.event(.voice(voice))]
        case .dtmfEnd: return isUp ? [.event(.digit(UInt8(truncatingIfNeeded: frame.subclass)))] : []
        case .control: return frame.control.map { process($0, at: now) } ?? []
        case .iax:
            guard let command = frame.command else { return unsupported(frame.subclass, at: now) }
            return process(command, frame, data, at: now)
        case .video, .null, .text, .image, .html, .comfortNoise, .modem, .dtmfBegin, nil: return []
        }
    }

    // MARK: - Control frames

    private mutating func process(_ control: IAX2Control, at now: Instant) -> [Output] {
        switch control {
        case .ringing: return isWaiting ? [.event(.ringing)] : []
        case .proceeding, .progress: return isWaiting ? [.event(.proceeding)] : []
        case .answer:
            guard case .accepted(let format) = state else { return [] }
            stand(format, at: now)
            return [.event(.answered(format: format))]
        case .busy: return refuse(.busy, at: now)
        case .congestion: return refuse(.congestion, at: now)
        case .hangup: return end(IAX2Ending(.them, .hungUp(nil, code: nil)), at: now)
        case .flash, .option, .hold, .unhold: return []
        }
    }

    /// A call of ours that has no answer yet.
    var isWaiting: Bool {
        switch state {
        case .calling, .accepted: true
        case .challenged, .offered, .ringing, .up, .over: false
        }
    }

    private mutating func refuse(_ cause: IAX2Ending.Cause, at now: Instant) -> [Output] {
        guard isWaiting else { return [] }
        return leave(IAX2Ending(.them, cause), "Normal Clearing", IAX2Ending.Code.normal, at: now)
    }

    /// Media flows from here on.
    mutating func stand(_ format: UInt64, at now: Instant) {
        state = .up(format: format)
        if heardFormat == nil { heardFormat = format }
        patience = nil
        pingDue = now + settings.timers.ping
    }

    // MARK: - IAX frames

    private mutating func process(
        _ command: IAX2Command, _ frame: IAX2FullFrame, _ data: RawSpan, at now: Instant
    ) -> [Output] {
        switch command {
        case .ping, .poke: return [.send(numbering.send(.pong, timestamp: frame.timestamp, at: now))]
        case .lagRequest: return [.send(numbering.send(.lagReply, timestamp: frame.timestamp, at: now))]
        case .pong:
            let milliseconds = Int32(bitPattern: numbering.milliseconds(at: now) &- frame.timestamp)
            numbering.note(roundTrip: .milliseconds(Int(milliseconds)))
            return []
        case .accept: return accepted(elements(data), at: now)
        case .authenticationRequest: return prove(elements(data), at: now)
        case .authenticationReply: return check(elements(data), at: now)
        case .callToken: return callAgain(elements(data), at: now)
        case .reject:
            let elements = elements(data)
            return end(IAX2Ending(.them, .rejected(elements.cause, code: elements.causeCode)), at: now)
        case .hangup:
            let elements = elements(data)
            return end(IAX2Ending(.them, .hungUp(elements.cause, code: elements.causeCode)), at: now)
        case .invalid: return invalid(at: now)
        case .transferRequest: return [.send(numbering.send(.transferReject, at: now))]
        case .new, .ack, .lagReply, .registrationRequest, .registrationAuthentication, .registrationAcknowledgement,
            .registrationReject, .registrationRelease, .voiceNotAcknowledged, .dialplanRequest, .dialplanReply, .dial,
            .transferConnect, .transferAccept, .transferReady, .transferRelease, .transferReject, .quelch, .unquelch,
            .unsupported, .transfer:
            return []
        }
    }

    private func elements(_ data: RawSpan) -> IAX2Elements { IAX2Elements.read(data).value }

    /// A subclass that nobody has told us of (§6.9.5).
    private mutating func unsupported(_ subclass: UInt64, at now: Instant) -> [Output] {
        var elements = IAX2Elements()
        elements.unknownCommand = Int(truncatingIfNeeded: subclass & 0xFF)
        return [.send(numbering.send(.unsupported, elements, at: now))]
    }

    private mutating func invalid(at now: Instant) -> [Output] {
        let outputs = end(IAX2Ending(.them, .unknownToPeer), at: now)
        // Nobody is there to acknowledge what still waits.
        state = .over(until: now)
        return outputs
    }
}
