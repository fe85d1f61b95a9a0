import FaxDSP

/// What a modem tells of a fax in Class 2 and, under shorter names, in Class 2.0 (T.32 8.4).
enum ClassTwoWord: Equatable {
    /// The other side is a fax machine: `+FCON`, `+FCO`.
    case connected
    /// What it calls itself: `+FCSI`, `+FTSI`; `+FCI`, `+FTI`.
    case identified(String)
    /// What it can: `+FDIS`, `+FIS`.
    case abilities(ClassTwoParameters)
    /// What was agreed on: `+FDCS`, `+FCS`.
    case agreed(ClassTwoParameters)
    /// What became of a page, and of one that came its rows: `+FPTS`, `+FPS`.
    case pageStatus(Int, rows: Int?)
    /// What follows a page: `+FET`.
    case pageEnd(Int)
    /// The call is over: `+FHNG`, `+FHS`.
    case hangUp(String)

    /// - Parameter line: `nil` for one that is none of these.
    init?(_ line: String, isFinal: Bool) {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts[0].filter { $0 != " " }.uppercased()
        let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
        let parameters = ClassTwoParameters(value, isHexadecimal: isFinal)
        let number = Int(value.prefix { $0.isNumber })
        let word: ClassTwoWord? =
            switch name {
            case "+FCON", "+FCO": .connected
            case "+FCSI", "+FTSI", "+FCI", "+FTI": .identified(Self.identification(value))
            case "+FDIS", "+FIS": parameters.map { .abilities($0) }
            case "+FDCS", "+FCS": parameters.map { .agreed($0) }
            case "+FPTS", "+FPS": number.map { .pageStatus($0, rows: Self.rows(value)) }
            case "+FET": number.map { .pageEnd($0) }
            case "+FHNG", "+FHS": .hangUp(Self.code(value))
            default: nil
            }
        guard let word else { return nil }
        self = word
    }

    private static func identification(_ value: Substring) -> String {
        let text = value.filter { $0 != "\"" && ("\u{20}"..."\u{7E}").contains($0) }
        return String(
            text.drop { $0 == " " }.prefix(FaxAbilities.addressLimit).reversed().drop { $0 == " " }.reversed())
    }

    private static func rows(_ value: Substring) -> Int? {
        let fields = value.split(separator: ",", omittingEmptySubsequences: false)
        return fields.count > 1 ? Int(fields[1].filter { $0 != " " }) : nil
    }

    /// Without leading zeros: decimal in Class 2, hexadecimal in 2.0.
    private static func code(_ value: Substring) -> String {
        let digits = value.filter(\.isHexDigit).drop { $0 == "0" }.prefix(4)
        return digits.isEmpty ? "0" : digits.uppercased()
    }

    /// What a modem says that hung up (T.32 8.4.3.4; SP-2388 the same); the last hundred are A0 … in Class 2.0.
    static func reason(of code: String) -> String? {
        let number = code.hasPrefix("A") ? "10" + code.dropFirst() : code
        return Int(number).flatMap { reasons[$0] }
    }

    private static let reasons: [Int: String] = [
        1: "it rang, and no handshake came", 2: "the call was given up", 3: "there is no line current",
        4: "nobody answered", 5: "no answer tone came", 10: "error while the call was set up",
        11: "no fax machine answered within T1", 20: "error before the page", 21: "the other side cannot take a fax",
        22: "an invalid command before the page", 23: "a wrong command before the page",
        24: "an invalid answer before the page", 25: "no answer to DCS",
        26: "the other side asked three times and did not take DCS", 27: "training failed at the lowest rate",
        28: "a wrong answer before the page", 40: "error in the page", 43: "the page data came too slowly",
        50: "error after the page", 51: "an invalid answer after the page", 52: "no answer to MPS",
        53: "a wrong answer to MPS", 54: "no answer to EOP", 55: "a wrong answer to EOP", 56: "no answer to EOM",
        57: "a wrong answer to EOM", 58: "an operator was asked for, and none is there",
        70: "error before the page came", 71: "an invalid answer before the page came",
        72: "an invalid command before the page came", 73: "no page came within T2", 74: "nothing came behind EOM",
        90: "error in the page that came", 91: "no end of line came for five seconds",
        93: "the page was not fetched in time", 94: "frames with errors did not become better",
        100: "error behind the page that came", 101: "an invalid answer behind the page that came",
        102: "an invalid command behind the page that came", 103: "an operator was asked for, and none is there",
    ]
}

/// The names of commands that differ (T.32; SP-2388-A).
struct ClassTwoCommands {
    /// Class 2.0.
    var isFinal: Bool

    var bitOrder: String { isFinal ? "AT+FBO=0" : "AT+FBOR=0" }
    var abort: String { isFinal ? "AT+FKS" : "AT+FK" }
    var timeout: String { isFinal ? "AT+FCT=30" : "AT+FPHCTO=30" }

    func abilities(_ parameters: ClassTwoParameters) -> String { "AT+F\(isFinal ? "CC" : "DCC")=\(parameters.text)" }
    func session(_ parameters: ClassTwoParameters) -> String { "AT+F\(isFinal ? "IS" : "DIS")=\(parameters.text)" }
    func identification(_ text: String) -> String { "AT+F\(isFinal ? "LI" : "LID")=\"\(text)\"" }
    func pageStatus(_ status: Int) -> String { "AT+F\(isFinal ? "PS" : "PTS")=\(status)" }
}
