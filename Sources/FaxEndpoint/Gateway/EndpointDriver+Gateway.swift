import FaxCore
import FaxProtocol
import FaxStation
import FaxWire

// Calls that are passed on to another side, through the gateway between T.38 and G.711.
extension EndpointDriver {
    /// - Parameter callID: of the INVITE that came.
    func makeGatewayCall(
        _ profile: GatewayProfile, callID: String, from source: Endpoint
    ) throws(MediaPorts.Exhausted) -> LiveGatewayCall {
        let target = profile.destination.path.endpoint
        let near = try leg(towards: source)
        let far: (leg: GatewaySettings.Leg, ports: MediaPorts.Pair)
        do {
            far = try leg(towards: target)
        } catch {
            MediaPorts.close(near.ports)
            throw error
        }
        let settings = profile.settings(near: near.leg, far: far.leg)
        let call = LiveGatewayCall(
            GatewayCall(settings, random: SeededRandom(seed: random.next())), number: takeNumber(), peer: source,
            near: near.ports, far: far.ports, host: self, loop: loop)
        call.onFarCall = { [weak self] in self?.farCalls[$0] = callID }
        return call
    }

    private func leg(
        towards peer: Endpoint
    ) throws(MediaPorts.Exhausted) -> (leg: GatewaySettings.Leg, ports: MediaPorts.Pair) {
        let ports = try openMedia()
        let agent = agent(towards: peer)
        let leg = GatewaySettings.Leg(
            agent: agent, mediaAddress: agent.path.endpoint.address, audioPort: ports.rtp.endpoint.port,
            t38Port: ports.udptl.endpoint.port)
        return (leg, ports)
    }
}
