import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

/// IFP packets over UDPTL, numbered, protected, repaired; whose they are is ``FaxMachine``'s business. A class, so that no
/// packet costs a copy of sender and receiver.
final class T38Leg {
    private var target: MediaTarget
    private(set) var sender: UDPTLSender
    private(set) var receiver: UDPTLReceiver
    private let repeats: T38Settings.Repeats
    private let ifpFaults: IFPFaultMaker
    private var udptlFaults: UDPTLFaultMaker
    private var datagrams: [[UInt8]] = []
    /// A packet of the other side was read.
    private(set) var hasHeard = false
    var deadline: Instant? { receiver.deadline }

    init(_ agreed: AgreedT38, remote: Endpoint, settings: T38Settings, faults: PeerFaults, latches: Bool) {
        ifpFaults = IFPFaultMaker(faults.ifp, version: agreed.version)
        udptlFaults = UDPTLFaultMaker(faults.udptl)
        target = MediaTarget(remote, latches: latches, portOffset: faults.udptl.portOffset)
        sender = UDPTLSender(
            correction: faults.udptl.omitsCopies ? .none : settings.correction(agreed.errorCorrection),
            maximumDatagram: faults.udptl.ignoresMaximum
                ? Self.usualDatagram : agreed.remoteMaxDatagram ?? Self.usualDatagram)
        sender.faults.duplicates = faults.udptl.duplicates
        receiver = UDPTLReceiver(limits: settings.limits)
        repeats = settings.repeats
    }

    /// Where the other side does not say: what fits into any path without fragments.
    private static let usualDatagram = 1_400

    func receive(
        _ datagram: RawSpan, from source: Endpoint, at now: Instant, _ deliver: (Int, RawSpan) -> Void
    ) {
        target.hear(from: source)
        receiver.handle(datagram, time: now, frame: FrameRef(number: 0)) { delivery, octets in
            hasHeard = true
            deliver(delivery.sequence, octets)
        }
    }

    /// Gives up waiting for what has not come.
    func expire(at now: Instant, _ deliver: (Int, RawSpan) -> Void) {
        receiver.expire(at: now) { delivery, octets in deliver(delivery.sequence, octets) }
    }

    /// `emit` gets a datagram, the port that it leaves from, and where it goes.
    func send(_ packets: [T38Outgoing], _ emit: ([UInt8], FaxCall.Port, Endpoint) -> Void) {
        for packet in ifpFaults.apply(packets) {
            switch repeats {
            case .none: number(packet, copies: 1, emit)
            case .sameNumber: number(packet, copies: packet.transmissions, emit)
            case .newNumbers: for _ in 0..<packet.transmissions { number(packet, copies: 1, emit) }
            }
        }
    }

    /// Gives a packet the next number and sends what comes of it.
    private func number(_ packet: T38Outgoing, copies: Int, _ emit: ([UInt8], FaxCall.Port, Endpoint) -> Void) {
        sender.send(packet.octets, category: packet.category, into: &datagrams)
        for datagram in datagrams {
            for _ in 0..<copies { pass(datagram, emit) }
        }
        datagrams.removeAll(keepingCapacity: true)
    }

    private func pass(_ datagram: [UInt8], _ emit: ([UInt8], FaxCall.Port, Endpoint) -> Void) {
        guard let datagram = udptlFaults.apply(datagram) else { return }
        emit(datagram, udptlFaults.hasMoved ? .stray : .udptl, target.remote)
    }

    func move(to remote: Endpoint) { target.move(to: remote) }
}

extension T38Settings {
    /// How the engine speaks what was agreed on.
    func channel(_ agreed: AgreedT38) -> T38Channel {
        var channel = channel
        channel.version = agreed.version
        channel.rateManagement = agreed.rateManagement == .localTCF ? .localTCF : .transferredTCF
        channel.removesFillBits = agreed.fillBitRemoval
        channel.maximumDatagram = agreed.remoteMaxDatagram
        return channel
    }

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
