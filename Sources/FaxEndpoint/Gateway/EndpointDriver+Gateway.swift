import FaxCore
import FaxProtocol
import FaxStation
import FaxWire

// Calls that are passed on to another side, through the gateway between T.38 and G.711.
extension EndpointDriver {
    /// The target is one destination to the cost guard, whatever numbers are called there.
    /// - Parameter callID: of the INVITE that came.
    func makeGatewayCall(
        _ profile: GatewayProfile, callID: String, from source: SIPPath
    ) throws -> LiveGatewayCall {
        let number = takeNumber()
        let target = profile.destination
        try costs.admit(call: number, to: target.uri, at: target.path.endpoint, now: LiveClock.now)
        do {
            let call = try makeGatewayCall(profile, number: number, from: source)
            call.onFarCall = { [weak self] in self?.farCalls[$0] = callID }
            watchCosts()
            return call
        } catch {
            endCosts(of: number)
            throw error
        }
    }

    private func makeGatewayCall(
        _ profile: GatewayProfile, number: Int, from source: SIPPath
    ) throws -> LiveGatewayCall {
        let near = try leg(towards: source)
        let far: (leg: GatewaySettings.Leg, ports: MediaPorts.Pair)
        do {
            far = try leg(towards: profile.destination.path)
        } catch {
            MediaPorts.close(near.ports)
            throw error
        }
        expect(profile.destination)
        let settings = profile.settings(near: near.leg, far: far.leg)
        return LiveGatewayCall(
            GatewayCall(settings, random: SeededRandom(seed: random.next())), number: number, peer: source,
            near: near.ports, far: far.ports, host: self, loop: loop)
    }

    private func leg(
        towards peer: SIPPath
    ) throws -> (leg: GatewaySettings.Leg, ports: MediaPorts.Pair) {
        guard let agent = agent(towards: peer) else { throw NoPort(peer: peer) }
        let ports = try openMedia(towards: peer)
        let leg = GatewaySettings.Leg(
            agent: agent, mediaAddress: agent.path.endpoint.address, audioPort: ports.rtp.endpoint.port,
            t38Port: ports.udptl.endpoint.port)
        return (leg, ports)
    }
}
