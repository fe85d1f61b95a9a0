/// The shielding of data between a modem and its terminal (T.31 8.4): DLE goes twice, DLE ETX is the end.
enum DataLink {
    static let dle: UInt8 = 0x10
    static let etx: UInt8 = 0x03
    /// Stands for two DLE in a row.
    static let sub: UInt8 = 0x1A
    /// Breaks reception off; any character would.
    static let cancel: UInt8 = 0x18
    /// XON, or DC1: the modem takes a page (Class 2), or is to give one.
    static let xon: UInt8 = 0x11
    static let dc2: UInt8 = 0x12
    static let end: [UInt8] = [dle, etx]

    static func shield(_ octets: some Sequence<UInt8>, into output: inout [UInt8]) {
        for octet in octets {
            output.append(octet)
            if octet == dle { output.append(dle) }
        }
    }

    /// Takes the shielding off, octet for octet.
    struct Opener {
        private var isShielded = false

        enum Step: Equatable {
            case octets([UInt8])
            case end
        }

        mutating func take(_ octet: UInt8) -> Step {
            guard isShielded else {
                isShielded = octet == dle
                return .octets(isShielded ? [] : [octet])
            }
            isShielded = false
            switch octet {
            case dle: return .octets([dle])
            case sub: return .octets([dle, dle])
            case etx: return .end
            // Of other signs T.31 says nothing: they are no data.
            default: return .octets([])
            }
        }
    }
}
