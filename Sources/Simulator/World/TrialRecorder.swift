import FaxCore

/// Keeps what a capture would have seen.
final class TrialRecorder {
    private(set) var capture: WorldCapture?
    private let place: Int
    private var missing = TapLossCounter()
    var tapLoss: TapLoss { missing.loss }

    init(tap: WorldCapture.Tap?) {
        capture = tap.map { _ in WorldCapture() }
        place =
            switch tap {
            case .caller, nil: 0
            case .answerer: 1
            case .b2bua: 2
            }
    }

    /// By the ports of ``CallTrial``.
    private static func medium(_ datagram: SimulatedDatagram) -> TapLossCounter.Medium? {
        switch datagram.source.port {
        case CallTrial.audioPort: .rtp
        case CallTrial.t38Port: .udptl
        default: nil
        }
    }

    func watch(_ world: World) {
        guard capture != nil else { return }
        world.onSend = { [self] transit in
            if transit.sender == place { capture?.add(transit.datagram, at: transit.time) }
            guard place < 2, transit.receiver == place, let medium = Self.medium(transit.datagram) else { return }
            missing.add(transit, media: medium)
        }
        world.onArrival = { [self] datagram, _, receiver, time in
            if receiver == place { capture?.add(datagram, at: time) }
        }
    }
}
