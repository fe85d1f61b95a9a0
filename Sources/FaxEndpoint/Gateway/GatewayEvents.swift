import FaxDSP
import FaxProtocol
import FaxReport
import FaxStation
import FaxWire

// What happens in a gateway's call, as JSON and in words.
extension EventDocument {
    static func content(_ event: GatewayCall.Event) -> (String, [JSONValue.Member]) {
        switch event {
        case .incoming(let from, let to): ("called", [.init("uri", .string(from)), .init("to", .string(to))])
        case .calling(let uri): ("calling", [.init("uri", .string(uri)), side(.far)])
        case .ringing(let status): ("ringing", [side(.far), .init("status", .integer(status))])
        case .answered: ("answered", [side(.far)])
        case .mediaBegan(let place, let media):
            ("media", [side(place), .init("carried_by", .string(media.documentName))])
        case .heard(let place, let signal): ("heard", [side(place), .init("signal", .string(signal.rawValue))])
        case .offeredT38(let place): ("t38-offered", [side(place), .init("by", .string("us"))])
        case .t38Refused(let place, let status):
            ("t38-refused", [side(place), .init("by", .string("them")), .init("status", .integer(status))])
        case .gatewayBegan(let place): ("gateway", [.init("t38", .string(place.rawValue))])
        case .relayBegan: ("relay", [])
        case .trained(let command, let place):
            (
                "negotiated",
                [
                    .init("sender", .string(place.rawValue)),
                    .init("rate_bps", .optional(command.modulation?.rateBps)), .init("ecm", .bool(command.ecm)),
                ]
            )
        case .page(let number): ("page", [.init("number", .integer(number))])
        case .ended(let place, let ending):
            (
                "ended",
                [side(place), .init("by", .optional(ending.side.name)), .init("cause", .string(ending.cause.text))]
            )
        case .over: ("over", [])
        case .trouble(let text): ("trouble", [.init("text", .string(text))])
        }
    }

    private static func side(_ side: GatewayCall.Side) -> JSONValue.Member { .init("side", .string(side.rawValue)) }

    /// Of an event with what became of one call.
    static func members(_ result: GatewayResult) -> [JSONValue.Member] {
        [
            .init("confirmed", .bool(result.isSuccess)), .init("reason", .optional(result.reason)),
            .init("files", .array([])), .init("call_id", .optional(result.near?.callID)), .init("fax", result.document),
            .init("legs", result.legs ?? .null),
        ]
    }
}

extension EventText {
    static func text(_ event: GatewayCall.Event) -> String? {
        switch event {
        case .incoming, .over: nil
        case .calling(let uri): "calling \(uri)"
        case .ringing(let status): "the far side rings (\(status))"
        case .answered: "the far side answered"
        case .mediaBegan(let side, let media): "\(side.rawValue) side: \(media == .t38 ? "T.38" : "G.711")"
        case .heard(let side, let signal): "heard from the \(side.rawValue) side: \(signal.text)"
        case .offeredT38(let side): "asks the \(side.rawValue) side for T.38"
        case .t38Refused(let side, let status): "the \(side.rawValue) side refused T.38 with \(status)"
        case .gatewayBegan(let side): "gateway: T.38 on the \(side.rawValue) side, modems on the other"
        case .relayBegan: "audio goes from side to side"
        case .trained(let command, let side):
            "the \(side.rawValue) side sends: \(command.modulation?.text ?? "unknown rate")"
                + (command.ecm ? ", ECM" : ", no ECM")
        case .page(let number): "page \(number) was confirmed"
        case .ended(let side, let ending):
            "\(side.rawValue) side ended" + (ending.side.name.map { " by \($0)" } ?? "") + ": " + ending.cause.text
        case .trouble(let text): text
        }
    }

    static func text(_ result: GatewayResult) -> String {
        func carried(_ leg: GatewayCall.LegReport?) -> String {
            switch leg?.carriedBy {
            case .t38?: "T.38"
            case .audio?: "G.711"
            case nil: "no media"
            }
        }
        let pages = result.fax.pagesConfirmed
        return "\(result.outcome.rawValue), \(pages) \(pages == 1 ? "page" : "pages") confirmed"
            + (result.modeText.map { ", \($0)" } ?? "")
            + "; near \(carried(result.near)), far \(carried(result.far))" + (result.reason.map { " (\($0))" } ?? "")
    }
}

extension FaxSignalListener.Signal {
    fileprivate var text: String {
        switch self {
        case .cng: "CNG"
        case .ced: "CED"
        case .preamble: "V.21 preamble"
        }
    }
}
