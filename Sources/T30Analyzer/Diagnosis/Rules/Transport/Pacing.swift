import FaxCore
import FaxWire
import PcapDecode

/// How evenly a sender of T.38 sends the data of image modems against the rate that it told.
struct Pacing {
    /// One signal of an image modem.
    private struct Signal {
        var type: T38DataType
        var first: IFPTrace.Item
        var packets: [IFPTrace.Item] = []
    }

    private struct Fault {
        var text: String
        var frame: FrameRef
        var measure: Finding.Measure
    }

    /// Bits of a second against the rate.
    private static let fastest = 1.5
    private static let slowest = 0.95
    /// ECM frames travel without flags, checks and stuffing.
    private static let slowestOfFrames = 0.75
    private static let longestPause = 0.2
    private static let window = 1.0

    private let stream: MediaStream
    private let facts: CallFacts

    init(_ stream: MediaStream, _ facts: CallFacts) {
        self.stream = stream
        self.facts = facts
    }

    var finding: Finding? {
        guard let log = stream.t38, stream.quirks.allSatisfy({ $0.name != "packet-truncated" }) else { return nil }
        let faults = signals(IFPTrace(log).items).compactMap(fault)
        guard let first = faults.first else { return nil }
        let isCause = facts.isFailed
        return Finding(
            "udptl-pacing-burst", .transport, isCause ? .warning : .note, .strong, "Page data sent unevenly",
            because: "\(counted(faults.count, "signal")) of \(stream.sender): \(first.text)"
                + (faults.count > 1 ? ", and more like it." : "."),
            remedy: "Let the sender keep to the modem's rate by a precise timer; look for a busy host.",
            measures: [first.measure], party: stream.direction, frames: faults.map(\.frame))
    }

    /// Signals whose packets all came themselves: what was repaired came late.
    private func signals(_ items: [IFPTrace.Item]) -> [Signal] {
        var found: [Signal] = []
        var current: Signal?
        var next: Int?
        for item in items {
            let follows = next.map { $0 == item.sequence } ?? true
            next = item.sequence + 1
            guard case .data(let type, _, let ends) = item.content, type != .v21, item.origin == .primary, follows
            else {
                current = nil
                continue
            }
            if current?.type != type { current = Signal(type: type, first: item) }
            current?.packets.append(item)
            if ends {
                if let whole = current { found.append(whole) }
                current = nil
            }
        }
        return found
    }

    private func fault(_ signal: Signal) -> Fault? {
        guard let rate = signal.type.rateBps, let last = signal.packets.last,
            (last.time - signal.first.time).inSeconds >= Self.window
        else { return nil }
        return pause(signal) ?? burst(signal, rate) ?? crawl(signal, rate)
    }

    private func pause(_ signal: Signal) -> Fault? {
        let steps = zip(signal.packets, signal.packets.dropFirst())
        guard let worst = steps.max(by: { $0.1.time - $0.0.time < $1.1.time - $1.0.time }) else { return nil }
        let seconds = (worst.1.time - worst.0.time).inSeconds
        guard seconds > Self.longestPause else { return nil }
        return Fault(
            text: "a pause of \(decimal(seconds * 1_000, 0)) ms inside \(signal.type.name) data", frame: worst.1.frame,
            measure: .init("pause", seconds * 1_000, "ms", threshold: Self.longestPause * 1_000))
    }

    /// More bits in a second than the modem can have sent.
    private func burst(_ signal: Signal, _ rate: Int) -> Fault? {
        var start = 0
        var octets = 0
        var most = (octets: 0, frame: signal.first.frame)
        for (index, packet) in signal.packets.enumerated() {
            octets += Self.octets(packet)
            while start < index, (packet.time - signal.packets[start].time).inSeconds >= Self.window {
                octets -= Self.octets(signal.packets[start])
                start += 1
            }
            if octets > most.octets { most = (octets, packet.frame) }
        }
        let share = Double(most.octets * 8) / (Double(rate) * Self.window)
        guard share > Self.fastest else { return nil }
        return Fault(
            text: "\(most.octets * 8) bits of \(signal.type.name) data in a second, the modem sends \(rate)",
            frame: most.frame, measure: .init("rate", share * 100, "%", threshold: Self.fastest * 100))
    }

    /// Fewer bits in all than the modem must send in the time.
    private func crawl(_ signal: Signal, _ rate: Int) -> Fault? {
        guard let last = signal.packets.last, !removesFillBits else { return nil }
        let seconds = (last.time - signal.first.time).inSeconds
        let octets = signal.packets.dropLast().reduce(0) { $0 + Self.octets($1) }
        let share = Double(octets * 8) / (Double(rate) * seconds)
        guard share < (isFramed ? Self.slowestOfFrames : Self.slowest) else { return nil }
        return Fault(
            text:
                "\(octets * 8) bits of \(signal.type.name) data in \(decimal(seconds, 1)) s, \(decimal(share * 100, 0)) % of "
                + "the modem's rate",
            frame: signal.first.frame, measure: .init("rate", share * 100, "%", threshold: Self.slowest * 100))
    }

    private var isFramed: Bool { facts.fax.ecm != false }

    private var removesFillBits: Bool { facts.agreedSwitch?.answer?.fillBitRemoval == true }

    private static func octets(_ item: IFPTrace.Item) -> Int {
        if case .data(_, let octets, _) = item.content { return octets }
        return 0
    }
}
