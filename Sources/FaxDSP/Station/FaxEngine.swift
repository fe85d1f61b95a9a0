import CSpanDSP

/// A fax terminal on an analogue line: libspandsp's modems and its T.30, fed with samples and asked for samples in equal
/// steps. Time is the count of samples that it was given, so a call runs as fast as the machine allows and the same
/// each time. One owner of one state, which is no other thread's business. It reads and writes TIFF files while it runs.
public struct FaxEngine: ~Copyable {
    private let state: OpaquePointer
    private let t30: OpaquePointer
    private let log = StationLog()

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
        log.attach(to: t30, station)
    }

    deinit { fax_free(state) }

    /// Samples it was given so far, 8,000 a second.
    public var sampleCount: Int { log.sampleCount }

    /// Hears a step of samples and puts in their place as many that it sends in the same time; silence when it sends
    /// nothing.
    public mutating func step(_ samples: inout [Int16]) {
        if log.keepsSilent(for: samples.count) {
            samples.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
            return
        }
        let count = Int32(clamping: samples.count)
        samples.withUnsafeMutableBufferPointer { buffer in
            _ = fax_rx(state, buffer.baseAddress, count)
            send(into: buffer)
        }
    }

    /// A step in which it hears nothing that anyone sent: samples are missing, and the modems go on as they see fit. Fills
    /// `samples` with what it sends.
    public mutating func stepOverGap(_ samples: inout [Int16]) {
        _ = fax_rx_fillin(state, Int32(clamping: samples.count))
        samples.withUnsafeMutableBufferPointer { send(into: $0) }
    }

    /// Hears a step of samples and gives as many that it sends in the same time.
    public mutating func step(_ heard: [Int16]) -> [Int16] {
        var samples = heard
        step(&samples)
        return samples
    }

    private func send(into buffer: UnsafeMutableBufferPointer<Int16>) {
        let sent = Int(fax_tx(state, buffer.baseAddress, Int32(clamping: buffer.count)))
        if sent < buffer.count { buffer[max(sent, 0)...].update(repeating: 0) }
        log.sampleCount += buffer.count
    }

    /// The call is over for it: everything it had to say is said.
    public var isDone: Bool { log.isDone(t30) }

    /// What happened so far.
    public var report: FaxStationReport { log.report }
    /// How far the fax has come at the moment.
    public var progress: FaxProgress { log.progress(t30) }
    /// Of its frames, for who asks often.
    public var frameCount: Int { log.report.frames.count }

    /// The line is gone: a reception is written to the end.
    public mutating func hangUp() { t30_terminate(t30) }
}
