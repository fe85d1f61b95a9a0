/// Texts of T.30: idents and addresses, 20 octets or fewer, the last character first (T.30 5.3.6.2.4–5.3.6.2.9).
public enum Identification {
    /// The text in reading order, surrounding spaces (and padding NULs) removed; octets that are no printable
    /// characters as `\x7f`.
    public static func text(_ information: some Sequence<UInt8>) -> String {
        escaped(trimmed(Array(information).reversed()))
    }

    /// Without the spaces and NULs at either end.
    static func trimmed(_ octets: [UInt8]) -> ArraySlice<UInt8> {
        let isPadding: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0 }
        let end = octets.lastIndex { !isPadding($0) }.map { $0 + 1 } ?? 0
        return octets[..<end].drop(while: isPadding)
    }

    /// Printable ASCII as it is, anything else (and the backslash) as `\x` and two digits.
    public static func escaped(_ octets: some Sequence<UInt8>) -> String {
        var text = ""
        for octet in octets {
            if octet >= 0x20, octet < 0x7F, octet != 0x5C {
                text.unicodeScalars.append(Unicode.Scalar(octet))
            } else {
                text += "\\x" + hexadecimal([octet])
            }
        }
        return text
    }

    /// The FIF of an ident: 20 octets, reversed, padded with spaces in front of the line (T.30 5.3.6.2.4).
    public static func information(_ text: String) -> [UInt8] {
        let characters = Array(text.utf8.prefix(octets))
        return Array(characters.reversed()) + Array(repeating: 0x20, count: octets - characters.count)
    }

    public static let octets = 20

    /// Internet addresses (CIA, TSA, CSA, IRA, ISP; T.30 5.3.6.2.12): sequence octet, type octet, length, characters in
    /// reading order.
    public static func internetAddress(_ information: [UInt8]) -> (type: String, text: String)? {
        guard information.count > 3 else { return nil }
        let type =
            switch information[1] & 0x7F {
            case 0: "reserved"
            case 1: "email"
            case 2: "url"
            case 3: "ipv4"
            case 4: "ipv6"
            case 5: "phone number"
            default: "type \(information[1] & 0x7F)"
            }
        return (type, escaped(information[3...].prefix(Int(information[2]))))
    }
}
