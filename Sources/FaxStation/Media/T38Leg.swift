import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

/// IFP packets over UDPTL, numbered, protected, repaired; whose they are is ``FaxMachine``'s business.
struct T38Leg {
    private(set) var remote: Endpoint
    private(set) var sender: UDPTLSender
    private(set) var receiver: UDPTLReceiver
    private let repeats: T38Settings.Repeats
    var deadline: Instant? { receiver.deadline }

    init(_ agreed: AgreedT38, remote: Endpoint, settings: T38Settings) {
        self.remote = remote
        sender = UDPTLSender(
            correction: settings.correction(agreed.errorCorrection),
            maximumDatagram: agreed.remoteMaxDatagram ?? Self.usualDatagram)
        receiver = UDPTLReceiver(limits: settings.limits)
        repeats = settings.repeats
    }

    /// Where the other side does not say: what fits into any path without fragments.
    private static let usualDatagram = 1_400

    mutating func receive(_ datagram: RawSpan, at now: Instant, _ deliver: (Int, RawSpan) -> Void) {
        receiver.handle(datagram, time: now, frame: FrameRef(number: 0)) { delivery, octets in
            deliver(delivery.sequence, octets)
        }
    }

    /// Gives up waiting for what has not come.
    mutating func expire(at now: Instant, _ deliver: (Int, RawSpan) -> Void) {
        receiver.expire(at: now) { delivery, octets in deliver(delivery.sequence, octets) }
    }

    mutating func send(_ packets: [T38Outgoing], _ emit: ([UInt8], Endpoint) -> Void) {
        for packet in packets {
            switch repeats {
            case .none: emit(sender.send(packet.octets, category: packet.category), remote)
            case .sameNumber:
                let datagram = sender.send(packet.octets, category: packet.category)
                for _ in 0..<packet.transmissions { emit(datagram, remote) }
            case .newNumbers:
                for _ in 0..<packet.transmissions {
                    emit(sender.send(packet.octets, category: packet.category), remote)
                }
            }
        }
    }

    mutating func move(to remote: Endpoint) { self.remote = remote }
}

extension T38Settings {
    /// What was agreed on, with our own depths.
    fileprivate func correction(_ agreed: T38Parameters.ErrorCorrection) -> UDPTLSender.Correction {
        errorCorrections.first { $0.kind == agreed } ?? .none
    }
}

extension UDPTLSender.Correction {
    var kind: T38Parameters.ErrorCorrection {
        switch self {
        case .none: .none
        case .redundancy: .redundancy
        case .fec: .fec
        }
    }
}
