import Foundation

/// Result codes of modems (V.250 5.7, T.31 8.3.6), in words or as numbers.
enum ModemResult: Equatable {
    case ok, connect, ring, noCarrier, error, noDialTone, busy, noAnswer
    /// Another carrier than the one that was asked for: `+FCERROR`.
    case otherCarrier
    /// With `+FAR=1` the modem tells that V.21 came in its place, and goes on with it: `+FRH:3`.
    case adapts

    /// - Parameter line: without the characters that end it; anything that is no result, such as an echo, is `nil`.
    init?(_ line: some StringProtocol) {
        switch line.trimmingCharacters(in: .whitespaces).uppercased() {
        case "OK", "0": self = .ok
        case "RING", "2": self = .ring
        case "NO CARRIER", "3": self = .noCarrier
        case "ERROR", "4": self = .error
        case "NO DIALTONE", "NO DIAL TONE", "6": self = .noDialTone
        case "BUSY", "7": self = .busy
        case "NO ANSWER", "8": self = .noAnswer
        case "+FCERROR", "+F4": self = .otherCarrier
        case "+FRH:3": self = .adapts
        case let text where text == "1" || text.hasPrefix("CONNECT"): self = .connect
        default: return nil
        }
    }
}
