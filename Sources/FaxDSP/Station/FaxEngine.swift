import CSpanDSP

/// A fax terminal on an analogue line: libspandsp's modems and its T.30, fed with samples and asked for samples in equal
/// steps. Time is the count of samples that it was given, so a call runs as fast as the machine allows and the same
/// each time. One owner of one state, which is no other thread's business. It reads and writes TIFF files while it runs.
public struct FaxEngine: ~Copyable {
    private let state: OpaquePointer
    private let t30: OpaquePointer
    private let box = FaxEngineBox()
    /// Samples it was given so far, 8,000 a second.
    public private(set) var sampleCount = 0

    /// `nil` when libspandsp gives no state.
    public init?(_ station: FaxStation) {
        guard let created = fax_init(nil, station.role == .caller ? 1 : 0) else { return nil }
        guard let engine = fax_get_t30_state(created) else {
            fax_free(created)
            return nil
        }
        state = created
        t30 = engine
        fax_set_transmit_on_idle(state, 1)
        configure(station)
        t30_set_phase_e_handler(t30, noteEnd, box.context)
        t30_set_phase_d_handler(t30, noteProgress, box.context)
        t30_set_phase_b_handler(t30, noteProgress, box.context)
        t30_set_real_time_frame_handler(t30, noteFrame, box.context)
    }

    deinit { fax_free(state) }

    private func configure(_ station: FaxStation) {
        if !station.identification.isEmpty { t30_set_tx_ident(t30, station.identification) }
        t30_set_ecm_capability(t30, station.hasECM ? 1 : 0)
        t30_set_supported_modems(t30, station.modems.reduce(0) { $0 | $1.bit })
        t30_set_supported_compressions(t30, station.compressions.reduce(0) { $0 | $1.bit })
        t30_set_supported_resolutions(
            t30,
            Int32(
                T30_SUPPORT_STANDARD_RESOLUTION | T30_SUPPORT_FINE_RESOLUTION | T30_SUPPORT_SUPERFINE_RESOLUTION
                    | T30_SUPPORT_R8_RESOLUTION))
        t30_set_supported_image_sizes(
            t30,
            Int32(T30_SUPPORT_215MM_WIDTH | T30_SUPPORT_A4_LENGTH | T30_SUPPORT_UNLIMITED_LENGTH))
        if let path = station.documentPath { t30_set_tx_file(t30, path, -1, -1) }
        if let path = station.receptionPath { t30_set_rx_file(t30, path, -1) }
    }

    /// Hears a step of samples and gives as many that it sends in the same time; silence when it sends nothing.
    public mutating func step(_ heard: [Int16]) -> [Int16] {
        var heard = heard
        var sent = [Int16](repeating: 0, count: heard.count)
        let count = Int32(clamping: heard.count)
        heard.withUnsafeMutableBufferPointer { _ = fax_rx(state, $0.baseAddress, count) }
        sent.withUnsafeMutableBufferPointer { _ = fax_tx(state, $0.baseAddress, count) }
        sampleCount += heard.count
        return sent
    }

    /// The call is over for it: everything it had to say is said.
    public var isDone: Bool { box.report.completion != nil && t30_call_active(t30) == 0 }

    /// What happened so far.
    public var report: FaxStationReport { box.report }

    /// The line is gone: a reception is written to the end.
    public mutating func hangUp() { t30_terminate(t30) }
}

/// Collects what the callbacks of one engine say. The engine's state holds an unretained pointer to it; both live as
/// long as their owner.
private final class FaxEngineBox {
    var report = FaxStationReport()

    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static func from(_ context: UnsafeMutableRawPointer) -> FaxEngineBox {
        Unmanaged<FaxEngineBox>.fromOpaque(context).takeUnretainedValue()
    }

    func note(_ state: OpaquePointer) {
        var statistics = t30_stats_t()
        t30_get_transfer_statistics(state, &statistics)
        report.rateBps = Int(statistics.bit_rate)
        report.hasECM = statistics.error_correcting_mode != 0
        report.pagesSent = Int(statistics.pages_tx)
        report.pagesReceived = Int(statistics.pages_rx)
        report.badRows = Int(statistics.bad_rows)
        if let name = t30_get_rx_ident(state) { report.remoteIdentification = String(cString: name) }
    }
}

private let noteProgress: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32) -> Int32 = {
    state, context, _ in
    if let state, let context { FaxEngineBox.from(context).note(state) }
    return Int32(T30_ERR_OK)
}

private let noteEnd: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32) -> Void = {
    state, context, code in
    guard let state, let context else { return }
    let box = FaxEngineBox.from(context)
    box.note(state)
    box.report.completion = Int(code)
    box.report.completionText = t30_completion_code_to_str(code).map { String(cString: $0) }
}

/// An engine handles no more frames than this in a call that is of use; what follows is not kept.
private let frameLimit = 100_000

private let noteFrame:
    @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32, UnsafePointer<UInt8>?, Int32) -> Void = {
        _, context, direction, octets, count in
        guard let context, let octets, count > 0 else { return }
        let box = FaxEngineBox.from(context)
        guard box.report.frames.count < frameLimit else { return }
        let frame = Array(UnsafeBufferPointer(start: octets, count: Int(count)))
        box.report.frames.append(FaxStationReport.Frame(isSent: direction == 0, octets: frame))
    }
