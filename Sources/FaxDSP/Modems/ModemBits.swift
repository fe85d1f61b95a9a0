import CSpanDSP

/// What a modem says through its one callback: a bit, or a change of its status.
enum ModemSignal {
    case bit(Bool)
    case carrierUp
    case carrierDown
    case training
    case trained
    case trainingFailed
    case other

    init(_ value: Int32) {
        switch Int(value) {
        case 0: self = .bit(false)
        case 1: self = .bit(true)
        case SIG_STATUS_CARRIER_UP: self = .carrierUp
        case SIG_STATUS_CARRIER_DOWN: self = .carrierDown
        case SIG_STATUS_TRAINING_IN_PROGRESS: self = .training
        case SIG_STATUS_TRAINING_SUCCEEDED: self = .trained
        case SIG_STATUS_TRAINING_FAILED: self = .trainingFailed
        default: self = .other
        }
    }
}

/// Collects what the callbacks of one modem say during one call. The modem's state holds an unretained pointer to it;
/// both live as long as their owner.
final class ModemBox {
    var signals: [Int32] = []
    /// Sums over the symbols reported since the training succeeded.
    var symbolCount = 0
    var errorPower = 0.0
    var targetPower = 0.0

    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static func from(_ context: UnsafeMutableRawPointer) -> ModemBox {
        Unmanaged<ModemBox>.fromOpaque(context).takeUnretainedValue()
    }

    func forgetSymbols() {
        symbolCount = 0
        errorPower = 0
        targetPower = 0
    }
}

/// The callback for bits and for status changes: `put_bit_func_t`.
let putModemBit: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void = { context, bit in
    guard let context else { return }
    ModemBox.from(context).signals.append(bit)
}

/// Audio is given to a modem in steps of this many samples (1 ms): a bit's time is known to a step.
let modemStepSamples = 8
