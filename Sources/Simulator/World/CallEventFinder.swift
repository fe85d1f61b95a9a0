import FaxCore
import FaxDSP
import FaxStation
import FaxWire

/// Tells the paths of a world what the call is doing, for outages that are aimed at it. What the engines hand to their
/// modems or packets, and what they take, is known at once; when the carrier after it begins follows from T.30.
final class CallEventFinder {
    private let calls: [FaxCall]
    private var framesSeen = [0, 0]
    private var hasUDPTL = false
    /// The sender said that another page follows.
    private var hasMorePages = false

    /// T.30 5.3.2.2: silence between the message channel and the carrier of high speed.
    private static let pause = Duration.milliseconds(75)

    init(_ caller: FaxCall, _ answerer: FaxCall) { calls = [caller, answerer] }

    func watch(_ nodes: [StationNode], _ world: World) {
        for (index, node) in nodes.enumerated() {
            node.onEvent = { [self, unowned world] event in follow(event, of: index, world) }
        }
        let previous = world.onSend
        world.onSend = { [self, unowned world] transit in
            previous?(transit)
            look(transit, world)
        }
    }

    private func follow(_ event: FaxCall.Event, of index: Int, _ world: World) {
        switch event {
        case .answered where index == 0: world.note(.answer)
        case .offeredT38: world.note(.reinvite)
        // T.30 4.3.3.2 lets the called station wait 0.2 s before CED.
        case .mediaBegan: index == 0 ? world.note(.cng) : world.note(.ced, after: .milliseconds(200))
        case .calling, .incoming, .ringing, .answered, .t38Refused, .refusedT38, .offeredAudio, .audioRefused,
            .faxEnded, .hungUp, .ended, .trouble:
            break
        }
    }

    private func look(_ transit: World.Transit, _ world: World) {
        noteUDPTL(transit, world)
        for (index, call) in calls.enumerated() where call.frameCount != framesSeen[index] {
            let frames = call.report.frames
            // Another engine began anew.
            if frames.count < framesSeen[index] { framesSeen[index] = 0 }
            for frame in frames[framesSeen[index]...] { note(frame, isCaller: index == 0, world) }
            framesSeen[index] = frames.count
        }
    }

    /// What a B2BUA sends was sent before by a station.
    private func noteUDPTL(_ transit: World.Transit, _ world: World) {
        guard !hasUDPTL, calls.indices.contains(transit.sender) else { return }
        let sender = calls[transit.sender]
        guard sender.media == .t38, transit.datagram.source.port == sender.settings.t38Port else { return }
        hasUDPTL = true
        world.note(.udptl)
    }

    private func note(_ frame: FaxStationReport.Frame, isCaller: Bool, _ world: World) {
        let read = T30Frame(lax: frame.octets)
        guard let signal = read.signal else { return }
        if frame.isSent {
            noteSent(signal, frame, world)
        } else if isCaller {
            noteAnswer(signal, world)
        }
        guard frame.isSent, isCaller else { return }
        switch (signal, read.command) {
        case (.mps, _), (.eom, _), (.pps, .mps), (.pps, .eom), (.pps, .null): hasMorePages = true
        case (.eop, _), (.pps, _): hasMorePages = false
        default: break
        }
    }

    private func noteSent(_ signal: FacsimileControl, _ frame: FaxStationReport.Frame, _ world: World) {
        switch signal {
        case .dis: world.note(.dis)
        case .dcs:
            world.note(.dcs)
            world.note(.tcf, after: Self.length(of: frame) + Self.pause + Self.training(of: frame))
        case .cfr: world.note(.cfr)
        case .ftt: world.note(.ftt)
        case .mcf: world.note(.mcf)
        case .ppr: world.note(.ppr)
        case .dcn: world.note(.dcn)
        case .eop, .mps, .eom, .pps: world.note(.postPage)
        default: break
        }
    }

    /// What lets the sender's page begin.
    private func noteAnswer(_ signal: FacsimileControl, _ world: World) {
        switch signal {
        case .cfr, .ctr, .ppr: world.note(.page, after: Self.pause)
        case .mcf where hasMorePages: world.note(.page, after: Self.pause)
        default: break
        }
    }

    /// Of the modem that a DCS names, long form, before the first bit of TCF.
    private static func training(of dcs: FaxStationReport.Frame) -> Duration {
        let command = DigitalCommand(information: T30Frame(lax: dcs.octets).information)
        switch command.modulation?.modem {
        // V.17 5.1: 3,344 symbol intervals at 2,400 baud.
        case .v17: return .milliseconds(1_393)
        // V.29 8: 608 symbol intervals at 2,400 baud.
        case .v29: return .milliseconds(253)
        // V.27 ter 2.5.1 at 1,600 and 1,200 baud.
        case .v27ter: return command.modulation?.rateBps == 2_400 ? .milliseconds(943) : .milliseconds(708)
        default: return .zero
        }
    }

    /// On the line at 300 bit/s, with FCS and flags.
    private static func length(of frame: FaxStationReport.Frame) -> Duration {
        .milliseconds((frame.octets.count + 4) * 8 * 1_000 / 300)
    }
}
