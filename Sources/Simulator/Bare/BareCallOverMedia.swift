import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

/// The same calls with UDPTL or RTP between the engines, and a network that has no time and loses what it is told to.
extension BareCall {
    /// Datagrams that do not arrive, by their sender and number from 0.
    public typealias Loss = (FaxStation.Role, Int) -> Bool

    /// What both receivers counted.
    public struct Carriage<Counts: Sendable>: Sendable {
        public var outcome: Outcome
        public var atCaller: Counts
        public var atAnswerer: Counts
    }

    public struct UDPTLCounts: Sendable, Hashable {
        public var sent = 0
        public var lost = 0
        public var recovered = 0
        public var unrecovered = 0
    }

    /// Two ``T38Terminal``s over UDPTL; each packet is sent as often as libspandsp asks for, or once.
    public func udptl(
        _ channel: T38Channel = T38Channel(), correction: UDPTLSender.Correction, repeatsPackets: Bool = false,
        losing: Loss = { _, _ in false }
    ) throws -> Carriage<UDPTLCounts> {
        var counts = (UDPTLCounts(), UDPTLCounts())
        let outcome = try measured { callerStation, answererStation in
            guard var caller = UDPTLEnd(callerStation, channel, correction),
                var answerer = UDPTLEnd(answererStation, channel, correction)
            else { throw Failure.noEngine }
            while !caller.terminal.isDone || !answerer.terminal.isDone {
                guard caller.terminal.sampleCount < limitSeconds * 8_000 else { throw Failure.endless }
                caller.step(to: &answerer, repeatsPackets) { losing(.caller, $0) }
                answerer.step(to: &caller, repeatsPackets) { losing(.answerer, $0) }
            }
            caller.terminal.hangUp()
            answerer.terminal.hangUp()
            counts = (caller.counts, answerer.counts)
            return Run(
                caller: caller.terminal.report, answerer: answerer.terminal.report,
                samples: caller.terminal.sampleCount, packets: counts.0.sent + counts.1.sent)
        }
        return Carriage(outcome: outcome, atCaller: counts.0, atAnswerer: counts.1)
    }

    /// Two ``FaxEngine``s over RTP, µ-law, 20 ms a packet, with a buffer each.
    public func rtp(
        _ settings: JitterBuffer.Settings, losing: Loss = { _, _ in false }
    ) throws -> Carriage<JitterBuffer.Statistics> {
        var counts = (JitterBuffer.Statistics(), JitterBuffer.Statistics())
        let outcome = try measured { callerStation, answererStation in
            guard var caller = RTPEnd(callerStation, settings, ssrc: 1),
                var answerer = RTPEnd(answererStation, settings, ssrc: 2)
            else { throw Failure.noEngine }
            while !caller.engine.isDone || !answerer.engine.isDone {
                guard caller.engine.sampleCount < limitSeconds * 8_000 else { throw Failure.endless }
                caller.step(to: &answerer) { losing(.caller, $0) }
                answerer.step(to: &caller) { losing(.answerer, $0) }
            }
            caller.engine.hangUp()
            answerer.engine.hangUp()
            counts = (caller.receiver.buffer.statistics, answerer.receiver.buffer.statistics)
            return Run(
                caller: caller.engine.report, answerer: answerer.engine.report, samples: caller.engine.sampleCount,
                packets: caller.sent + answerer.sent)
        }
        return Carriage(outcome: outcome, atCaller: counts.0, atAnswerer: counts.1)
    }

    private static func time(ofSample sample: Int) -> Instant { SampleClock(start: .zero).instant(ofSample: sample) }

    private struct UDPTLEnd: ~Copyable {
        var terminal: T38Terminal
        private var sender: UDPTLSender
        private var receiver = UDPTLReceiver(limits: .live)
        private var packets: [T38Outgoing] = []
        private var sent = 0

        init?(_ station: FaxStation, _ channel: T38Channel, _ correction: UDPTLSender.Correction) {
            guard let terminal = T38Terminal(station, channel: channel) else { return nil }
            self.terminal = terminal
            sender = UDPTLSender(correction: correction, maximumDatagram: 1_400)
        }

        var counts: UDPTLCounts {
            UDPTLCounts(
                sent: sent, lost: receiver.tracker.lost, recovered: receiver.recovered,
                unrecovered: receiver.unrecovered)
        }

        mutating func step(to other: inout UDPTLEnd, _ repeatsPackets: Bool, isLost: (Int) -> Bool) {
            expire()
            terminal.step(samples: BareCall.step, into: &packets)
            for packet in packets {
                for _ in 0..<(repeatsPackets ? packet.transmissions : 1) {
                    let datagram = sender.send(packet.octets, category: packet.category)
                    if !isLost(sent) { other.take(datagram) }
                    sent += 1
                }
            }
            packets.removeAll(keepingCapacity: true)
        }

        private mutating func expire() {
            guard let deadline = receiver.deadline else { return }
            let now = BareCall.time(ofSample: terminal.sampleCount)
            guard now >= deadline else { return }
            var ready: [(Int, [UInt8])] = []
            receiver.expire(at: now) { ready.append(($0.sequence, $1.copied())) }
            for (sequence, packet) in ready { terminal.receive(packet.span.bytes, sequence: sequence) }
        }

        private mutating func take(_ datagram: [UInt8]) {
            let now = BareCall.time(ofSample: terminal.sampleCount)
            receiver.handle(datagram.span.bytes, time: now, frame: FrameRef(number: 0)) { delivery, packet in
                terminal.receive(packet, sequence: delivery.sequence)
            }
        }
    }

    private struct RTPEnd: ~Copyable {
        var engine: FaxEngine
        var receiver: RTPReceiver
        private var sender: RTPSender
        private var samples = [Int16](repeating: 0, count: BareCall.step)
        private var datagrams: [[UInt8]] = []
        private(set) var sent = 0

        init?(_ station: FaxStation, _ settings: JitterBuffer.Settings, ssrc: UInt32) {
            guard let engine = FaxEngine(station) else { return nil }
            self.engine = engine
            receiver = RTPReceiver(settings)
            sender = RTPSender(RTPSender.Configuration(ssrc: ssrc))
        }

        mutating func step(to other: inout RTPEnd, isLost: (Int) -> Bool) {
            receiver.pull(into: &samples, at: BareCall.time(ofSample: engine.sampleCount))
            engine.step(&samples)
            sender.send(samples, into: &datagrams)
            for datagram in datagrams {
                if !isLost(sent) {
                    let now = BareCall.time(ofSample: other.engine.sampleCount)
                    other.receiver.handle(datagram.span.bytes, at: now)
                }
                sent += 1
            }
            datagrams.removeAll(keepingCapacity: true)
        }
    }
}
