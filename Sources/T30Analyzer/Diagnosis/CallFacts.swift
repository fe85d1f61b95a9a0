import FaxCore
import FaxWire
import PcapDecode

/// What the rules ask of a call, worked out once.
struct CallFacts {
    let call: Call
    let fax: FaxSession
    /// Of media on several hops those of the hop that the fax was read from, as in `rtp`.
    let t38: [MediaStream]
    let rtp: [MediaStream]
    /// Gaps of T.38 that nothing repaired, with what they hit.
    let losses: [LossHit]
    /// T.30 frames that were whole, in order of time; image frames left out.
    let commands: [T30Message]
    /// What each party said on the control channel, turn by turn.
    let turns: [Turn]
    /// Requests of the dialog with their responses.
    let exchanges: [SIPExchange]
    /// INVITE and UPDATE inside the call: whatever may offer media anew.
    let reoffers: [SIPExchange]
    /// Those that offer T.38.
    let imageOffers: [SIPExchange]
    /// When the call was over: BYE, CANCEL or refusal, else its last packet.
    let end: Instant

    init(call: Call, fax: FaxSession) {
        let call = call.told(by: fax)
        self.call = call
        self.fax = fax
        t38 = call.streams.filter { $0.t38 != nil && !$0.isOtherHop }
        rtp = call.streams.filter { $0.isAudioOfRTP && !$0.isOtherHop }
        losses = LossHit.all(t38, fax)
        commands = fax.commands
        turns = Turn.all(fax)
        exchanges = SIPExchange.all(call.signalling.steps)
        reoffers = exchanges.filter { Self.isReoffer($0, of: call.signalling) }
        imageOffers = reoffers.filter(\.offersImage)
        end = call.signalling.endTime ?? call.lastTime
    }

    var signalling: Signalling { call.signalling }
    /// A fax was tried, and not every page arrived; where the capture ends inside the fax, the rest may have come later.
    var isFailed: Bool { fax.hasFailed }

    /// The switch to T.38 that both sides agreed to.
    var agreedSwitch: T38Switch? { signalling.t38Switch.flatMap { $0.isAccepted ? $0 : nil } }

    private static func isReoffer(_ exchange: SIPExchange, of signalling: Signalling) -> Bool {
        guard exchange.request.method == "INVITE" || exchange.request.method == "UPDATE" else { return false }
        guard let answered = signalling.answerTime else { return signalling.startsMidCall }
        return exchange.request.time > answered
    }

    /// The exchange in which T.38 was agreed.
    var agreedExchange: SIPExchange? {
        agreedSwitch.flatMap { agreed in exchanges.first { $0.request.frame == agreed.offerFrame } }
    }

    /// When audio alone was agreed again.
    func audioAgain(after time: Instant) -> Instant? {
        signalling.mediaChanges.first {
            $0.time > time && $0.to == .audio && $0.status.map { (200..<300).contains($0) } ?? false
        }?.time
    }

    func agent(of party: Party) -> String? { party == .caller ? signalling.callerAgent : signalling.calleeAgent }

    /// The agent of that party names one of these makers, in any case.
    func agent(of party: Party, names makers: String...) -> Bool {
        guard let agent = agent(of: party)?.lowercased() else { return false }
        return makers.contains { agent.contains($0) }
    }

    /// What the fault did to the fax: an error where the fax failed.
    func severity(onSuccess other: Finding.Severity = .note) -> Finding.Severity { isFailed ? .error : other }

    /// Audio of that party that this analyser listens to.
    func heardAudio(of party: Party) -> [MediaStream] {
        rtp(of: party).filter { stream in
            stream.codec.map { ["PCMU", "PCMA", "L16"].contains($0.uppercased()) } ?? false
        }
    }

    /// The capture shows something that this party sent: media or signalling.
    func sees(_ party: Party) -> Bool {
        call.streams.contains { $0.direction == party } || signalling.steps.contains { $0.from == party }
    }

    func t38(of party: Party) -> [MediaStream] { t38.filter { $0.direction == party } }
    func rtp(of party: Party) -> [MediaStream] { rtp.filter { $0.direction == party } }

    func messages(_ name: String) -> [T30Message] { commands.filter { $0.name == name } }

    /// Last moment at which page data was on the line.
    var lastImageData: (time: Instant, frame: FrameRef?)? {
        let data = fax.signals.filter { $0.name == "page data" }.map { (time: $0.end, frame: $0.lastFrame) }
        let frames = fax.messages.filter(\.isImageFrame).map { (time: $0.end, frame: $0.lastFrame) }
        return (data + frames).max { $0.time < $1.time }
    }
}

extension FaxSession {
    /// Pages that were not confirmed in a capture that shows the fax to its end.
    var hasFailed: Bool { outcome == .failed || (outcome == .partial && !isCut) }
}

extension Party {
    var inWords: String { rawValue }
}

/// A share as `3.2 %`.
func percentText(_ part: Int, of whole: Int) -> String {
    guard whole > 0 else { return "–" }
    let tenths = (Double(part) / Double(whole) * 1000).rounded()
    let value = Int(tenths)
    return "\(value / 10).\(value % 10) %"
}

func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
