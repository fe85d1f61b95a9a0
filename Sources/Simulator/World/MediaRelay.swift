import FaxCore
import FaxWire

/// The media ports of a ``B2BUANode``: descriptions are given its address, and packets go on to where the other leg's
/// description says.
struct MediaRelay {
    private enum Kind: Int, CaseIterable { case audio, t38 }

    private let address: IPAddress
    /// Where each leg wants its packets.
    private var remotes: [Int: Endpoint] = [:]

    /// Of the inward leg; those of the outward one are ten higher.
    private static let firstPort: UInt16 = 20_000

    init(address: IPAddress) { self.address = address }

    var endpoints: [Endpoint] {
        B2BUANode.Side.allCases.flatMap { side in Kind.allCases.map { endpoint(side, $0) } }
    }

    private func endpoint(_ side: B2BUANode.Side, _ kind: Kind) -> Endpoint {
        Endpoint(address, Self.firstPort + UInt16(side.rawValue * 10 + kind.rawValue * 2))
    }

    private func key(_ side: B2BUANode.Side, _ kind: Kind) -> Int {
        side.rawValue * Kind.allCases.count + kind.rawValue
    }

    /// The description of one leg as the other one gets it.
    mutating func pass(_ description: SessionDescription, from side: B2BUANode.Side) -> SessionDescription {
        var passed = description
        let family = address.isV4 ? "IP4" : "IP6"
        let connection = SDPConnection(family: family, address: address.description)
        passed.connection = connection
        passed.origin?.address = address.description
        for (place, line) in description.media.enumerated() where line.port != 0 {
            guard let kind = line.isT38 ? Kind.t38 : line.isAudio ? .audio : nil else { continue }
            remotes[key(side, kind)] = description.endpoint(of: line)
            passed.media[place].port = endpoint(side.other, kind).port
            passed.media[place].connection = nil
        }
        return passed
    }

    /// A packet that came to one of our ports, as it leaves on the other leg; `nil`: it is not ours, or nobody wants it.
    func relay(_ datagram: SimulatedDatagram) -> SimulatedDatagram? {
        for side in B2BUANode.Side.allCases {
            for kind in Kind.allCases where endpoint(side, kind) == datagram.destination {
                guard let remote = remotes[key(side.other, kind)] else { return nil }
                return SimulatedDatagram(from: endpoint(side.other, kind), to: remote, datagram.octets)
            }
        }
        return nil
    }
}
