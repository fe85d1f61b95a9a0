import FaxWire

extension LineSignal {
    /// `nil`: no signal.
    init?(_ indicator: T38Indicator) {
        switch indicator {
        case .noSignal: return nil
        case .cng: self = .cng
        case .ced: self = .ced
        case .v21Preamble: self = .v21Preamble
        case .v8Ansam: self = .ansam
        case .v8Signal: self = .v8
        case .v34ControlChannel1200: self = .v34("V.34 control channel")
        case .v34PrimaryChannel: self = .v34("V.34 primary channel")
        case .v34ControlChannelRetrain: self = .v34("V.34 control channel retrain")
        case .v27Training2400, .v27Training4800, .v29Training7200, .v29Training9600, .v17ShortTraining7200,
            .v17LongTraining7200, .v17ShortTraining9600, .v17LongTraining9600, .v17ShortTraining12000,
            .v17LongTraining12000, .v17ShortTraining14400, .v17LongTraining14400, .v33Training12000, .v33Training14400:
            guard let training = indicator.training else { return nil }
            self = .training(training.modem, rateBps: training.rateBps, short: training.short)
        }
    }

    /// This signal is what must come before data of that type.
    func announces(_ type: T38DataType) -> Bool {
        switch self {
        case .cng, .ced, .ansReversed, .ansam, .ansamReversed, .sound: false
        case .v21Preamble: type.modem == .v21
        case .training(let modem, let rateBps, _): type.modem == modem && type.rateBps == rateBps
        case .v8: type.modem == .v8
        case .v34: type.modem == .v34
        }
    }
}

extension UInt8 {
    /// Most significant bit first becomes least significant bit first.
    var bitReversed: UInt8 {
        var value = self
        value = (value & 0xF0) >> 4 | (value & 0x0F) << 4
        value = (value & 0xCC) >> 2 | (value & 0x33) << 2
        return (value & 0xAA) >> 1 | (value & 0x55) << 1
    }
}

extension UInt64 {
    /// Each of the eight octets with its bits turned round, the octets where they were.
    var bitReversedOctets: UInt64 {
        var value = self
        value = (value & 0xF0F0_F0F0_F0F0_F0F0) >> 4 | (value & 0x0F0F_0F0F_0F0F_0F0F) << 4
        value = (value & 0xCCCC_CCCC_CCCC_CCCC) >> 2 | (value & 0x3333_3333_3333_3333) << 2
        return (value & 0xAAAA_AAAA_AAAA_AAAA) >> 1 | (value & 0x5555_5555_5555_5555) << 1
    }
}
