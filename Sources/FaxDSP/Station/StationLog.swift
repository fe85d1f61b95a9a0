import CSpanDSP

/// Collects what the callbacks of one T.30 engine say. The engine's state holds an unretained pointer to it; both live as
/// long as their owner.
final class StationLog {
    var report = FaxStationReport()
    /// Kept by the owner: the time of what is called back.
    var sampleCount = 0

    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static func from(_ context: UnsafeMutableRawPointer) -> StationLog {
        Unmanaged<StationLog>.fromOpaque(context).takeUnretainedValue()
    }

    /// Puts the station's wishes into a T.30 engine and listens to it.
    func attach(to t30: OpaquePointer, _ station: FaxStation) {
        if !station.identification.isEmpty { t30_set_tx_ident(t30, station.identification) }
        if !station.pageHeader.isEmpty { t30_set_tx_page_header_info(t30, station.pageHeader) }
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
        t30_set_phase_b_handler(t30, noteNegotiation, context)
        t30_set_phase_d_handler(t30, notePage, context)
        t30_set_phase_e_handler(t30, noteEnd, context)
        t30_set_real_time_frame_handler(t30, noteFrame, context)
    }

    /// The call is over for the engine: everything it had to say is said.
    func isDone(_ t30: OpaquePointer) -> Bool { report.completion != nil && t30_call_active(t30) == 0 }

    fileprivate func note(_ t30: OpaquePointer) -> t30_stats_t {
        var statistics = t30_stats_t()
        t30_get_transfer_statistics(t30, &statistics)
        report.rateBps = Int(statistics.bit_rate)
        report.hasECM = statistics.error_correcting_mode != 0
        report.pagesSent = Int(statistics.pages_tx)
        report.pagesReceived = Int(statistics.pages_rx)
        report.badRows = Int(statistics.bad_rows)
        report.ecmRetries = Int(statistics.error_correcting_mode_retries)
        if let name = t30_get_rx_ident(t30) { report.remoteIdentification = String(cString: name) }
        return statistics
    }

    fileprivate func append(_ kind: FaxStationReport.Event.Kind) {
        guard report.events.count < FaxStationReport.eventLimit else { return }
        report.events.append(FaxStationReport.Event(kind: kind, sample: sampleCount))
    }

    fileprivate func append(frame octets: UnsafeBufferPointer<UInt8>, isSent: Bool) {
        guard report.frames.count < FaxStationReport.frameLimit else {
            report.framesNotKept += 1
            return
        }
        report.frames.append(FaxStationReport.Frame(isSent: isSent, octets: Array(octets), sample: sampleCount))
    }
}

private let noteNegotiation: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32) -> Int32 = {
    t30, context, _ in
    guard let t30, let context else { return Int32(T30_ERR_OK) }
    let log = StationLog.from(context)
    _ = log.note(t30)
    log.append(.negotiated)
    return Int32(T30_ERR_OK)
}

private let notePage: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32) -> Int32 = {
    t30, context, _ in
    guard let t30, let context else { return Int32(T30_ERR_OK) }
    let log = StationLog.from(context)
    let statistics = log.note(t30)
    log.append(
        .pageEnded(
            FaxStationReport.Page(
                pages: Int(max(statistics.pages_tx, statistics.pages_rx)), widthPx: Int(statistics.width),
                rows: Int(statistics.length), badRows: Int(statistics.bad_rows),
                longestBadRun: Int(statistics.longest_bad_row_run), codedOctets: Int(statistics.image_size),
                ecmRetries: Int(statistics.error_correcting_mode_retries))))
    return Int32(T30_ERR_OK)
}

private let noteEnd: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32) -> Void = {
    t30, context, code in
    guard let t30, let context else { return }
    let log = StationLog.from(context)
    _ = log.note(t30)
    log.append(.ended(code: Int(code)))
    log.report.completion = Int(code)
    log.report.completionText = t30_completion_code_to_str(code).map { String(cString: $0) }
}

private let noteFrame:
    @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32, UnsafePointer<UInt8>?, Int32) -> Void = {
        _, context, direction, octets, count in
        guard let context, let octets, count > 0 else { return }
        StationLog.from(context)
            .append(frame: UnsafeBufferPointer(start: octets, count: Int(count)), isSent: direction == 0)
    }
