/// A SIP request method. Names are case-sensitive (RFC 3261 §7.1).
public enum SIPMethod: Hashable, Sendable {
    case invite, ack, bye, cancel, options, register
    /// RFC 3262, 3311, 6086, 3515.
    case prack, update, info, refer
    /// RFC 6665, 3428, 3903.
    case subscribe, notify, message, publish
    case other(String)

    public var name: String {
        switch self {
        case .invite: "INVITE"
        case .ack: "ACK"
        case .bye: "BYE"
        case .cancel: "CANCEL"
        case .options: "OPTIONS"
        case .register: "REGISTER"
        case .prack: "PRACK"
        case .update: "UPDATE"
        case .info: "INFO"
        case .refer: "REFER"
        case .subscribe: "SUBSCRIBE"
        case .notify: "NOTIFY"
        case .message: "MESSAGE"
        case .publish: "PUBLISH"
        case .other(let name): name
        }
    }

    private static let known: [SIPMethod] = [
        .invite, .ack, .bye, .cancel, .options, .register, .prack, .update, .info, .refer, .subscribe, .notify,
        .message, .publish,
    ]
    private static let names: [ShortName?] = known.map { ShortName(Array($0.name.utf8).span.bytes) }

    /// - Parameter octets: the token as it stood in the start line or in CSeq.
    init(octets: ArraySlice<UInt8>) {
        if let name = ShortName(octets.span.bytes), let place = Self.names.firstIndex(of: name) {
            self = Self.known[place]
        } else {
            self = .other(String(decoding: octets, as: UTF8.self))
        }
    }

    public init(_ name: String) {
        self.init(octets: Array(name.utf8)[...])
    }
}
