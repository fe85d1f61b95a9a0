import FaxCore
import FaxDSP
import FaxWire

/// A fax call between two engines with nothing between them: the yardstick for what all else costs. Pages are in memory.
public struct BareCall: Sendable {
    public enum Failure: Error, Sendable {
        case noEngine
        /// The call did not end within ``BareCall/limitSeconds``.
        case endless
    }

    public struct Outcome: Sendable {
        public var caller: FaxStationReport
        public var answerer: FaxStationReport
        /// The TIFF that the answerer wrote; empty when it wrote none.
        public var received: [UInt8]
        /// Of simulated time.
        public var seconds: Double
        /// Of this thread: making the engines, the call, reading the pages back.
        public var cpuSeconds: Double
        /// IFP packets, or packets of audio, of both sides.
        public var packets: Int
    }

    public var caller = FaxStation(.caller)
    public var answerer = FaxStation(.answerer)
    /// The TIFF that the caller sends.
    public var document: [UInt8]
    public var limitSeconds = 600

    static let step = 160

    public init(document: [UInt8]) {
        self.document = document
        caller.identification = "+1 555 0100"
        answerer.identification = "+1 555 0200"
    }

    /// Two ``T38Terminal``s: each packet of one is the other's in the same step.
    public func t38(_ channel: T38Channel = T38Channel()) throws -> Outcome {
        try measured { caller, answerer in
            guard var caller = T38Terminal(caller, channel: channel),
                var answerer = T38Terminal(answerer, channel: channel)
            else { throw Failure.noEngine }
            var packets: [T38Outgoing] = []
            var (fromCaller, fromAnswerer) = (0, 0)
            while !caller.isDone || !answerer.isDone {
                guard caller.sampleCount < limitSeconds * 8_000 else { throw Failure.endless }
                caller.step(samples: Self.step, into: &packets)
                for packet in packets {
                    answerer.receive(packet.octets.span.bytes, sequence: fromCaller)
                    fromCaller += 1
                }
                packets.removeAll(keepingCapacity: true)
                answerer.step(samples: Self.step, into: &packets)
                for packet in packets {
                    caller.receive(packet.octets.span.bytes, sequence: fromAnswerer)
                    fromAnswerer += 1
                }
                packets.removeAll(keepingCapacity: true)
            }
            let samples = caller.sampleCount
            caller.hangUp()
            answerer.hangUp()
            return Run(
                caller: caller.report, answerer: answerer.report, samples: samples, packets: fromCaller + fromAnswerer)
        }
    }

    /// Two ``FaxEngine``s: what one sends in a step the other hears in the next, through µ-law.
    public func audio() throws -> Outcome {
        try measured { caller, answerer in
            guard var caller = FaxEngine(caller), var answerer = FaxEngine(answerer) else { throw Failure.noEngine }
            var (forth, back) = ([Int16](repeating: 0, count: Self.step), [Int16](repeating: 0, count: Self.step))
            var octets = [UInt8](repeating: 0, count: Self.step)
            while !caller.isDone || !answerer.isDone {
                guard caller.sampleCount < limitSeconds * 8_000 else { throw Failure.endless }
                caller.step(&back)
                answerer.step(&forth)
                swap(&forth, &back)
                Self.throughMuLaw(&forth, &octets)
                Self.throughMuLaw(&back, &octets)
            }
            let samples = caller.sampleCount
            caller.hangUp()
            answerer.hangUp()
            return Run(
                caller: caller.report, answerer: answerer.report, samples: samples, packets: samples / Self.step * 2)
        }
    }

    private static func throughMuLaw(_ samples: inout [Int16], _ octets: inout [UInt8]) {
        octets.withUnsafeMutableBufferPointer { octets in
            samples.withUnsafeBufferPointer { G711.muLaw.encode($0, into: octets) }
        }
        samples.withUnsafeMutableBufferPointer { G711.muLaw.decode(octets.span.bytes, into: $0) }
    }

    struct Run {
        var caller: FaxStationReport
        var answerer: FaxStationReport
        var samples: Int
        var packets: Int
    }

    func measured(_ run: (FaxStation, FaxStation) throws -> Run) throws -> Outcome {
        let start = ThreadClock.now
        let sent = try MemoryFile(document)
        let received = try MemoryFile()
        var (caller, answerer) = (caller, answerer)
        caller.documentPath = sent.path
        answerer.receptionPath = received.path
        let result = try run(caller, answerer)
        return Outcome(
            caller: result.caller, answerer: result.answerer, received: try received.octets(),
            seconds: Double(result.samples) / 8_000, cpuSeconds: (ThreadClock.now - start).inSeconds,
            packets: result.packets)
    }
}
