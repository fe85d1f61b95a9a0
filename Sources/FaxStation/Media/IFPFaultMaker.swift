import FaxCore
import FaxDSP
import FaxWire

/// Puts ``IFPFaults`` into packets on their way out.
struct IFPFaultMaker {
    let faults: IFPFaults
    /// What the engine speaks, and what is to be written.
    private let form: IFPForm
    private let written: IFPForm

    /// `version`: what the engine speaks.
    init(_ faults: IFPFaults, version: Int) {
        self.faults = faults
        form = IFPForm(version: version)
        written = IFPForm(version: faults.version ?? version)
    }

    func apply(_ packets: [T38Outgoing]) -> [T38Outgoing] {
        guard faults != IFPFaults() else { return packets }
        return packets.flatMap(apply)
    }

    private func apply(_ packet: T38Outgoing) -> [T38Outgoing] {
        switch IFPPacket.read(packet.octets.span.bytes, form: form).value.packet {
        case nil: return [packet]
        case .indicator(let indicator): return isOmitted(indicator) ? [] : [packet]
        case .data(let type, let fields):
            let changed = changed(fields, type)
            guard changed != fields || written != form else { return [packet] }
            guard !changed.isEmpty, let octets = IFPPacket.data(type, changed).octets(form: written) else { return [] }
            var outgoing = packet
            outgoing.octets = octets
            return [outgoing]
        }
    }

    private func isOmitted(_ indicator: T38Indicator) -> Bool {
        switch indicator {
        case .noSignal, .cng, .ced, .v8Ansam, .v8Signal: false
        case .v21Preamble: faults.omitsPreamble
        case .v27Training2400, .v27Training4800, .v29Training7200, .v29Training9600, .v17ShortTraining7200,
            .v17LongTraining7200, .v17ShortTraining9600, .v17LongTraining9600, .v17ShortTraining12000,
            .v17LongTraining12000, .v17ShortTraining14400, .v17LongTraining14400, .v34ControlChannel1200,
            .v34PrimaryChannel, .v34ControlChannelRetrain, .v33Training12000, .v33Training14400:
            faults.omitsTraining
        }
    }

    private func changed(_ fields: [IFPPacket.Field], _ type: T38DataType) -> [IFPPacket.Field] {
        var fields = fields
        if faults.spoilsFCS, type == .v21 { fields = fields.map { IFPPacket.Field(Self.spoiled($0.type), $0.octets) } }
        switch faults.signalEnd {
        case .proper: return fields
        case .ofOtherKind: return fields.flatMap(Self.otherEnd)
        case .missing: return fields.compactMap(Self.withoutEnd)
        case .repeated:
            // A field of its own in the same packet, as senders of this habit do it.
            return fields.flatMap { $0.type.endsHDLC ? [$0, IFPPacket.Field(.hdlcSigEnd)] : [$0] }
        }
    }

    private static func spoiled(_ type: T38FieldType) -> T38FieldType {
        switch type {
        case .hdlcFCSOK: .hdlcFCSBad
        case .hdlcFCSOKSigEnd: .hdlcFCSBadSigEnd
        case .hdlcData, .hdlcSigEnd, .hdlcFCSBad, .hdlcFCSBadSigEnd, .t4NonECMData, .t4NonECMSigEnd, .cmMessage,
            .jmMessage, .ciMessage, .v34Rate:
            type
        }
    }

    private static func otherEnd(_ field: IFPPacket.Field) -> [IFPPacket.Field] {
        switch field.type {
        case .hdlcSigEnd: [IFPPacket.Field(.t4NonECMSigEnd)]
        case .hdlcFCSOKSigEnd: [IFPPacket.Field(.hdlcFCSOK), IFPPacket.Field(.t4NonECMSigEnd)]
        case .hdlcFCSBadSigEnd: [IFPPacket.Field(.hdlcFCSBad), IFPPacket.Field(.t4NonECMSigEnd)]
        case .t4NonECMSigEnd:
            (field.octets.isEmpty ? [] : [IFPPacket.Field(.t4NonECMData, field.octets)])
                + [IFPPacket.Field(.hdlcSigEnd)]
        case .hdlcData, .hdlcFCSOK, .hdlcFCSBad, .t4NonECMData, .cmMessage, .jmMessage, .ciMessage, .v34Rate: [field]
        }
    }

    private static func withoutEnd(_ field: IFPPacket.Field) -> IFPPacket.Field? {
        switch field.type {
        case .hdlcSigEnd: nil
        case .hdlcFCSOKSigEnd: IFPPacket.Field(.hdlcFCSOK)
        case .hdlcFCSBadSigEnd: IFPPacket.Field(.hdlcFCSBad)
        case .t4NonECMSigEnd: field.octets.isEmpty ? nil : IFPPacket.Field(.t4NonECMData, field.octets)
        case .hdlcData, .hdlcFCSOK, .hdlcFCSBad, .t4NonECMData, .cmMessage, .jmMessage, .ciMessage, .v34Rate: field
        }
    }
}

extension T38FieldType {
    /// A frame and its signal end with it.
    fileprivate var endsHDLC: Bool { self == .hdlcFCSOKSigEnd || self == .hdlcFCSBadSigEnd }
}
