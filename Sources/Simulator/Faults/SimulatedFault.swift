import FaxCore
import FaxStation

/// A fault of the field by a name: what it changes in a scenario, and what an analysis of the call has to say of it.
public struct SimulatedFault: Sendable {
    public typealias Change = @Sendable (inout CallScenario, Party) throws(NetworkSpecError) -> Void

    public var name: String
    /// What it imitates, in a few words.
    public var imitates: String
    /// Failure modes of the catalogue that it is an instance of.
    public var catalogue: [String]
    /// Where it makes a difference.
    public var transports: [CallScenario.Transport]
    /// Whose fault it can be, the usual one first. Of faults of the network: whose packets are hit.
    public var parties: [Party]
    public var expected: Expectation
    public internal(set) var kind = Kind.network
    private let change: Change

    /// What is not as it should be.
    public enum Kind: Sendable, Hashable {
        /// Messages of SIP, descriptions of sessions.
        case signalling
        /// What is sent over UDPTL.
        case packets
        /// Sound, and how it is played.
        case line
        case network
    }

    /// What is true of the diagnosis of such a call, and why an expert takes it.
    public struct Expectation: Sendable, Hashable {
        /// Where the call fails: the root causes that name the fault.
        public var causes: [String]
        /// The same where the capture cannot show the fault itself: what strikes the packets of one side strikes behind
        /// the capture, or it lies on the line behind a gateway (``behindGateway``).
        public var beyond: [String]
        public var behindGateway: [String]
        /// The same where packets of T.38 are lost and no numbers show it.
        public var withoutGap: [String]
        /// Found in every such call, whatever became of it.
        public var always: [String]
        /// The same only where the usual party has the fault: the other one has no chance to show it.
        public var alwaysOfUsual: [String]
        /// The packets that come to the party are struck, not those that it sends.
        public var strikesReceiver: Bool
        /// Why other ids than the fault's own are taken.
        public var reason: String

        public init(
            causes: [String] = [], beyond: [String] = [], behindGateway: [String] = [], withoutGap: [String] = [],
            always: [String] = [], alwaysOfUsual: [String] = [], strikesReceiver: Bool = false,
            because reason: String = ""
        ) {
            self.causes = causes
            self.beyond = beyond
            self.behindGateway = behindGateway
            self.withoutGap = withoutGap
            self.always = always
            self.alwaysOfUsual = alwaysOfUsual
            self.strikesReceiver = strikesReceiver
            self.reason = reason
        }
    }

    /// The root causes that name the fault in a failed call that was captured there. `showsGap`: packets of T.38 are
    /// missing in the numbers of the capture.
    public func causes(
        on transport: CallScenario.Transport, by party: Party, seenAt tap: WorldCapture.Tap, showsGap: Bool
    ) -> [String] {
        let struck = expected.strikesReceiver ? party.other : party
        let isBehind = (tap == .caller) == (struck == .caller)
        let isRelayed = transport == .gateway || (transport == .gatewayTerminal && party == .caller)
        return expected.causes + (isBehind ? expected.beyond : []) + (isRelayed ? expected.behindGateway : [])
            + (transport == .g711 || showsGap ? [] : expected.withoutGap)
    }

    /// Found in every call with this fault of that party.
    public func alwaysFound(by party: Party) -> [String] {
        expected.always + (party == parties.first ? expected.alwaysOfUsual : [])
    }

    /// What that party sends leaves it as its engine made it, though the fault is `owner`'s.
    public func spares(_ party: Party, of owner: Party) -> Bool {
        switch kind {
        case .network: true
        case .signalling, .packets, .line: party != owner
        }
    }

    /// The numbers in the packets are part of the fault.
    public var renumbers: Bool { ["udptl-restarts", "udptl-port-moves"].contains(name) }

    init(
        _ name: String, _ imitates: String, _ catalogue: [String], on transports: [CallScenario.Transport],
        by parties: [Party] = [.callee, .caller], _ expected: Expectation, _ change: @escaping Change
    ) {
        self.name = name
        self.imitates = imitates
        self.catalogue = catalogue
        self.transports = transports
        self.parties = parties
        self.expected = expected
        self.change = change
    }

    /// A peer that is not as it should be.
    static func peer(
        _ name: String, _ imitates: String, _ catalogue: [String],
        on transports: [CallScenario.Transport] = CallScenario.Transport.overT38,
        by parties: [Party] = [.callee, .caller],
        _ expected: Expectation, _ change: @escaping @Sendable (inout CallScenario.StationOptions) -> Void
    ) -> SimulatedFault {
        SimulatedFault(name, imitates, catalogue, on: transports, by: parties, expected) { scenario, party in
            change(&scenario[party])
        }
    }

    /// Something that the network does to the packets of one side; `text` as on the command line.
    static func network(
        _ name: String, _ imitates: String, _ catalogue: [String], _ text: String,
        on transports: [CallScenario.Transport] = CallScenario.Transport.allCases,
        by parties: [Party] = [.callee, .caller], _ expected: Expectation
    ) -> SimulatedFault {
        SimulatedFault(name, imitates, catalogue, on: transports, by: parties, expected) {
            (scenario, party) throws(NetworkSpecError) in
            let path = party == .caller ? scenario.forth : scenario.back
            let changed = try NetworkSpec(path.text + " " + text)
            if party == .caller { scenario.forth = changed } else { scenario.back = changed }
        }
    }

    /// Puts the fault into a scenario. `party`: whose; `nil`: the usual one's.
    public func apply(to scenario: inout CallScenario, by party: Party? = nil) throws(NetworkSpecError) {
        try change(&scenario, party ?? parties.first ?? .callee)
    }
}

extension CallScenario {
    subscript(party: Party) -> StationOptions {
        get { party == .caller ? caller : answerer }
        set { if party == .caller { caller = newValue } else { answerer = newValue } }
    }
}

extension CallScenario.Transport {
    /// Those in which T.38 is agreed on.
    public static let overT38: [Self] = [.t38, .gateway, .gatewayTerminal]
    /// Those in which a fax machine hangs on a line.
    static let withLine: [Self] = [.g711, .gateway]
}

/// Every fault by its name.
public enum FaultBook {
    public static let faults =
        of(.signalling, signalling + descriptions) + of(.packets, ifp + udptl) + of(.line, line) + of(.network, network)

    private static func of(_ kind: SimulatedFault.Kind, _ faults: [SimulatedFault]) -> [SimulatedFault] {
        faults.map { fault in
            var fault = fault
            fault.kind = kind
            return fault
        }
    }

    public static func fault(named name: String) -> SimulatedFault? { faults.first { $0.name == name } }
}

extension SimulatedFault {
    /// The same expectation, and nothing is put in: what a judge has to notice.
    public static func none(like fault: SimulatedFault) -> SimulatedFault {
        SimulatedFault(
            "none", "nothing", fault.catalogue, on: fault.transports, by: fault.parties, fault.expected
        ) { _, _ in }
    }
}
