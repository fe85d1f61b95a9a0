/// A modulation of T.30 with its data signalling rate.
public struct Modulation: Sendable, Hashable {
    public var modem: T38Modem
    /// Bits a second.
    public var rateBps: Int

    public init(_ modem: T38Modem, _ rateBps: Int) {
        self.modem = modem
        self.rateBps = rateBps
    }

    /// `V.17 14400`.
    public var text: String { "\(modem.rawValue) \(rateBps)" }
}

extension InformationBits {
    /// Bits 11–14 of a DCS (and of a CTC); `nil`: reserved.
    public var commandedModulation: Modulation? {
        switch value(11, 14) {
        case 0b0000: Modulation(.v27ter, 2400)
        case 0b0100: Modulation(.v27ter, 4800)
        case 0b1000: Modulation(.v29, 9600)
        case 0b1100: Modulation(.v29, 7200)
        case 0b0010: Modulation(.v33, 14_400)
        case 0b0110: Modulation(.v33, 12_000)
        case 0b0001: Modulation(.v17, 14_400)
        case 0b0101: Modulation(.v17, 12_000)
        case 0b1001: Modulation(.v17, 9600)
        case 0b1101: Modulation(.v17, 7200)
        default: nil
        }
    }

    /// Bits 11–14 of a DIS or DTC; `nil`: reserved.
    public var offeredModems: [T38Modem]? {
        switch value(11, 14) {
        case 0b0000, 0b0100: [.v27ter]
        case 0b1000: [.v29]
        case 0b1100: [.v27ter, .v29]
        case 0b1110: [.v27ter, .v29, .v33]
        case 0b1101: [.v27ter, .v29, .v17]
        default: nil
        }
    }
}
