/// Listens to what fax software says to a modem on hook, for what the modem's own interpreter keeps to itself: the dial
/// string as it was written and the patience of S7. It answers nothing.
struct CommandEar {
    /// Seconds from the dialling to a carrier (V.250 6.3.10).
    private(set) var patience = 60
    /// Of the last `D` command (V.250 6.3.1), without the `D`.
    private(set) var dialString: [UInt8] = []
    private var line: [UInt8] = []

    /// Octets of a command line; what is longer is not listened to.
    static let lineLimit = 256

    mutating func hear(_ octets: ArraySlice<UInt8>) {
        for octet in octets {
            if octet == UInt8(ascii: "\r") {
                read(line.filter { $0 > UInt8(ascii: " ") }.map(Self.upper))
                line = []
            } else if line.count < Self.lineLimit {
                line.append(octet & 0x7F)
            }
        }
    }

    private static func upper(_ octet: UInt8) -> UInt8 {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet) ? octet - 32 : octet
    }

    /// Steps from command to command (V.250 5.2.4): letters with a number, `&` with a letter, `+` up to a semicolon.
    private mutating func read(_ line: [UInt8]) {
        guard let start = line.indices.first(where: { line[$0...].starts(with: "AT".utf8) }) else { return }
        var rest = line[(start + 2)...]
        while let command = rest.popFirst() {
            switch command {
            case UInt8(ascii: "D"):
                dialString = Array(rest)
                return
            case UInt8(ascii: "S"): readRegister(&rest)
            case UInt8(ascii: "+"), UInt8(ascii: "#"):
                rest = rest.drop { $0 != UInt8(ascii: ";") }.dropFirst()
            default: break
            }
        }
    }

    private mutating func readRegister(_ rest: inout ArraySlice<UInt8>) {
        guard let register = Self.number(&rest), rest.first == UInt8(ascii: "=") else { return }
        rest.removeFirst()
        guard let value = Self.number(&rest), register == 7, value > 0 else { return }
        patience = min(value, 255)
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest.dropFirst(digits.count)
        return Int(String(decoding: digits.prefix(6), as: UTF8.self))
    }
}
