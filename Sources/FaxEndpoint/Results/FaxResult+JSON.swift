import FaxCore
import FaxDSP
import FaxReport
import FaxStation
import FaxWire

extension FaxResult {
    /// The members of the analysis document's `fax` that one end of a call knows; what it does not know is `null`.
    public var document: JSONValue {
        let command = report.command
        let us = command == nil ? nil : own
        return .object([
            .init("outcome", .string(outcome.rawValue)),
            .init("carried_by", .string(carriedBy?.documentName ?? "none")),
            .init("sender", .string(isSender == isCaller ? "caller" : "callee")),
            .init("sender_id", .optional(isSender ? us : them)),
            .init("receiver_id", .optional(isSender ? them : us)),
            .init("modem", .optional(command?.modulation?.modem.rawValue)),
            .init("rate_bps", .optional(command?.modulation?.rateBps)),
            .init("ecm", .optional(command?.ecm)),
            .init("compression", .optional(command?.compression.rawValue)),
            .init("resolution_dpi", resolution(command)),
            .init("width_px", .optional(command?.widthPx)),
            .init("pages_sent", .optional(isSender ? pagesWanted : nil)),
            .init("pages_confirmed", .integer(pagesConfirmed)),
            .init("trainings", trainings),
            .init("duration_s", .seconds(duration)),
            .init("pages_returned", .optional(pagesReturned)),
            .init("subaddress", .optional(report.subaddress.isEmpty ? nil : report.subaddress)),
        ])
    }

    private var them: String? {
        let name = report.remoteIdentification
        return name.isEmpty ? nil : name
    }

    private var own: String? { identification.isEmpty ? nil : identification }

    private func resolution(_ command: DigitalCommand?) -> JSONValue {
        command.map { .array([.integer($0.resolution.x), .integer($0.resolution.y)]) } ?? .null
    }

    private var trainings: JSONValue {
        let all = report.trainings
        return .object([
            .init("attempted", .integer(all.count)), .init("failed", .integer(all.count { $0.answer == .failed })),
        ])
    }
}

extension FaxCall.Media {
    /// As the analysis document names what carried a fax.
    var documentName: String {
        switch self {
        case .audio: "g711"
        case .t38: "t38"
        }
    }
}

extension FaxStationReport {
    /// The DCS whose training was accepted last, else the last one.
    var command: DigitalCommand? {
        var last: DigitalCommand?
        var accepted: DigitalCommand?
        for frame in frames {
            let read = T30Frame(lax: frame.octets)
            switch read.signal {
            case .dcs: last = DigitalCommand(information: read.information)
            case .cfr: accepted = last
            default: break
            }
        }
        return accepted ?? last
    }
}
