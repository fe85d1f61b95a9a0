import FaxCore
import FaxProtocol
import FaxWire
import NIOCore
import Simulator

/// One call through ``ImpairDriver``: both directions of its network, and the ports that stand for the media addresses
/// of its sides.
final class ImpairedLeg {
    enum Side { case caller, callee }

    /// A port of ours that stands for a media address of one side: what comes to it goes there.
    private struct Stand {
        var side: Side
        var line: Int
        var endpoint: Endpoint
        var port: UDPPort
    }

    let callID: String
    let seed: UInt64
    /// Where each side's SIP comes from.
    var caller: Endpoint
    let callee: Endpoint
    let began: Instant
    var lastSeen: Instant
    private var forth: NetworkPath
    private var back: NetworkPath
    private(set) var figures: ImpairedCall
    private var stands: [Stand] = []
    private let address: IPAddress
    private let limit: Int

    init(
        _ callID: String, caller: Endpoint, settings: ImpairSettings, seed: UInt64, address: IPAddress, at now: Instant
    ) {
        self.callID = callID
        self.seed = seed
        self.caller = caller
        self.address = address
        callee = settings.target
        limit = settings.limits.portsPerCall
        began = now
        lastSeen = now
        forth = NetworkPath(settings.forth, seed: seed, sender: .caller)
        back = NetworkPath(settings.back, seed: seed, sender: .callee)
        figures = ImpairedCall(callID: callID, seed: seed, forth: LinkFigures(), back: LinkFigures())
    }

    /// What becomes of a datagram that `side` sends; times count from when the call began.
    func carry(from side: Side, octetCount: Int, at time: Instant) -> Passage {
        switch side {
        case .caller:
            let passage = forth.carry(octetCount: octetCount, at: time)
            figures.forth.count(passage)
            return passage
        case .callee:
            let passage = back.carry(octetCount: octetCount, at: time)
            figures.back.count(passage)
            return passage
        }
    }

    /// The description of one side as the other one gets it: every address is one of ours.
    /// - Parameter open: makes a port for what comes to it.
    func pass(_ text: [UInt8], from side: Side, open: () -> UDPPort?) -> [UInt8] {
        let description = SessionDescription.lax(text.span.bytes).value
        var passed = description
        passed.connection = SDPConnection(family: address.isV4 ? "IP4" : "IP6", address: address.description)
        passed.origin?.address = address.description
        for (line, media) in description.media.enumerated() where media.port != 0 {
            guard let endpoint = description.endpoint(of: media), !endpoint.address.isUnspecified else { continue }
            passed.media[line].connection = nil
            passed.media[line].port = port(for: endpoint, of: side, line: line, open) ?? 0
        }
        return Array(passed.text.utf8)
    }

    private func port(for endpoint: Endpoint, of side: Side, line: Int, _ open: () -> UDPPort?) -> UInt16? {
        if let known = stands.firstIndex(where: { $0.side == side && $0.endpoint == endpoint }) {
            stands[known].line = line
            return stands[known].port.endpoint.port
        }
        guard stands.count < limit, let port = open() else { return nil }
        stands.append(Stand(side: side, line: line, endpoint: endpoint, port: port))
        return port.endpoint.port
    }

    /// Where a datagram that came to one of our ports goes, and from which: the one that stands for its sender, so that
    /// both sides see one port each way.
    func route(to port: UInt16, from source: Endpoint) -> (side: Side, from: UDPPort, to: Endpoint)? {
        guard let stand = stands.first(where: { $0.port.endpoint.port == port }) else { return nil }
        let others = stands.filter { $0.side != stand.side }
        let sender = others.first { $0.endpoint == source } ?? others.last { $0.line == stand.line }
        return (stand.side == .caller ? .callee : .caller, (sender ?? stand).port, stand.endpoint)
    }

    func close() { for stand in stands { stand.port.close() } }
}
