import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

/// One side of a gateway's call: its SIP dialog, its descriptions and what carries its media. A class, because what
/// flows through it changes with every packet.
final class GatewayLeg {
    enum Carrier {
        case none
        case audio(AudioLeg)
        case t38(T38Leg)
    }

    /// Where the gateway's own offer of T.38 stands.
    enum Wish {
        case idle
        /// It is to be made as soon as nothing else is open.
        case wanted
        case asked
        case refused
    }

    let side: GatewayCall.Side
    var sip: SIPCall
    var session: MediaSession
    private(set) var carrier = Carrier.none
    var wish = Wish.idle
    /// The numbering of audio goes on when it comes back.
    private var restingAudio: AudioLeg?
    /// IFP packets lost for good in T.38 that is over.
    private var unrecoveredBefore = 0
    private(set) var lastMedia: FaxCall.Media?
    private(set) var ending: SIPEnding?
    /// Media datagrams that came and went.
    private(set) var received = 0
    var sent = 0
    /// Without a state of libspandsp it is deaf: the other side has to ask for T.38.
    private var listener: FaxSignalListener?
    private var control: V21Receiver?
    private var heard: Set<FaxSignalListener.Signal> = []

    init(_ side: GatewayCall.Side, _ settings: GatewaySettings, agent: SIPAgent, random: inout SeededRandom) {
        self.side = side
        sip = SIPCall(agent: agent, random: SeededRandom(seed: random.next()))
        session = MediaSession(
            address: (side == .near ? settings.near : settings.far).mediaAddress,
            identifier: UInt32(truncatingIfNeeded: random.next() & 0x7FFF_FFFF),
            capabilities: settings.capabilities(side))
        listener = FaxSignalListener()
        control = V21Receiver()
    }

    var audio: AudioLeg? {
        if case .audio(let leg) = carrier { leg } else { nil }
    }

    var t38: T38Leg? {
        if case .t38(let leg) = carrier { leg } else { nil }
    }

    var media: FaxCall.Media? {
        switch carrier {
        case .none: nil
        case .audio: .audio
        case .t38: .t38
        }
    }

    var unrecovered: Int { unrecoveredBefore + (t38?.receiver.unrecovered ?? 0) }

    // MARK: - What was agreed on

    /// Goes over to audio. `false`: it is there already, or there is nowhere to send to.
    func useAudio(_ agreed: AgreedAudio, _ settings: GatewaySettings, random: inout SeededRandom) -> Bool {
        guard let remote = agreed.remote else { return false }
        if let audio {
            audio.move(to: remote)
            return false
        }
        unrecoveredBefore = unrecovered
        let leg =
            restingAudio
            ?? AudioLeg(
                agreed, remote: remote, settings: settings.audio, latches: settings.latchesMedia, random: &random)
        leg.move(to: remote)
        restingAudio = nil
        carrier = .audio(leg)
        lastMedia = .audio
        return true
    }

    /// Goes over to T.38. `false`: it is there already, or there is nowhere to send to.
    func useT38(_ agreed: AgreedT38, _ settings: GatewaySettings) -> Bool {
        guard let remote = agreed.remote else { return false }
        if let t38 {
            t38.move(to: remote)
            return false
        }
        restingAudio = audio
        carrier = .t38(
            T38Leg(agreed, remote: remote, settings: settings.t38, faults: .none, latches: settings.latchesMedia))
        lastMedia = .t38
        return true
    }

    func end(_ ending: SIPEnding) {
        unrecoveredBefore = unrecovered
        carrier = .none
        self.ending = ending
    }

    // MARK: - What it hears

    func count(_ datagram: [UInt8]) { received += 1 }

    /// Whether this is the first of its kind on this side.
    func isNew(_ signal: FaxSignalListener.Signal) -> Bool { heard.insert(signal).inserted }

    /// What is in samples of its audio: tones, and frames of the control channel.
    func listen(_ samples: [Int16]) -> (signals: [FaxSignalListener.Signal], frames: [[UInt8]]) {
        let signals = listener?.hear(samples) ?? []
        var frames: [[UInt8]] = []
        for event in control?.receive(samples.span) ?? [] {
            if case .frame(let frame, levelDBm0: _) = event, frame.crcOK { frames.append(frame.octets) }
        }
        return (signals, frames)
    }
}
