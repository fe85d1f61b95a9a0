import FaxCore

/// A telephone event (RFC 4733 §2.3):
///
///     event (1) · E R volume(6) · duration (2)
public struct TelephoneEvent: Hashable, Sendable {
    public var code: UInt8
    public var isEnd: Bool
    /// Of the tone, 0…63 as -dBm0.
    public var volume: UInt8
    /// In ticks of the RTP timestamp, from the event's (or segment's) start.
    public var durationTicks: UInt16

    public init(code: UInt8, isEnd: Bool, volume: UInt8, durationTicks: UInt16) {
        self.code = code
        self.isEnd = isEnd
        self.volume = volume
        self.durationTicks = durationTicks
    }

    /// `nil`: fewer than four octets. Several events in one payload (§2.5.1.5) are hardly ever sent; the first is read.
    public init?(_ payload: RawSpan) {
        guard payload.byteCount >= 4 else { return nil }
        code = payload.octet(0)
        isEnd = payload.octet(1) & 0x80 != 0
        volume = payload.octet(1) & 0x3F
        durationTicks = payload.be16(2)
    }

    public var octets: [UInt8] {
        [code, (isEnd ? 0x80 : 0) | volume & 0x3F, UInt8(durationTicks >> 8), UInt8(truncatingIfNeeded: durationTicks)]
    }

    public var name: String { Self.name(code) }

    /// RFC 4733 §3.2 (DTMF), RFC 4734 §2 (fax and modem tones), Cisco's named signalling events.
    public static func name(_ code: UInt8) -> String {
        switch code {
        case 0...9: "DTMF \(code)"
        case 10: "DTMF *"
        case 11: "DTMF #"
        case 12...15: "DTMF " + ["A", "B", "C", "D"][Int(code) - 12]
        case 16: "flash"
        case 32: "ANS"
        case 33: "/ANS"
        case 34: "ANSam"
        case 35: "/ANSam"
        case 36: "CNG"
        case 37: "V.21 channel 1, 0"
        case 38: "V.21 channel 1, 1"
        case 39: "V.21 channel 2, 0"
        case 40: "V.21 channel 2, 1"
        case 49: "CT"
        case 192: "NSE switch to pass-through"
        case 193: "NSE answer tone with phase reversals"
        case 194: "NSE return to voice"
        case 199: "NSE modem relay"
        case 200: "NSE switch to T.38"
        case 201: "NSE switch to T.38 accepted"
        case 202: "NSE switch to T.38 refused"
        default: "event \(code)"
        }
    }
}

/// Cisco's named signalling events: telephone events of their own on payload type 100, without SDP in the older form.
public enum CiscoNSE {
    public static let payloadType: UInt8 = 100
    public static let passThrough: UInt8 = 192
    public static let disableEchoCanceller: UInt8 = 193

    /// The event, when the payload is one of Cisco's; `nil` otherwise.
    public static func read(payloadType: UInt8, payload: RawSpan) -> TelephoneEvent? {
        guard payloadType == Self.payloadType, payload.byteCount == 4, payload.octet(0) >= passThrough else {
            return nil
        }
        return TelephoneEvent(payload)
    }
}
