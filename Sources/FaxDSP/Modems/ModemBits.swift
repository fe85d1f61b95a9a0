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

    /// The same since the last window.
    private(set) var windowCount = 0
    private(set) var windowError = 0.0
    private(set) var windowTarget = 0.0
    /// Every ``pointStride``th symbol since the training.
    private(set) var points: [SIMD2<Float>] = []
    private var pointStride = 1

    /// Points kept of one burst; when they are full every other one goes.
    static let pointLimit = 1_024

    @inline(__always)
    func take(point: SIMD2<Float>, target: SIMD2<Float>) {
        let error = point - target
        let errorPower = Double((error * error).sum())
        let targetPower = Double((target * target).sum())
        if symbolCount % pointStride == 0 { keep(point) }
        symbolCount += 1
        self.errorPower += errorPower
        self.targetPower += targetPower
        windowCount += 1
        windowError += errorPower
        windowTarget += targetPower
    }

    private func keep(_ point: SIMD2<Float>) {
        guard points.count == Self.pointLimit else { return points.append(point) }
        points = stride(from: 0, to: Self.pointLimit, by: 2).map { points[$0] }
        pointStride *= 2
        if symbolCount % pointStride == 0 { points.append(point) }
    }

    func forgetSymbols() {
        symbolCount = 0
        errorPower = 0
        targetPower = 0
        points = []
        pointStride = 1
        forgetWindow()
    }

    func forgetWindow() {
        windowCount = 0
        windowError = 0
        windowTarget = 0
    }
}

/// The callback for bits and for status changes: `put_bit_func_t`.
let putModemBit: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void = { context, bit in
    guard let context else { return }
    ModemBox.from(context).signals.append(bit)
}

/// A stretch of a burst: how well its symbols lay, and where the receiver's clocks stood at its end.
public struct QualityWindow: Sendable, Hashable {
    /// The end of it.
    public var sample: Int
    public var symbolCount: Int
    public var errorVectorRatio: Double?
    /// In samples, since the training.
    public var symbolTimingCorrection: Float?
    public var carrierHz: Float?
}

/// Audio is given to a modem in steps of this many samples (1 ms): a bit's time is known to a step.
let modemStepSamples = 8
