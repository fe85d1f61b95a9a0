import CSpanDSP
import FaxCore
import FaxWire

/// A fax terminal on an IP network (T.38 without a modem): libspandsp's T.30 over IFP packets. Time is the count of
/// samples that it is told of, as with ``FaxEngine``. One owner of one state, which is no other thread's business.
public struct T38Terminal: ~Copyable {
    private let state: OpaquePointer
    private let t30: OpaquePointer
    private let core: OpaquePointer
    private let log = StationLog()
    private let outbox = T38Outbox()
    /// IFP packets that libspandsp could not read.
    public private(set) var refused = 0

    /// `nil` when libspandsp gives no state.
    public init?(_ station: FaxStation, channel: T38Channel = T38Channel()) {
        let isCaller: Int32 = station.role == .caller ? 1 : 0
        guard let created = t38_terminal_init(nil, isCaller, T38Outbox.collect, outbox.context) else { return nil }
        guard let engine = t38_terminal_get_t30_state(created), let ifp = t38_terminal_get_t38_core_state(created)
        else {
            t38_terminal_free(created)
            return nil
        }
        state = created
        t30 = engine
        core = ifp
        t38_terminal_set_config(state, channel.options)
        t38_terminal_set_tep_mode(state, channel.allowsForTEP ? 1 : 0)
        t38_terminal_set_fill_bit_removal(state, channel.removesFillBits ? 1 : 0)
        t38_set_fill_bit_removal(core, channel.removesFillBits ? 1 : 0)
        channel.configure(core)
        log.attach(to: t30, station)
    }

    deinit { t38_terminal_free(state) }

    /// Samples it was told of so far, 8,000 a second.
    public var sampleCount: Int { log.sampleCount }

    /// So many samples' time passes; packets to send are appended.
    public mutating func step(samples: Int, into packets: inout [T38Outgoing]) {
        if log.keepsSilent(for: samples) { return }
        _ = t38_terminal_send_timeout(state, Int32(clamping: samples))
        log.sampleCount += samples
        outbox.drain(into: &packets)
    }

    /// An IFP packet came, under its number in the stream. What it makes the terminal say comes out of the next step. A
    /// number that is not the next one tells libspandsp that packets are missing. `false`: it could not be read.
    @discardableResult
    public mutating func receive(_ packet: RawSpan, sequence: Int) -> Bool {
        let isTaken = T38Outbox.receive(core, packet, sequence)
        if !isTaken { refused += 1 }
        return isTaken
    }

    /// The call is over for it: everything it had to say is said.
    public var isDone: Bool { log.isDone(t30) }

    /// What happened so far.
    public var report: FaxStationReport { log.report }
    /// How far the fax has come at the moment.
    public var progress: FaxProgress { log.progress(t30) }
    /// Of its frames, for who asks often.
    public var frameCount: Int { log.report.frames.count }

    /// The call is gone: a reception is written to the end.
    public mutating func hangUp() { t30_terminate(t30) }
}
