import FaxCore
import FaxProtocol
import FaxReport

/// Events of IAX2 in words and as JSON (`docs/iax.md`).
extension IAX2EndpointEvent {
    /// For people; `nil`: what a person need not read.
    var text: String? {
        switch self {
        case .registered(let name, let peer, let seconds): "\(name) registered from \(peer) for \(seconds) s"
        case .registrationRefused(let name, let peer, let reason):
            "refused the registration of \(name) from \(peer): \(reason)"
        case .unregistered(let name, let peer): "\(name) at \(peer) took its registration back"
        case .registrationExpired(let name, let peer): "\(name) at \(peer) did not renew its registration"
        case .refused(let peer, let reason): "refused a call from \(peer): \(reason)"
        case .ringing: "rings"
        case .answered: "answered"
        case .media(let encoding): "sound as \(encoding ?? "unknown format")"
        case .faxEnded, .hungUp: nil
        case .ended(let ending): "ended" + (ending.by.map { " by \($0)" } ?? "") + ": " + ending.cause.text
        case .busy(let pause): "busy; called again in \(Int(pause.inSeconds)) s"
        }
    }

    var document: (name: String, members: [JSONValue.Member]) {
        func peer(_ name: String, _ peer: any CustomStringConvertible) -> [JSONValue.Member] {
            [.init("name", .string(name)), .init("peer", .string("\(peer)"))]
        }
        switch self {
        case .registered(let name, let endpoint, let seconds):
            return ("peer-registered", peer(name, endpoint) + [.init("expires_s", .integer(seconds))])
        case .registrationRefused(let name, let endpoint, let reason):
            return ("peer-refused", peer(name, endpoint) + [.init("reason", .string(reason))])
        case .unregistered(let name, let endpoint): return ("peer-unregistered", peer(name, endpoint))
        case .registrationExpired(let name, let endpoint): return ("peer-expired", peer(name, endpoint))
        case .refused(let endpoint, let reason):
            return (
                "refused",
                [.init("from", .string("\(endpoint)")), .init("status", .null), .init("reason", .string(reason))]
            )
        case .ringing: return ("ringing", [])
        case .answered: return ("answered", [])
        case .media(let encoding):
            return ("media", [.init("carried_by", .string("g711")), .init("codec", .optional(encoding))])
        case .faxEnded(let completion): return ("t30-ended", [.init("completion", .integer(completion))])
        case .hungUp: return ("hung-up", [])
        case .ended(let ending):
            return ("ended", [.init("by", .optional(ending.by)), .init("cause", .string(ending.cause.text))])
        case .busy(let pause): return ("busy", [.init("again_s", .seconds(pause))])
        }
    }
}

extension IAX2Ending {
    var by: String? { side == .neither ? nil : side.rawValue }
}
