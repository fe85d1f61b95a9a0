import FaxWire

/// What each payload type of a stream carries: from the SDP, else from the static table (RFC 3551 §6).
struct PayloadRoles {
    enum Role {
        case media, comfortNoise, event, t38
        /// RFC 2198: other payload types within.
        case redundancy
        /// Payload type 100 that no SDP names: Cisco's named signalling events use it unannounced.
        case perhapsEvent

        var content: RTPStreamAccumulator.Content {
            switch self {
            case .media, .t38, .redundancy, .perhapsEvent: .media
            case .comfortNoise: .comfortNoise
            case .event: .event
            }
        }
    }

    private var roles = [Role](repeating: .media, count: 128)
    private var formats: [UInt8: PayloadFormat] = [:]

    init(announced: [NegotiatedMedia] = []) {
        roles[13] = .comfortNoise
        roles[19] = .comfortNoise
        roles[Int(CiscoNSE.payloadType)] = .perhapsEvent
        for media in announced {
            for (type, format) in media.codecs where type < 128 {
                formats[type] = format
                roles[Int(type)] = Self.role(format)
            }
        }
    }

    private static func role(_ format: PayloadFormat) -> Role {
        switch format.encoding.lowercased() {
        // Sipura and Linksys adapters write NSE for Cisco's X-NSE.
        case "telephone-event", "x-nse", "nse": .event
        case "cn": .comfortNoise
        case "t38": .t38
        case "red": .redundancy
        default: .media
        }
    }

    subscript(_ type: UInt8) -> Role { roles[Int(type & 0x7F)] }

    func encoding(_ type: UInt8) -> String? {
        formats[type]?.encoding ?? PayloadFormat.assigned(type)?.encoding
    }

    func clockRate(_ type: UInt8) -> Int? {
        formats[type]?.clockRate ?? PayloadFormat.assigned(type)?.clockRate
    }

    /// Linear samples of another rate than 8 kHz carry it in their name: `L16/44100`.
    var encodings: [UInt8: String] {
        var all: [UInt8: String] = [:]
        for type in UInt8(0)..<128 {
            all[type] = encoding(type)
            if all[type] == "L16", let rate = clockRate(type), rate != 8_000 { all[type] = "L16/\(rate)" }
        }
        return all
    }
}
