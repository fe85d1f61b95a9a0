/// Why a reader stopped: the layer, the field it wanted, the offset in that layer's octets and the reason. Readers throw
/// it (strict form) or hand it out beside what they could read (``Decoded``, lax form).
public struct DecodeFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Layer: String, Sendable, CaseIterable {
        case file, link, ip, udp, tcp, tunnel, hep, sip, sdp, rtp, rtcp, udptl, tpkt, ifp, hdlc, t30, page, audio,
            websocket, iax2
    }

    public enum Reason: Hashable, Sendable {
        /// The input ends before the field does.
        case short(needed: Int, have: Int)
        /// The field holds a value that the format does not allow or that we do not know.
        case invalid(String)
        /// A length or count inside the input reaches past what surrounds it.
        case lies(claimed: Int, available: Int)
        /// One of our limits (named) was passed.
        case limit(String, Int)
    }

    public var layer: Layer
    public var field: String
    public var offset: Int
    public var reason: Reason

    public init(layer: Layer, field: String, offset: Int, reason: Reason) {
        self.layer = layer
        self.field = field
        self.offset = offset
        self.reason = reason
    }

    public var description: String { "\(layer.rawValue): \(field) at octet \(offset): \(reasonText)" }

    public var reasonText: String {
        switch reason {
        case .short(let needed, let have): "needs \(needed) octets, has \(have)"
        case .invalid(let what): what
        case .lies(let claimed, let available): "claims \(claimed) octets, \(available) are there"
        case .limit(let name, let value): "passes the limit \(name) = \(value)"
        }
    }
}

/// What a lax reader got, and what stopped it (`nil`: it read to the end).
public struct Decoded<Value> {
    public var value: Value
    public var stoppedBy: DecodeFailure?

    public init(_ value: Value, stoppedBy: DecodeFailure? = nil) {
        self.value = value
        self.stoppedBy = stoppedBy
    }
}

extension Decoded: Sendable where Value: Sendable {}
extension Decoded: Equatable where Value: Equatable {}
