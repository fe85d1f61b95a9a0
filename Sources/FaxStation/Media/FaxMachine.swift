import FaxCore
import FaxDSP
import FaxWire

/// The fax engine of a call on whatever carries it: modems on audio, IFP packets on T.38, modems behind a gateway, or a
/// terminal whose T.30 is not ours. Goes on in steps of equal length. A class, because the engines are handles to C and
/// have one owner.
final class FaxMachine {
    private let station: FaxStation
    private let terminal: FaxCallSettings.Terminal
    private var modems: FaxEngine?
    private var t38: T38Terminal?
    private var gateway: T38Gateway?
    /// In the place of engines of our own.
    private let outside: (any LineTerminal)?
    private var line: FaultyLine
    private var samples = [Int16](repeating: 0, count: FaxMachine.stepSamples)
    private var packets: [T38Outgoing] = []
    /// Of T.30 engines that were given up for another.
    private(set) var earlier: [FaxStationReport] = []

    static let stepSamples = 160

    init(
        _ station: FaxStation, _ terminal: FaxCallSettings.Terminal, _ faults: LineFaults,
        outside: (any LineTerminal)?
    ) {
        line = FaultyLine(faults)
        self.outside = outside
        self.station = station
        switch (terminal, outside) {
        // It has modems only.
        case (.onNetwork, .some): self.terminal = .behindGateway(T38Gateway.Configuration())
        case (.onNetwork, nil), (.behindGateway, _): self.terminal = terminal
        }
    }

    /// Goes over to audio; modems that were there go on. `false`: libspandsp gives no engine.
    func useAudio() -> Bool {
        gateway = nil
        if outside != nil { return true }
        if t38 != nil { giveUpTerminal() }
        if modems == nil { modems = FaxEngine(station) }
        return modems != nil
    }

    /// Goes over to T.38. A terminal on the network begins its T.30 anew; a fax machine behind a gateway notices nothing.
    func useT38(_ channel: T38Channel) -> Bool {
        switch terminal {
        case .onNetwork:
            if modems != nil {
                earlier.append(report)
                modems = nil
            }
            if t38 == nil { t38 = T38Terminal(station, channel: channel) }
            return t38 != nil
        case .behindGateway(let configuration):
            if modems == nil, outside == nil { modems = FaxEngine(station) }
            if gateway == nil { gateway = T38Gateway(configuration, channel: channel) }
            return (modems != nil || outside != nil) && gateway != nil
        }
    }

    private func giveUpTerminal() {
        earlier.append(report)
        t38 = nil
    }

    /// A step on audio: `exchange` puts what was said in its place for what is heard.
    func stepAudio(hear: (inout [Int16]) -> Void, say: ([Int16]) -> Void) {
        hear(&samples)
        stepModems()
        say(samples)
    }

    /// A step on T.38: `send` takes the packets that are due.
    func stepT38(send: ([T38Outgoing]) -> Void) {
        if gateway != nil {
            // What the gateway's modems said in the last step is heard in this one.
            stepModems()
            gateway?.step(&samples, into: &packets)
        } else {
            t38?.step(samples: Self.stepSamples, into: &packets)
        }
        guard !packets.isEmpty else { return }
        send(packets)
        packets.removeAll(keepingCapacity: true)
    }

    /// The modems hear what is in `samples`, and say what is in it then.
    private func stepModems() {
        line.hear(&samples)
        if let outside { outside.step(&samples) } else { modems?.step(&samples) }
        line.say(&samples)
    }

    func receive(_ packet: RawSpan, sequence: Int) {
        if gateway != nil {
            gateway?.receive(packet, sequence: sequence)
        } else {
            t38?.receive(packet, sequence: sequence)
        }
    }

    var isDone: Bool {
        if t38 != nil { return t38?.isDone ?? false }
        return modems?.isDone ?? false
    }

    /// Of the engine that is at work, or was last.
    var report: FaxStationReport {
        if t38 != nil { return t38?.report ?? FaxStationReport() }
        return modems?.report ?? FaxStationReport()
    }

    var progress: FaxProgress {
        if t38 != nil { return t38?.progress ?? FaxProgress() }
        return modems?.progress ?? FaxProgress()
    }

    var frameCount: Int {
        if t38 != nil { return t38?.frameCount ?? 0 }
        return modems?.frameCount ?? 0
    }

    var completion: Int? { report.completion }

    /// What is on its way to a terminal outside when the call ends is still heard: the tail of a DCN, for example.
    var hearsTheRest: Bool { outside != nil }

    /// The line is gone: receptions are written to the end.
    func hangUp() {
        t38?.hangUp()
        modems?.hangUp()
    }
}
