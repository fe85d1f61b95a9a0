import FaxCore
import FaxProtocol
import FaxWire
import Synchronization

/// Keeps who registered (RFC 3261 §10.3), so that devices under test have somebody to register with. Nobody is asked for a
/// password: it is for networks where only they are.
public final class Registrar: Sendable {
    public struct Binding: Sendable, Hashable {
        /// User part of the address of record.
        public var user: String
        /// The URI of its Contact.
        public var contact: String
        /// Where the REGISTER came from.
        public var source: SIPPath
        /// `User-Agent`; what a device calls itself.
        public var product: String?
        public var endsAt: Instant
        /// REGISTERs of that user so far.
        public var count: Int
    }

    private let bindings = Mutex<[Binding]>([])
    private let taken = Mutex(0)

    /// More users than that are refused with 503.
    public static let limit = 1_000
    /// Seconds: shortest and longest that are granted.
    public static let expiry = 1...7_200

    public init() {}

    /// REGISTERs that were granted so far, of anyone; those that take a binding back are not counted.
    public var registrations: Int { taken.withLock { $0 } }

    /// What stands for that user now.
    public func binding(of user: String) -> Binding? {
        bindings.withLock { $0.first { $0.user == user && $0.endsAt > LiveClock.now } }
    }

    /// - Returns: the response; `nil`: the request has not what one is made of.
    func answer(_ request: SIPMessage, from path: SIPPath, at now: Instant) -> [UInt8]? {
        guard let user = request.to.flatMap({ SIPURI($0.uri).user }), !user.isEmpty else {
            return response(400, "Bad Request", to: request)
        }
        let contacts = request.contacts
        let isRemoval = request.value(.contact) == "*"
        guard let contact = contacts.first, !isRemoval else {
            if isRemoval { remove(user) }
            return response(200, "OK", to: request, standing: binding(of: user), at: now)
        }
        let asked = (contact.parameters["expires"] ?? request.value(.expires)).flatMap { Int($0) } ?? 3_600
        if asked <= 0 {
            remove(user)
            return response(200, "OK", to: request)
        }
        let granted = min(max(asked, Self.expiry.lowerBound), Self.expiry.upperBound)
        let binding = Binding(
            user: user, contact: contact.uri, source: path, product: request.value(.userAgent),
            endsAt: now + .seconds(granted), count: 1)
        guard let kept = keep(binding, at: now) else { return response(503, "Service Unavailable", to: request) }
        taken.withLock { $0 &+= 1 }
        return response(200, "OK", to: request, standing: kept, at: now)
    }

    private func keep(_ binding: Binding, at now: Instant) -> Binding? {
        bindings.withLock { bindings in
            if let place = bindings.firstIndex(where: { $0.user == binding.user }) {
                var renewed = binding
                renewed.count = bindings[place].count &+ 1
                bindings[place] = renewed
                return renewed
            }
            bindings.removeAll { $0.endsAt <= now }
            guard bindings.count < Self.limit else { return nil }
            bindings.append(binding)
            return binding
        }
    }

    private func remove(_ user: String) { bindings.withLock { $0.removeAll { $0.user == user } } }

    private func response(
        _ status: Int, _ reason: String, to request: SIPMessage, standing binding: Binding? = nil,
        at now: Instant = .zero
    ) -> [UInt8]? {
        var draft = SIPMessageDraft(.response(status: status, reason: reason))
        for via in request.elements(.via) { draft.add(.via, via) }
        for header in [SIPHeader.from, .callID, .cseq] { draft.add(header, request.value(header) ?? "") }
        let to = request.value(.to) ?? ""
        draft.add(.to, request.toTag == nil ? to + ";tag=registrar" : to)
        if let binding {
            let left = max(0, Int((binding.endsAt - now).components.seconds))
            draft.add(.contact, "<\(binding.contact)>;expires=\(left)")
        }
        return draft.octets
    }
}
