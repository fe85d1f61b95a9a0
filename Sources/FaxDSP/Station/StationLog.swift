import CFaxEngine
import CSpanDSP
import FaxWire

/// Collects what the callbacks of one T.30 engine say. The engine's state holds an unretained pointer to it; both live as
/// long as their owner.
final class StationLog {
    var report = FaxStationReport()
    /// Kept by the owner: the time of what is called back.
    var sampleCount = 0
    private var abilities = FaxAbilities()
    private var receptionPath: String?
    private var command: DigitalCommand?
    /// The last DCS was this side's.
    private var isSending = false
    private var phases = FaxPhaseTracker()
    /// Until then the line is left to the other side.
    private var silentUntil = 0

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
        station.abilities.configure(t30, station)
        if let path = station.documentPath { t30_set_tx_file(t30, path, -1, -1) }
        if let path = station.receptionPath { t30_set_rx_file(t30, path, -1) }
        t30_set_phase_b_handler(t30, noteNegotiation, context)
        t30_set_phase_d_handler(t30, notePage, context)
        t30_set_phase_e_handler(t30, noteEnd, context)
        t30_set_real_time_frame_handler(t30, noteFrame, context)
        if station.abilities.turnaround == .polls { t30_set_document_handler(t30, noteDocumentEnd, context) }
        abilities = station.abilities
        receptionPath = station.receptionPath
    }

    /// The call is over for the engine: everything it had to say is said.
    func isDone(_ t30: OpaquePointer) -> Bool { report.completion != nil && t30_call_active(t30) == 0 }

    /// A step in which the engine must not speak: its owner lets the time pass in silence.
    func keepsSilent(for samples: Int) -> Bool {
        guard sampleCount < silentUntil else { return false }
        sampleCount += samples
        return true
    }

    fileprivate func note(_ t30: OpaquePointer) -> t30_stats_t {
        var statistics = t30_stats_t()
        t30_get_transfer_statistics(t30, &statistics)
        report.rateBps = Int(statistics.bit_rate)
        report.hasECM = statistics.error_correcting_mode != 0
        report.pagesSent = Int(statistics.pages_tx)
        report.pagesReceived = Int(statistics.pages_rx)
        report.badRows = Int(statistics.bad_rows)
        report.ecmRetries = Int(statistics.error_correcting_mode_retries)
        report.remoteIdentification = Self.text(t30_get_rx_ident(t30)) ?? ""
        report.subaddress = Self.text(t30_get_rx_sub_address(t30)) ?? ""
        report.selectivePollingAddress = Self.text(t30_get_rx_selective_polling_address(t30)) ?? ""
        report.remoteVendor = Self.text(t30_get_rx_vendor(t30))
        report.remoteModel = Self.text(t30_get_rx_model(t30))
        return statistics
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String? { pointer.map { String(cString: $0) } }

    fileprivate func append(_ kind: FaxStationReport.Event.Kind) {
        guard report.events.count < FaxStationReport.eventLimit else { return }
        report.events.append(FaxStationReport.Event(kind: kind, sample: sampleCount))
    }

    fileprivate func append(frame octets: UnsafeBufferPointer<UInt8>, isSent: Bool) {
        phases.note(octets)
        if octets.count > 2, Int(octets[2] & 0xFE) == T30_DCS {
            isSending = isSent
            command = DigitalCommand(information: T30Frame(lax: Array(octets)).information)
        }
        guard report.frames.count < FaxStationReport.frameLimit else {
            report.framesNotKept += 1
            return
        }
        report.frames.append(FaxStationReport.Frame(isSent: isSent, octets: Array(octets), sample: sampleCount))
    }
}

// What the engine leaves to its user.
extension StationLog {
    /// How long a refusal of a DCS waits for the TCF behind it to end: its training and 1.5 s (T.30 5.3.6.1.3), before the
    /// sender's T4 of 3 s is over.
    private static let trainingSamples = 25_600

    /// The other side does not say the word that was agreed on: a completion code, on which libspandsp sends DCN.
    fileprivate func refusal(_ t30: OpaquePointer, signal: Int) -> Int32? {
        guard let wanted = abilities.requiredPassword else { return nil }
        switch signal & 0xFE {
        case T30_DCS:
            if Self.text(t30_get_rx_sender_ident(t30)) == wanted || Self.text(t30_get_rx_password(t30)) == wanted {
                return nil
            }
            silentUntil = sampleCount + Self.trainingSamples
            return Int32(T30_ERR_SID_UNACCEPTABLE)
        case T30_DTC & 0xFE where signal == T30_DTC:
            return Self.text(t30_get_rx_password(t30)) == wanted ? nil : Int32(T30_ERR_PWD_UNACCEPTABLE)
        default: return nil
        }
    }

    /// Before this side answers a DIS or a DTC with its own command.
    fileprivate func prepare(_ t30: OpaquePointer, after signal: Int) {
        guard signal & 0xFE == T30_DIS else { return }
        if signal == T30_DTC { faxprobe_t30_end_reception(UnsafeMutableRawPointer(t30)) }
        if let rate = abilities.firstRateBps {
            faxprobe_t30_limit_rate(UnsafeMutableRawPointer(t30), Int32(clamping: rate))
        }
    }

    /// The next DIS says that there is something to be polled: the file that has just been closed.
    fileprivate func offerWhatCame(_ t30: OpaquePointer, after signal: Int) {
        guard abilities.turnaround == .offersReceived, signal & 0xFE == T30_EOM, let receptionPath else { return }
        t30_set_tx_file(t30, receptionPath, -1, -1)
    }

    fileprivate func endPhases() { phases.end() }

    /// How far the fax has come.
    func progress(_ t30: OpaquePointer) -> FaxProgress {
        var statistics = t30_stats_t()
        t30_get_transfer_statistics(t30, &statistics)
        var progress = FaxProgress()
        progress.phase = phases.phase
        progress.isSending = isSending
        progress.pagesDone = Int(isSending ? statistics.pages_tx : statistics.pages_rx)
        progress.rateBps = command?.modulation?.rateBps
        progress.modem = command?.modulation?.text
        progress.coding = command?.compression.rawValue
        progress.hasECM = command?.ecm
        progress.ecmRetries = Int(statistics.error_correcting_mode_retries)
        if isSending {
            progress.pagesInAll = statistics.pages_in_file > 0 ? Int(statistics.pages_in_file) : nil
            progress.octetsInAll = statistics.image_size > 0 ? Int(statistics.image_size) : nil
            progress.rowsInAll = statistics.length > 0 ? Int(statistics.length) : nil
        }
        guard phases.phase == .c || phases.phase == .d else { return progress }
        if statistics.error_correcting_mode != 0 {
            progress.octets = phases.ecmOctets
        } else if isSending {
            progress.octets = Int(faxprobe_t30_octets_sent(UnsafeRawPointer(t30)))
        } else {
            progress.octets = Int(statistics.image_size)
            progress.rows = Int(statistics.length)
        }
        if let all = progress.octetsInAll { progress.octets = progress.octets.map { min($0, all) } }
        return progress
    }
}

private let noteNegotiation: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32) -> Int32 = {
    t30, context, signal in
    guard let t30, let context else { return Int32(T30_ERR_OK) }
    let log = StationLog.from(context)
    _ = log.note(t30)
    if let refusal = log.refusal(t30, signal: Int(signal)) { return refusal }
    log.prepare(t30, after: Int(signal))
    log.append(.negotiated)
    return Int32(T30_ERR_OK)
}

private let noteDocumentEnd: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32) -> Int32 = {
    t30, _, _ in
    guard let t30 else { return 0 }
    // The document is open already; without the name the next DIS is answered with DTC. 1 makes EOM of EOP.
    t30_set_tx_file(t30, "", -1, -1)
    return 1
}

private let notePage: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32) -> Int32 = {
    t30, context, signal in
    guard let t30, let context else { return Int32(T30_ERR_OK) }
    let log = StationLog.from(context)
    let statistics = log.note(t30)
    log.offerWhatCame(t30, after: Int(signal))
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
    log.endPhases()
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
