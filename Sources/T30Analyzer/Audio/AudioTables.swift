import FaxWire

/// What the octets of sample-by-sample encodings (one octet, one sample at 8 kHz) stand for: encoding name → 256 values.
public struct AudioTables: Sendable {
    private var tables: [String: [Int16]] = [:]

    public init() {}

    /// Adds an encoding by its SDP name (`PCMU`, `PCMA`; case does not matter).
    public mutating func add(_ encoding: String, decode: (UInt8) -> Int16) {
        tables[encoding.uppercased()] = (UInt8.min...UInt8.max).map(decode)
    }

    subscript(_ encoding: String) -> [Int16]? { tables[encoding.uppercased()] }
}

/// What a payload type carries, as the timeline treats it.
enum AudioPayload {
    case samples([Int16])
    case comfortNoise
    case event
    /// Something that is not decoded here; the name is `nil` where neither SDP nor RFC 3551 tells.
    case codec(String?)

    /// For each of the 128 payload types. The names of the log go before the static assignments of RFC 3551 §6.
    static func roles(_ formats: [UInt8: String], _ tables: AudioTables) -> [AudioPayload] {
        (UInt8(0)..<128).map { type in
            let name = formats[type] ?? PayloadFormat.assigned(type)?.encoding
            if let table = name.flatMap({ tables[$0] }) { return .samples(table) }
            switch name?.lowercased() {
            case "cn": return .comfortNoise
            case "telephone-event": return .event
            case nil where type == 13 || type == 19: return .comfortNoise
            case _: return .codec(name)
            }
        }
    }
}
