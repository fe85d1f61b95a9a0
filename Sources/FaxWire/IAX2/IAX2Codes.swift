/// Subclasses of IAX frames (RFC 5456 §8.4).
public enum IAX2Command: UInt8, Sendable {
    case new = 1
    case ping = 2
    case pong = 3
    case ack = 4
    case hangup = 5
    case reject = 6
    case accept = 7
    case authenticationRequest = 8
    case authenticationReply = 9
    case invalid = 10
    case lagRequest = 11
    case lagReply = 12
    case registrationRequest = 13
    case registrationAuthentication = 14
    case registrationAcknowledgement = 15
    case registrationReject = 16
    case registrationRelease = 17
    case voiceNotAcknowledged = 18
    case dialplanRequest = 19
    case dialplanReply = 20
    case dial = 21
    case transferRequest = 22
    case transferConnect = 23
    case transferAccept = 24
    case transferReady = 25
    case transferRelease = 26
    case transferReject = 27
    case quelch = 28
    case unquelch = 29
    case poke = 30
    case unsupported = 33
    case transfer = 34
    case callToken = 40

    /// As RFC 5456 spells it, of those that belong in the story of a call; `nil`: housekeeping.
    public var storyName: String? {
        switch self {
        case .new: "NEW"
        case .hangup: "HANGUP"
        case .reject: "REJECT"
        case .accept: "ACCEPT"
        case .authenticationRequest: "AUTHREQ"
        case .authenticationReply: "AUTHREP"
        case .invalid: "INVAL"
        case .dial: "DIAL"
        case .transferRequest: "TXREQ"
        case .transferRelease: "TXREL"
        case .quelch: "QUELCH"
        case .unquelch: "UNQUELCH"
        case .transfer: "TRANSFER"
        case .callToken: "CALLTOKEN"
        case .ping, .pong, .ack, .lagRequest, .lagReply, .registrationRequest, .registrationAuthentication,
            .registrationAcknowledgement, .registrationReject, .registrationRelease, .voiceNotAcknowledged,
            .dialplanRequest, .dialplanReply, .transferConnect, .transferAccept, .transferReady, .transferReject,
            .poke, .unsupported:
            nil
        }
    }

    /// Says nothing of a call: it has a call number of its own.
    public var isOutsideCalls: Bool {
        switch self {
        case .poke, .registrationRequest, .registrationAuthentication, .registrationAcknowledgement,
            .registrationReject, .registrationRelease, .dialplanRequest, .dialplanReply, .callToken, .invalid:
            true
        case .new, .ping, .pong, .ack, .hangup, .reject, .accept, .authenticationRequest, .authenticationReply,
            .lagRequest, .lagReply, .voiceNotAcknowledged, .dial, .transferRequest, .transferConnect, .transferAccept,
            .transferReady, .transferRelease, .transferReject, .quelch, .unquelch, .unsupported, .transfer:
            false
        }
    }
}

/// Subclasses of control frames (RFC 5456 §8.3).
public enum IAX2Control: UInt8, Sendable {
    case hangup = 1
    case ringing = 3
    case answer = 4
    case busy = 5
    case congestion = 8
    case flash = 9
    case option = 11
    case progress = 14
    case proceeding = 15
    case hold = 16
    case unhold = 17

    public var storyName: String? {
        switch self {
        case .hangup: "HANGUP (control)"
        case .ringing: "RINGING"
        case .answer: "ANSWER"
        case .busy: "BUSY"
        case .congestion: "CONGESTION"
        case .progress: "PROGRESS"
        case .proceeding: "PROCEEDING"
        case .hold: "HOLD"
        case .unhold: "UNHOLD"
        case .flash: "FLASH"
        case .option: nil
        }
    }
}

/// Media formats, one bit each (RFC 5456 §8.7).
public enum IAX2Format {
    public static let muLaw: UInt64 = 1 << 2
    public static let aLaw: UInt64 = 1 << 3
    /// 16 bits a sample, 8 kHz, the high octet first.
    public static let linear: UInt64 = 1 << 6

    /// The name by which SDP and RFC 3551 know it; of G.726 the packing is the one that Asterisk, whose protocol this was,
    /// gives each bit. `nil`: not an audio format that is known.
    public static func encoding(_ bit: UInt64) -> String? {
        switch bit {
        case 1 << 0: "G723"
        case 1 << 1: "GSM"
        case 1 << 2: "PCMU"
        case 1 << 3: "PCMA"
        case 1 << 4: "AAL2-G726-32"
        case 1 << 5: "ADPCM"
        case 1 << 6: "L16"
        case 1 << 7: "LPC10"
        case 1 << 8: "G729"
        case 1 << 9: "speex"
        case 1 << 10: "iLBC"
        case 1 << 11: "G726-32"
        case 1 << 12: "G722"
        case 1 << 13: "siren7"
        case 1 << 14: "siren14"
        case 1 << 15: "L16/16000"
        default: nil
        }
    }

    /// Samples of 8 kHz in so many octets; `nil`: the length alone does not tell.
    public static func samples(octets: Int, _ encoding: String?) -> Int? {
        switch encoding {
        case "PCMU", "PCMA", "G722": octets
        case "L16": octets / 2
        case "GSM": octets / 33 * 160
        case "AAL2-G726-32", "G726-32", "ADPCM": octets * 2
        case "G729": octets / 10 * 80
        default: nil
        }
    }
}
