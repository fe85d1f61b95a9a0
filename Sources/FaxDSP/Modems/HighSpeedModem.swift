import CSpanDSP

/// The three receiving modems of libspandsp behind one face. Each state is made when first selected and kept, because
/// a short training of V.17 builds on what the long one learnt. The only place that names their functions.
struct HighSpeedModem: ~Copyable {
    private let box: ModemBox
    private var v27ter: OpaquePointer?
    private var v29: OpaquePointer?
    private var v17: OpaquePointer?
    private(set) var modulation: HighSpeedModulation

    /// `nil` when libspandsp gives no state.
    init?(_ modulation: HighSpeedModulation, cutoffDBm0: Float, box: ModemBox) {
        self.modulation = modulation
        self.box = box
        guard select(modulation, cutoffDBm0: cutoffDBm0) else { return nil }
    }

    deinit {
        if let v27ter { v27ter_rx_free(v27ter) }
        if let v29 { v29_rx_free(v29) }
        if let v17 { v17_rx_free(v17) }
    }

    /// Waits for a new training of `modulation`. `false` when libspandsp gives no state.
    mutating func select(_ modulation: HighSpeedModulation, cutoffDBm0: Float) -> Bool {
        let rateBps = Int32(modulation.rateBps)
        switch modulation {
        case .v27ter:
            if v27ter == nil { v27ter = v27ter_rx_init(nil, rateBps, putModemBit, box.context) }
            guard let v27ter else { return false }
            v27ter_rx_signal_cutoff(v27ter, cutoffDBm0)
            v27ter_rx_set_qam_report_handler(v27ter, reportSymbol, box.context)
            v27ter_rx_restart(v27ter, rateBps, 0)
        case .v29:
            if v29 == nil { v29 = v29_rx_init(nil, rateBps, putModemBit, box.context) }
            guard let v29 else { return false }
            v29_rx_signal_cutoff(v29, cutoffDBm0)
            v29_rx_set_qam_report_handler(v29, reportSymbol, box.context)
            v29_rx_restart(v29, rateBps, 0)
        case .v17(_, let training):
            if v17 == nil { v17 = v17_rx_init(nil, rateBps, putModemBit, box.context) }
            guard let v17 else { return false }
            v17_rx_signal_cutoff(v17, cutoffDBm0)
            v17_rx_set_qam_report_handler(v17, reportSymbol, box.context)
            v17_rx_restart(v17, rateBps, training == .short ? 1 : 0)
        }
        self.modulation = modulation
        return true
    }

    func receive(_ step: UnsafeBufferPointer<Int16>) {
        let count = Int32(step.count)
        switch modulation {
        case .v27ter: if let v27ter { v27ter_rx(v27ter, step.baseAddress, count) }
        case .v29: if let v29 { v29_rx(v29, step.baseAddress, count) }
        case .v17: if let v17 { v17_rx(v17, step.baseAddress, count) }
        }
    }

    var levelDBm0: Float? {
        switch modulation {
        case .v27ter: v27ter.map { v27ter_rx_signal_power($0) }
        case .v29: v29.map { v29_rx_signal_power($0) }
        case .v17: v17.map { v17_rx_signal_power($0) }
        }
    }

    var carrierHz: Float? {
        switch modulation {
        case .v27ter: v27ter.map { v27ter_rx_carrier_frequency($0) }
        case .v29: v29.map { v29_rx_carrier_frequency($0) }
        case .v17: v17.map { v17_rx_carrier_frequency($0) }
        }
    }

    /// How far the symbol clock has been moved since the training, in samples.
    var symbolTimingCorrection: Float? {
        switch modulation {
        case .v27ter: v27ter.map { v27ter_rx_symbol_timing_correction($0) }
        case .v29: v29.map { v29_rx_symbol_timing_correction($0) }
        case .v17: v17.map { v17_rx_symbol_timing_correction($0) }
        }
    }
}

/// The callback for symbols, where each lay and where it should have lain: `qam_report_handler_t`. Without a point it
/// reports the equalizer's state, which is not for us.
private let reportSymbol:
    @convention(c) (
        UnsafeMutableRawPointer?, UnsafePointer<complexf_t>?, UnsafePointer<complexf_t>?, Int32
    ) -> Void = { context, point, target, _ in
        guard let context, let point = point?.pointee, let target = target?.pointee else { return }
        ModemBox.from(context).take(
            point: SIMD2(point.re, point.im), target: SIMD2(target.re, target.im))
    }
