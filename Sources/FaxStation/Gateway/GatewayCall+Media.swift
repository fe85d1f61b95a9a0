import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

// What offer and answer came to on each side, and the packets that follow.
extension GatewayCall {
    /// Both ends of a leg agree: T.38 where it stands, else audio.
    func use(_ agreed: AgreedMedia, _ side: Side) {
        guard let leg = leg(side), leg.ending == nil else { return }
        if let t38 = agreed.t38 {
            guard leg.useT38(t38, settings) else { return }
            leg.wish = .idle
            begin(side, .t38, channel: settings.t38.channel(t38))
        } else if let audio = agreed.audio {
            let cameBack = leg.media == .t38
            guard leg.useAudio(audio, settings, random: &random) else { return }
            // Who takes T.38 back does not want it.
            if cameBack { leg.wish = .refused }
            begin(side, .audio, channel: nil)
        }
    }

    private func begin(_ side: Side, _ media: FaxCall.Media, channel: T38Channel?) {
        beginMedia()
        note(.mediaBegan(side, media))
        if let channel { self.channel = channel }
        join()
    }

    /// Puts between the sides what stands between such media.
    private func join() {
        switch (near.media, far?.media) {
        case (.audio, .audio):
            gateway = nil
            note(.relayBegan)
        case (.t38, .audio): beginGateway(t38: .near)
        case (.audio, .t38): beginGateway(t38: .far)
        case (_, _): gateway = nil
        }
    }

    private func beginGateway(t38 side: Side) {
        gateway = T38Gateway(settings.gateway, channel: channel)
        guard gateway != nil else {
            note(.trouble("libspandsp gives no T.38 gateway"))
            return hangUpBoth()
        }
        note(.gatewayBegan(t38: side))
    }

    // MARK: - Packets

    func receiveMedia(_ datagram: [UInt8], _ port: FaxCall.Port, _ side: Side, from source: Endpoint) {
        guard let leg = leg(side) else { return }
        leg.count(datagram)
        switch (leg.carrier, port) {
        case (.audio(let audio), .rtp):
            audio.receive(datagram.span.bytes, from: source, at: now)
            guard let other = self.leg(side.other), let next = other.audio else { return }
            next.pass(datagram.span.bytes, from: audio) { emit($0, .rtp, other, $1) }
        case (.t38(let t38), .udptl):
            t38.receive(datagram.span.bytes, from: source, at: now) { take($1, sequence: $0) }
        case (.none, _), (.audio, _), (.t38, _):
            // Leftovers of what flowed before, or early.
            break
        }
    }

    func expire(_ side: Side) {
        guard let t38 = leg(side)?.t38, let due = t38.deadline, due <= now else { return }
        t38.expire(at: now) { take($1, sequence: $0) }
    }

    private func take(_ packet: RawSpan, sequence: Int) {
        if observed.awaitsImage {
            let reading = IFPPacket.read(packet, form: channel.version < 2 ? .v1998 : .v2002).value
            if case .data(let type, _)? = reading.packet, type != .v21 { observed.noteImage() }
        }
        gateway?.receive(packet, sequence: sequence)
        takeFrames()
    }

    private func emit(_ datagram: [UInt8], _ port: FaxCall.Port, _ leg: GatewayLeg, _ remote: Endpoint) {
        leg.sent += 1
        outputs.append(.media(datagram, from: port, of: leg.side, to: remote))
    }

    // MARK: - The gateway's clock

    /// The next 20 ms.
    func step() {
        if gateway != nil {
            stepGateway()
        } else {
            for side in Side.allCases { listen(side) }
        }
        offerT38()
    }

    private func stepGateway() {
        guard let audioSide = Side.allCases.first(where: { leg($0)?.audio != nil }), let line = leg(audioSide),
            let audio = line.audio, let network = leg(audioSide.other), let t38 = network.t38
        else { return }
        audio.pull(into: &samples, at: now)
        gateway?.step(&samples, into: &packets)
        takeFrames()
        audio.send(samples) { emit($0, .rtp, line, $1) }
        guard !packets.isEmpty else { return }
        if packets.contains(where: { $0.category == .imageData }) { observed.noteImage() }
        t38.send(packets) { emit($0, $1, network, $2) }
        packets.removeAll(keepingCapacity: true)
    }

    private func takeFrames() {
        guard let t38Side = Side.allCases.first(where: { leg($0)?.t38 != nil }) else { return }
        for frame in gateway?.takeFrames() ?? [] {
            observe(frame.octets, from: frame.isFromModem ? t38Side.other : t38Side)
        }
    }

    /// Audio that is only passed on is heard all the same: for what tells that a fax begins, and for its frames.
    private func listen(_ side: Side) {
        guard let leg = leg(side), let audio = leg.audio else { return }
        audio.pull(into: &samples, at: now)
        let heard = leg.listen(samples)
        for frame in heard.frames { observe(frame, from: side) }
        for signal in heard.signals {
            if leg.isNew(signal) { note(.heard(side, signal)) }
            if isReason(signal) { wishForT38() }
        }
    }

    private func isReason(_ signal: FaxSignalListener.Signal) -> Bool {
        switch (settings.offer, signal) {
        case (.never, _), (.ced, .cng), (.invite, .cng): false
        case (.ced, _), (.cng, _), (.invite, _): true
        }
    }

    private func observe(_ frame: [UInt8], from side: Side) {
        switch observed.take(frame, from: side) {
        case .trained:
            if let sender = observed.sender, let command = observed.command { note(.trained(command, sender: sender)) }
        case .page(let number): note(.page(number))
        case nil: break
        }
    }
}
