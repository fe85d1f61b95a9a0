import FaxWire

enum T30Text {
    /// TSI, CSI and CIG come last digit first, padded with spaces (T.30 5.3.6.2.4).
    static func identification(_ octets: [UInt8]) -> String {
        let text = octets.reversed().map { $0 >= 0x20 && $0 < 0x7F ? Character(UnicodeScalar($0)) : "?" }
        return String(text).split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
}

enum V8Message {
    static func fields(_ octets: [UInt8]) -> [T30Field] { [] }
}

extension T30Frame {
    var fields: [T30Field] { [] }
}
