import FaxDSP
import FaxProtocol
import FaxReport
import FaxStation

/// How far a call has come, and what its packets suffer, at one moment.
public struct CallProgress: Sendable, Hashable {
    public var media: FaxCall.Media?
    public var fax: FaxProgress
    public var carriage: FaxCarriage

    public init(media: FaxCall.Media?, fax: FaxProgress, carriage: FaxCarriage) {
        self.media = media
        self.fax = fax
        self.carriage = carriage
    }

    /// Of what came: IFP packets or sound for good, whatever was done against it.
    var losses: Int { (carriage.t38?.lost ?? 0) + (carriage.audio?.lost ?? 0) + (carriage.audio?.late ?? 0) }
}

extension CallProgress {
    /// Of a `progress` event.
    var members: [JSONValue.Member] {
        [
            .init("carried_by", .optional(media?.documentName)),
            .init("phase", .string(fax.phase.rawValue.uppercased())),
            .init("sending", .bool(fax.isSending)), .init("pages_done", .integer(fax.pagesDone)),
            .init("pages", .optional(fax.pagesInAll)), .init("octets", .optional(fax.octets)),
            .init("octets_in_all", .optional(fax.octetsInAll)), .init("rows", .optional(fax.rows)),
            .init("rows_in_all", .optional(fax.rowsInAll)), .init("rate_bps", .optional(fax.rateBps)),
            .init("ecm_retransmitted", .integer(fax.ecmRetries)),
        ]
    }
}

extension FaxCarriage {
    /// Of `network` in results, and of a `loss` event.
    public var document: JSONValue {
        .object([
            .init("t38", t38.map { Self.document($0) } ?? .null),
            .init("audio", audio.map { Self.document($0) } ?? .null),
        ])
    }

    private static func document(_ t38: T38) -> JSONValue {
        .object([
            .init("received", .integer(t38.received)), .init("lost", .integer(t38.lost)),
            .init("repaired", .integer(t38.repaired)), .init("unrecovered", .integer(t38.unrecovered)),
            .init("remote_redundancy", .optional(t38.remoteDepth)), .init("with_parity", .integer(t38.withParity)),
            .init("own_correction", .string(t38.correction.words)), .init("shortened", .integer(t38.shortened)),
            .init("oversized", .integer(t38.oversized)),
        ])
    }

    private static func document(_ audio: Audio) -> JSONValue {
        .object([
            .init("received", .integer(audio.received)), .init("lost", .integer(audio.lost)),
            .init("late", .integer(audio.late)), .init("underruns", .integer(audio.underruns)),
            .init("concealed_ms", .milliseconds(audio.concealed)), .init("slips", .integer(audio.slips)),
            .init("buffer_ms", .milliseconds(audio.delay)), .init("jitter_ms", .milliseconds(audio.jitter)),
        ])
    }
}

extension UDPTLSender.Correction {
    /// Such as `redundancy 3,3,1`: indicators, low speed, high speed.
    var words: String {
        switch self {
        case .none: "none"
        case .redundancy(let depths): "redundancy \(depths.indicator),\(depths.controlData),\(depths.imageData)"
        case .fec(let span, let entries): "fec \(span):\(entries)"
        }
    }
}
