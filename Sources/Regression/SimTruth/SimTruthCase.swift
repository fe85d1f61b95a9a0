import FaxCore
import FaxDSP
import FaxStation
import Simulator

/// One simulated call with one fault (or none), in surroundings that its seed chose.
public struct SimTruthCase: Sendable {
    public var fault: SimulatedFault?
    public var party: Party
    public var transport: CallScenario.Transport
    public var seed: UInt64

    public init(fault: SimulatedFault?, party: Party, transport: CallScenario.Transport, seed: UInt64) {
        self.fault = fault
        self.party = party
        self.transport = transport
        self.seed = seed
    }

    /// As `faxprobe simulate --fault` names it.
    public var name: String { fault.map { "\($0.name)@\(party.rawValue)" } ?? "none" }

    /// Every fault on every transport by every party that it is meant for, `seeds` times; and calls without a fault.
    public static func all(seeds: Int, only: String? = nil) -> [SimTruthCase] {
        var cases: [SimTruthCase] = []
        for seed in 0..<UInt64(max(1, seeds)) {
            for transport in CallScenario.Transport.allCases {
                cases.append(SimTruthCase(fault: nil, party: .callee, transport: transport, seed: seed))
            }
            for fault in FaultBook.faults {
                for transport in fault.transports {
                    for party in fault.parties {
                        cases.append(SimTruthCase(fault: fault, party: party, transport: transport, seed: seed))
                    }
                }
            }
        }
        guard let only else { return cases }
        return cases.filter { $0.name.contains(only) }
    }

    public static func document() throws -> SimulatedDocument {
        try SimulatedDocument([TextLikePage(heightPx: 400, seed: 5).bitmap()])
    }

    /// The seed chooses the side that the capture is taken at, error correction, delay and modems: what is true of a
    /// fault has to be true in any of them. Four seeds in a row have both sides with and without error correction.
    func trial(_ document: SimulatedDocument) throws -> CallTrial {
        let fingerprint = name.utf8.reduce(seed) { ($0 &* 31) &+ UInt64($1) }
        var random = SeededRandom(seed: fingerprint)
        var scenario = CallScenario(document: document)
        scenario.transport = transport
        let delay = Duration.milliseconds(20 + Int(random.unit() * 100))
        (scenario.forth.delay, scenario.back.delay) = (delay, delay)
        let tap: WorldCapture.Tap = seed % 2 == 0 ? .answerer : .caller
        let hasECM = seed / 2 % 2 == 0
        // Without ECM libspandsp's gateway takes V.21 behind a page of V.29 for V.29: a fault of its own, v29-without-ecm.
        let maySlow = hasECM || transport == .t38 || transport == .g711
        let modems: [FaxStation.Modem] =
            random.chance(0.25) && maySlow ? [.v27ter, .v29] : FaxStation.Modem.allCases
        for path in [\CallScenario.caller, \CallScenario.answerer] {
            scenario[keyPath: path].hasECM = hasECM
            scenario[keyPath: path].modems = modems
        }
        try fault?.apply(to: &scenario, by: party)
        scenario.limit = .seconds(400)
        return CallTrial(scenario, seed: seed &* 1_000 &+ 1, tap: tap)
    }
}

extension SimTruthCase {
    /// The capture of the call.
    public func pcapng(_ document: SimulatedDocument) throws -> [UInt8] {
        guard let capture = try trial(document).run().capture else { throw CouldNotCapture() }
        return capture.pcapng(comment: "\(name) \(transport.rawValue) \(seed)")
    }
}
