import FaxCore
import FaxProtocol

extension MediaStream {
    /// The figures and oddities of a UDPTL receiver at its end (``UDPTLReceiver/finish(deliver:)`` called before).
    public mutating func take(_ receiver: UDPTLReceiver) {
        let figures = receiver.statistics
        packets = figures.packets
        statistics.take(receiver.tracker)
        statistics.recoveredByRedundancy = figures.recoveredByRedundancy
        statistics.recoveredByFEC = figures.recoveredByFEC
        statistics.recovered = receiver.recovered
        statistics.unrecovered = receiver.unrecovered
        statistics.malformedPackets = figures.malformed
        statistics.largestPacket = figures.packets > 0 ? figures.largestPacket : nil
        statistics.redundancyDepth = figures.commonestDepth
        if figures.withFEC > 0 {
            statistics.errorCorrection = .fec
        } else if figures.withRedundancy > 0 {
            statistics.errorCorrection = .redundancy
        } else if figures.withoutCorrection > 0 {
            statistics.errorCorrection = StreamStatistics.ErrorCorrection.none
        }
        quirks += figures.quirks.map { StreamQuirk(name: $0.quirk.rawValue, count: $0.count, frame: $0.frame) }
    }
}

extension T38Log {
    /// Appends an IFP packet as the UDPTL receiver hands it out.
    public mutating func append(_ delivery: UDPTLReceiver.Delivery, _ octets: RawSpan) {
        let origin: Origin =
            switch delivery.origin {
            case .primary: .primary
            case .secondary(let distance): .secondary(distance)
            case .fec: .fec
            }
        append(
            sequence: delivery.sequence, frame: delivery.frame, time: delivery.time, origin: origin, span: octets)
    }
}
