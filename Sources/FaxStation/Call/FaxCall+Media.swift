import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

// What offer and answer came to, and the packets that follow.
extension FaxCall {
    /// Both sides agree: T.38 where it stands, else audio.
    func use(_ agreed: AgreedMedia) {
        if let t38 = agreed.t38 {
            useT38(t38)
        } else if let audio = agreed.audio {
            useAudio(audio)
        } else {
            note(.trouble("nothing was agreed on that can carry a fax"))
            command(.hangUp(nil))
        }
    }

    private func useAudio(_ agreed: AgreedAudio) {
        guard let remote = agreed.remote else { return }
        if case .audio(let leg) = leg { return leg.move(to: remote) }
        guard machine.useAudio() else { return fail("libspandsp gives no fax engine") }
        schedule.cancel(.giveUpOnT38)
        forgetCompletion()
        keepFigures()
        leg = .audio(
            AudioLeg(
                agreed, remote: remote, settings: settings.audio, latches: settings.latchesMedia, random: &random))
        beginMedia()
        lastMedia = .audio
        note(.mediaBegan(.audio))
    }

    private func useT38(_ agreed: AgreedT38) {
        guard let remote = agreed.remote else { return }
        if case .t38(let leg) = leg { return leg.move(to: remote) }
        guard machine.useT38(settings.t38.channel(agreed)) else { return fail("libspandsp gives no T.38 engine") }
        forgetCompletion()
        keepFigures()
        if case .audio(let audio) = leg, settings.faults.udptl.keepsRTP { lingering = audio }
        leg = .t38(
            T38Leg(
                agreed, remote: remote, settings: settings.t38, faults: settings.faults, latches: settings.latchesMedia)
        )
        beginMedia()
        lastMedia = .t38
        note(.mediaBegan(.t38))
        if let silence = settings.transport.t38Silence { schedule.add(.giveUpOnT38, at: now + silence) }
        if let delay = settings.faults.signalling.offersAgain { schedule.add(.offerAgain, at: now + delay) }
    }

    private func fail(_ text: String) {
        note(.trouble(text))
        command(.hangUp(nil))
    }

    // MARK: - Packets

    func receiveMedia(_ datagram: [UInt8], _ port: Port, from source: Endpoint) {
        lastActivity = now
        switch (leg, port) {
        case (.audio(let leg), .rtp): leg.receive(datagram.span.bytes, from: source, at: now)
        case (.t38(let leg), .udptl):
            leg.receive(datagram.span.bytes, from: source, at: now) { machine.receive($1, sequence: $0) }
        case (.none, _), (.audio, _), (.t38, _):
            // Leftovers of what flowed before, or early.
            break
        }
    }

    func expireT38() {
        guard case .t38(let leg) = leg else { return }
        leg.expire(at: now) { machine.receive($1, sequence: $0) }
    }

    /// The engine's next 20 ms.
    func step() {
        switch leg {
        case .none: break
        case .audio(let leg):
            machine.stepAudio { samples in
                leg.pull(into: &samples, at: now)
            } say: { samples in
                guard !settings.faults.line.isMute else { return }
                leg.send(samples) { outputs.append(.send($0, from: .rtp, to: $1)) }
            }
        case .t38(let leg):
            machine.stepT38 { packets in
                lastActivity = now
                leg.send(packets) { outputs.append(.send($0, from: $1, to: $2)) }
            }
            lingering?.send(Self.silence) { outputs.append(.send($0, from: .rtp, to: $1)) }
        }
        if machine.isDone { finishFax() }
    }

    /// What jitter buffer and gateway hold when the call ends.
    func playRest() {
        for step in 1...Self.restSteps {
            switch leg {
            case .none: return
            case .audio(let leg):
                machine.stepAudio {
                    leg.pull(into: &$0, at: now + .milliseconds(20) * step)
                } say: { _ in
                }
            case .t38: machine.stepT38 { _ in }
            }
        }
    }

    /// Steps of 20 ms: a frame that a gateway has whole is played in less.
    private static let restSteps = 75

    private static let silence = [Int16](repeating: 0, count: FaxMachine.stepSamples)

    /// T.30 is over: the caller hangs up soon, the answerer when the caller does not.
    private func finishFax() {
        noteCompletion()
        let isCaller = settings.station.role == .caller
        schedule.add(.hangUp, at: now + (isCaller ? settings.hangUpDelay : settings.answererPatience))
    }
}
