import FaxCore
import FaxWire

/// What broken peers do to IFP packets before they are sent. Nothing of it is done unless asked for.
public struct IFPFaults: Sendable, Hashable {
    public enum SignalEnd: Sendable, Hashable {
        case asItIs
        /// Ends of signals are left out: the field is taken out of its packet, and a packet of nothing else is not sent.
        case missing
        /// A packet that ends a signal is sent so many times more, under new numbers.
        case repeated(Int)
    }

    public var signalEnd = SignalEnd.asItIs
    /// Packets are written in this form, whatever was agreed; `nil`: as they are.
    public var writesForm: IFPForm?

    public static let repeatLimit = 10

    public init() {}

    /// The packets that go out instead of this one, which is of the form `form`. What does not read goes out as it is.
    public func apply(_ packet: [UInt8], form: IFPForm) -> [[UInt8]] {
        guard self != IFPFaults(),
            let read = try? IFPPacket(packet.span.bytes, form: form)
        else { return [packet] }
        switch signalEnd {
        case .asItIs:
            return [read.octets(form: writesForm ?? form) ?? packet]
        case .missing:
            guard let rest = withoutEnd(read) else { return [] }
            return [rest.octets(form: writesForm ?? form) ?? packet]
        case .repeated(let times):
            let copies = endsSignal(read) ? 1 + max(0, min(times, Self.repeatLimit)) : 1
            return [[UInt8]](repeating: read.octets(form: writesForm ?? form) ?? packet, count: copies)
        }
    }

    private func endsSignal(_ packet: IFPPacket) -> Bool {
        switch packet {
        case .indicator: false
        case .data(_, let fields): fields.contains { $0.type.endsSignal }
        }
    }

    /// `nil`: nothing is left of it.
    private func withoutEnd(_ packet: IFPPacket) -> IFPPacket? {
        guard case .data(let type, let fields) = packet, endsSignal(packet) else { return packet }
        let rest = fields.compactMap { field -> IFPPacket.Field? in
            switch field.type {
            case .hdlcSigEnd: nil
            case .hdlcFCSOKSigEnd: IFPPacket.Field(.hdlcFCSOK, field.octets)
            case .hdlcFCSBadSigEnd: IFPPacket.Field(.hdlcFCSBad, field.octets)
            case .t4NonECMSigEnd: field.octets.isEmpty ? nil : IFPPacket.Field(.t4NonECMData, field.octets)
            case .hdlcData, .hdlcFCSOK, .hdlcFCSBad, .t4NonECMData, .cmMessage, .jmMessage, .ciMessage, .v34Rate: field
            }
        }
        return rest.isEmpty ? nil : .data(type, rest)
    }
}
