import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire

// Calls of soft modems.
extension EndpointDriver {
    /// Makes a call for a modem that dialled; not yet begun. `nil`: it cannot be tried, and why has been told.
    func dial(_ destination: SIPDestination, _ modem: LiveModem) -> LiveCall? {
        guard !isStopping else { return nil }
        let peer = destination.path
        do {
            let call = try makeCall(FaxStation(.caller), purpose: .modem(modem), peer: peer, destination: destination)
            tell(call.number, .began(uri: destination.uri, peer: peer.endpoint, isIncoming: false))
            return call
        } catch {
            tell(nil, .trouble("\(error)"))
            return nil
        }
    }

    /// A call for a modem rings there.
    func ring(for call: any HostedCall, _ invite: SIPMessage) {
        guard let call = call as? LiveCall, case .modem(let modem) = call.purpose, !call.call.hasEnded else { return }
        modem.ring(call, information: modems?.information(on: invite) ?? [])
    }

    func begin(_ call: LiveCall) {
        call.start()
        if let id = call.call.callID { calls[id] = call }
    }

    /// The engine's place is the modem's; it decides when to answer.
    func prepare(_ call: inout FaxCallSettings, for modem: LiveModem) {
        call.answersItself = false
        if let number = modem.number { call.agent.user = number }
    }
}
