import FaxCore
import FaxProtocol
import FaxWire
import TestSupport

@testable import T30Analyzer

extension CaptureEditor {
    /// Sends the IFP packets of a party once more, with another error correction, and loses some of the datagrams; the
    /// capture must hold all of them. `change` may add, drop or alter packets before.
    mutating func resend(
        of party: Party, _ correction: UDPTLSender.Correction, losing lost: Set<Int> = [], maximumDatagram: Int = 1_400,
        firstSequence: UInt16 = 0, change: (inout [(time: Instant, octets: [UInt8])]) -> Void = { _ in }
    ) {
        let sent = datagrams(of: party)
        guard let template = sent.first.map({ records[$0.media.place] }) else { return }
        var packets = sent.map { (time: $0.media.time, octets: $0.packet.primary) }
        change(&packets)
        drop { record in sent.contains { $0.media.time == record.time && $0.media.payload == record.frame.payload } }
        var sender = UDPTLSender(
            correction: correction, maximumDatagram: maximumDatagram, firstSequence: firstSequence)
        for (index, packet) in packets.enumerated() {
            let octets = sender.send(packet.octets, category: Self.category(packet.octets))
            guard !lost.contains(index) else { continue }
            var record = template
            record.time = packet.time
            record.frame.renumber(by: UInt16(truncatingIfNeeded: 8_192 + index))
            record.frame.setPayload(octets)
            records.append(record)
        }
    }

    private static func category(_ octets: [UInt8]) -> UDPTLSender.Category {
        guard let packet = IFPPacket.read(octets.span.bytes, form: .v1998).value.packet,
            case .data(let type, let fields) = packet
        else { return .indicator }
        let isEnd = fields.allSatisfy { $0.octets.isEmpty } && fields.contains { $0.type.endsSignal }
        if type == .v21 { return isEnd ? .controlEnd : .controlData }
        return isEnd ? .imageEnd : .imageData
    }
}

/// Losses by the model of Gilbert: the same for the same seed.
struct GilbertLosses {
    var p: Double
    var r: Double
    var seed: UInt64

    /// Of so many packets; the first and the last ones arrive.
    func lost(of count: Int) -> Set<Int> {
        var random = SeededRandom(seed: seed)
        var isLosing = false
        var lost: Set<Int> = []
        for index in 0..<count {
            isLosing = isLosing ? !random.chance(r) : random.chance(p)
            if isLosing, index > 3, index < count - 3 { lost.insert(index) }
        }
        return lost
    }
}
