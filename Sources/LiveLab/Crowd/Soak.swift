import FaxCore
import FaxEndpoint
import Foundation
import Simulator
import Synchronization

/// A steady load for long, and what it does to the process.
public struct Soak: Sendable {
    public struct Sample: Sendable {
        /// Since the crowds stood.
        public var time: Duration
        public var figures: ProcessFigures
    }

    public struct Outcome: Sendable {
        /// In the order of ``Soak/crowds``.
        public var crowds: [CrowdOutcome] = []
        public var samples: [Sample] = []
        /// When everything was closed: what is still open that was not at the start.
        public var filesLeft: [String] = []
        /// What went on beside, from the first call to the last.
        public var beside: MachineTime.Shares?
    }

    /// T.38 and G.711 beside each other.
    public var crowds: [(transport: FaxTransport, atOnce: Int)] = [(.t38, 40), (.g711, 10)]
    public var time: Duration
    public var step = Duration.seconds(5)
    /// What the first calls take for good (tables, pools, caches) is no growth: samples begin after this.
    public var settling = Duration.seconds(120)
    public var onSample: @Sendable (Sample) -> Void = { _ in }

    public init(time: Duration) { self.time = time }

    public func run() throws -> Outcome {
        let openBefore = OpenFiles()
        let (machine, begin) = (MachineTime.now, ContinuousClock().now)
        let document = try SimulatedDocument.standard()
        let results = Mutex([Result<CrowdOutcome, any Error>?](repeating: nil, count: crowds.count))
        let left = Mutex(crowds.count)
        for (place, crowd) in crowds.enumerated() {
            var plan = CrowdPlan(
                crowd.transport, atOnce: crowd.atOnce, length: .hold(settling + time), ramp: .seconds(30),
                document: document)
            plan.comparesAtEnd = false
            plan.countsOnly = true
            let (fixed, folder) = (plan, URL.temporaryDirectory.appending(path: "faxlab-soak-\(UUID().uuidString)"))
            Thread.detachNewThread {
                let result = Result { try Crowd(fixed, folder: folder).run() }
                results.withLock { $0[place] = result }
                left.withLock { $0 -= 1 }
            }
        }
        var outcome = Outcome(samples: watch { left.withLock { $0 == 0 } })
        outcome.beside = MachineTime.now.since(machine, ContinuousClock().now - begin)
        outcome.crowds = try results.withLock { try $0.compactMap { try $0?.get() } }
        // Of one crowd: it may be something of another.
        for place in outcome.crowds.indices { outcome.crowds[place].filesLeft = [] }
        outcome.filesLeft = OpenFiles().since(openBefore)
        return outcome
    }

    /// Samples while the crowds stand; returns when they are gone.
    private func watch(_ isOver: () -> Bool) -> [Sample] {
        var samples: [Sample] = []
        let clock = ContinuousClock()
        // Both crowds gather for half a minute.
        let start = clock.now + .seconds(30) + settling
        var next = start
        while !isOver() {
            Thread.sleep(forTimeInterval: 0.2)
            guard clock.now >= next, clock.now - start < time else { continue }
            next += step
            let sample = Sample(time: clock.now - start, figures: .now)
            samples.append(sample)
            onSample(sample)
        }
        return samples
    }
}
