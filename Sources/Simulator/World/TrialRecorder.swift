import FaxCore

/// Keeps what a capture would have seen.
final class TrialRecorder {
    private(set) var capture: WorldCapture?
    private let place: Int

    init(tap: WorldCapture.Tap?) {
        capture = tap.map { _ in WorldCapture() }
        place = tap == .answerer ? 1 : 0
    }

    func watch(_ world: World) {
        guard capture != nil else { return }
        world.onSend = { [self] transit in
            if transit.sender == place { capture?.add(transit.datagram, at: transit.time) }
        }
        world.onArrival = { [self] datagram, _, receiver, time in
            if receiver == place { capture?.add(datagram, at: time) }
        }
    }
}
