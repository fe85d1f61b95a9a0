import FaxCore
import FaxDSP

// What the modem is told to send and to hear.
extension ClassOneCall {
    /// Takes what T.30 wants.
    func follow() {
        for demand in session.takeDemands() {
            switch demand {
            // The modem sends them by itself (T.31 8.2).
            case .callingTone, .answerTone: break
            case .silence(let milliseconds): intent = .pause(milliseconds)
            case .send(let carrier):
                intent = .send(carrier)
                frames = []
                framesEnd = false
            case .hear(let carrier): intent = .hear(carrier)
            case .frame(let frame): frames.append(frame)
            case .endOfFrames: framesEnd = true
            case .done: intent = .done
            }
        }
    }

    /// Goes on as far as it can without another word of the modem.
    func advance() {
        while ending == nil, step() {}
    }

    /// `false`: there is nothing to do at the moment.
    private func step() -> Bool {
        switch state {
        case .sendingFrames:
            guard !frames.isEmpty else { return false }
            give(frames.removeFirst())
        case .framesSent:
            guard framesEnd else { return false }
            framesEnd = false
            state = .ready
            session.stepIsSent()
            follow()
        case .ready: return begin()
        case .commanded(.hear), .hearing:
            guard !isHearingWanted else { return false }
            output.append(DataLink.cancel)
            hasCarrier = false
            state = .aborting
        default: return false
        }
        return true
    }

    /// T.30 has not turned to something else meanwhile.
    private var isHearingWanted: Bool {
        guard case .hear(let wanted) = intent else { return intent == .nothing }
        switch state {
        case .commanded(.hear(let carrier)), .hearing(let carrier):
            return carrier == wanted || hearsFramesInstead && carrier.modem == .v21
        default: return true
        }
    }

    private func begin() -> Bool {
        switch intent {
        case .nothing: return false
        case .done: command("ATH", then: .hangingUp)
        case .pause(let milliseconds):
            intent = .nothing
            command("AT+FTS=\(max(1, min(255, milliseconds / 10)))", then: .commanded(.pause))
        case .send(let carrier):
            guard hasTurned else {
                hasTurned = true
                // 75 ms between carriers (T.30 5.3.2.2): behind our own, or until the other side is silent.
                command(spokeLast ? "AT+FTS=8" : "AT+FRS=7", then: .commanded(.turn))
                return true
            }
            intent = .nothing
            command(
                carrier.modem == .v21 ? "AT+FTH=3" : "AT+FTM=\(carrier.modulation)", then: .commanded(.send(carrier)))
        case .hear(let wanted):
            let carrier = hearsFramesInstead ? Self.frames(insteadOf: wanted) : wanted
            if wanted.modem == .v21 { hearsFramesInstead = false }
            command(
                carrier.modem == .v21 ? "AT+FRH=3" : "AT+FRM=\(carrier.modulation)", then: .commanded(.hear(carrier)))
        }
        return true
    }

    /// V.21 in the place of a fast carrier.
    private static func frames(insteadOf carrier: T30Session.Carrier) -> T30Session.Carrier {
        var frames = carrier
        (frames.modem, frames.rateBps, frames.isShort, frames.isHDLC) = (.v21, 300, false, true)
        return frames
    }

    private func give(_ frame: [UInt8]) {
        DataLink.shield(frame, into: &output)
        output += DataLink.end
        // The fifth bit of the control field says that no frame follows (T.30 5.3.5).
        state = .frameGiven(isFinal: frame.count > 1 && frame[1] & 0x10 != 0)
    }

    // MARK: - Results

    func take(_ result: ModemResult, _ text: String) {
        switch state {
        case .settingUp: setUp(result)
        case .waitingForRing: if result == .ring { command("ATA", then: .connecting) }
        case .connecting: connect(result, text)
        case .commanded(let operation): take(result, of: operation)
        case .frameGiven(let isFinal): frameWent(result, isFinal)
        case .octetsGiven:
            guard result != .ring else { return }
            finishStep(.ready)
        case .heard(let carrier): finish(carrier, result)
        case .aborting:
            guard result != .ring, result != .connect else { return }
            state = .ready
        case .hangingUp: if result == .ok || result == .error { end(.over) }
        case .ready, .resting, .sendingFrames, .framesSent, .sendingOctets:
            if result == .noCarrier { loseLine() }
        case .hearing: break
        }
    }

    private func take(_ result: ModemResult, of operation: Operation) {
        switch operation {
        case .pause: finishStep(.ready)
        case .turn: state = .ready
        case .send(let carrier):
            switch result {
            case .connect:
                (spokeLast, hasTurned) = (true, false)
                state = carrier.modem == .v21 ? .sendingFrames : .sendingOctets(from: now + settings.connectDelay)
            case .noCarrier: loseLine()
            // The silence before it was a command of its own on some modems: once more.
            case .ok: command(lastCommand, then: state)
            default: fail("the modem refuses \(lastCommand)")
            }
        case .hear(let carrier): took(result, carrier)
        }
    }

    private func took(_ result: ModemResult, _ carrier: T30Session.Carrier) {
        switch result {
        case .connect: listen(to: carrier)
        case .adapts:
            hearsFramesInstead = true
            state = .commanded(.hear(Self.frames(insteadOf: carrier)))
        case .otherCarrier:
            hearsFramesInstead = true
            state = .ready
        case .noCarrier, .ok, .error:
            if hasCarrier { loseCarrier(carrier) }
            state = .resting(now + Self.rest)
        default: break
        }
    }

    /// Before a modem that heard nothing is asked again.
    private static let rest = Duration.milliseconds(200)

    private func frameWent(_ result: ModemResult, _ isFinal: Bool) {
        switch result {
        case .connect: finishStep(.sendingFrames)
        case .ok: finishStep(.framesSent)
        case .noCarrier: loseLine()
        default: fail("the modem refuses a frame")
        }
    }

    func finishStep(_ next: State) {
        state = next
        session.stepIsSent()
        follow()
    }

    private func loseLine() {
        session.hangUp()
        end(.over)
    }

    // MARK: - Hearing

    func listen(to carrier: T30Session.Carrier) {
        (spokeLast, hasTurned) = (false, false)
        opener = DataLink.Opener()
        frame = []
        dropsLineFeed = true
        state = .hearing(carrier)
        guard !hasCarrier else { return }
        hasCarrier = true
        session.carrierIsUp(carrier)
        follow()
    }

    func hear(_ octet: UInt8, _ carrier: T30Session.Carrier) {
        if dropsLineFeed {
            dropsLineFeed = false
            if octet == 0x0A { return }
        }
        switch opener.take(octet) {
        case .octets(let octets):
            if carrier.modem != .v21 {
                session.receive(octets: octets[...], over: carrier)
                follow()
            } else if frame.count < Self.frameLimit {
                frame += octets
            }
        case .end: state = .heard(carrier)
        }
    }

    private func finish(_ carrier: T30Session.Carrier, _ result: ModemResult) {
        state = .ready
        guard carrier.modem == .v21 else { return loseCarrier(carrier) }
        let isGood = result == .ok && frame.count >= 5
        // Behind the frame stands its FCS.
        if frame.count >= 5 { session.receive(frame: frame.dropLast(2), isGood: isGood) }
        follow()
        let isFinal = frame.count > 1 && frame[1] & 0x10 != 0
        if result == .noCarrier || isGood && isFinal { loseCarrier(carrier) }
    }

    private func loseCarrier(_ carrier: T30Session.Carrier) {
        hasCarrier = false
        hearsFramesInstead = false
        session.carrierIsDown(carrier)
        follow()
    }
}

extension T30Session.Carrier {
    /// T.31 Table 4.
    var modulation: Int {
        switch (modem, rateBps) {
        case (.v21, _): 3
        case (.v27ter, _): rateBps / 100
        case (.v29, 7_200): 72
        case (.v29, _): 96
        case (.v17, 7_200): isShort ? 74 : 73
        case (.v17, 9_600): isShort ? 98 : 97
        case (.v17, 12_000): isShort ? 122 : 121
        case (.v17, _): isShort ? 146 : 145
        }
    }
}
