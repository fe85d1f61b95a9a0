import FaxCore
import FaxEndpoint
import FaxProtocol
import FaxStation
import Simulator

/// A network and a way to carry the fax through it: the same for real sockets and for virtual time.
public struct LiveSetting: Sendable {
    public var name: String
    public var transport: CallScenario.Transport
    /// Secondaries in each UDPTL packet; `nil`: audio.
    public var redundancy: Int?
    /// Of both directions, as `faxprobe impair` and `faxprobe simulate` take it.
    public var network: String

    /// Each is chosen so that some faxes get through and some do not, where the network can do that at all: where all
    /// succeed or none does, little can be told apart.
    public static let all = [
        LiveSetting(name: "loss, redundancy 1", transport: .t38, redundancy: 1, network: "loss=12% delay=60ms"),
        LiveSetting(name: "loss, no redundancy", transport: .t38, redundancy: 0, network: "loss=1% delay=60ms"),
        LiveSetting(
            name: "jitter and reordering", transport: .t38, redundancy: 0,
            network: "delay=60ms jitter=20ms:pareto order=free reorder=1%:400ms"),
        LiveSetting(name: "delay", transport: .t38, redundancy: 3, network: "delay=1200ms jitter=600ms"),
        LiveSetting(name: "bursts", transport: .t38, redundancy: 3, network: "loss=5% burst=6 delay=60ms"),
        LiveSetting(name: "loss in audio", transport: .g711, redundancy: nil, network: "loss=0.5% delay=60ms"),
    ]

    func spec() throws -> NetworkSpec { try NetworkSpec(network) }

    private var corrections: [UDPTLSender.Correction]? {
        redundancy.map { $0 == 0 ? [.none] : [.redundancy(.init(all: $0))] }
    }

    /// In virtual time.
    func scenario(_ document: SimulatedDocument) throws -> CallScenario {
        var scenario = CallScenario(document: document)
        scenario.transport = transport
        scenario.forth = try spec()
        scenario.back = scenario.forth
        if let corrections {
            scenario.caller.t38.errorCorrections = corrections
            scenario.answerer.t38.errorCorrections = corrections
        }
        return scenario
    }

    /// On sockets. `auto` is what the simulator's stations do: the answerer asks for T.38, and audio will do without it.
    var faxTransport: FaxTransport { transport == .g711 ? .g711 : .auto }

    /// What an endpoint needs to be as the simulator's stations are.
    func adjust(_ settings: inout EndpointSettings, limit: Duration) {
        settings.limits.callDuration = limit
        if let corrections { settings.t38.errorCorrections = corrections }
    }
}
