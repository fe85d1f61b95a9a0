import CFaxEngine
import CSpanDSP
import FaxCore
import FaxWire

/// A T.38 gateway: modems on one side, IFP packets on the other, and T.30 seen but not spoken. Time is the count of
/// samples, as with ``FaxEngine``. One owner of one state, which is no other thread's business.
public struct T38Gateway: ~Copyable {
    /// What a gateway may let pass.
    public struct Configuration: Sendable {
        public var modems: [FaxStation.Modem] = FaxStation.Modem.allCases
        /// `false`: the ECM bit of each DIS is taken out.
        public var allowsECM = true
        /// The content of NSF, NSS and NSC is overwritten, so that machines do not agree on what T.38 cannot carry.
        public var suppressesNonStandard = true

        public init() {}
    }

    /// A frame of T.30 that went through it, as libspandsp saw it.
    public struct Frame: Sendable, Hashable {
        /// It came over the line; otherwise out of T.38.
        public var isFromModem: Bool
        /// Address, control and facsimile fields, without FCS, first bit on the line = least significant.
        public var octets: [UInt8]
    }

    public struct Statistics: Sendable, Hashable {
        public var rateBps: Int
        public var hasECM: Bool
        public var pages: Int
    }

    private let state: OpaquePointer
    private let core: OpaquePointer
    private let outbox = T38Outbox()
    private let log = GatewayLog()
    public private(set) var sampleCount = 0
    /// IFP packets that libspandsp could not read.
    public private(set) var refused = 0

    /// `nil` when libspandsp gives no state.
    public init?(_ configuration: Configuration = Configuration(), channel: T38Channel = T38Channel()) {
        guard let created = t38_gateway_init(nil, T38Outbox.collect, outbox.context) else { return nil }
        guard let ifp = t38_gateway_get_t38_core_state(created) else {
            t38_gateway_free(created)
            return nil
        }
        state = created
        core = ifp
        t38_gateway_set_transmit_on_idle(state, 1)
        t38_gateway_set_ecm_capability(state, configuration.allowsECM ? 1 : 0)
        t38_gateway_set_supported_modems(state, configuration.modems.reduce(0) { $0 | $1.bit })
        t38_gateway_set_tep_mode(state, channel.allowsForTEP ? 1 : 0)
        t38_gateway_set_fill_bit_removal(state, channel.removesFillBits ? 1 : 0)
        // libspandsp 0.0.6 takes the length and writes zeros.
        let zeros: [UInt8] = [0, 0, 0]
        let count = configuration.suppressesNonStandard ? Int32(zeros.count) : 0
        t38_gateway_set_nsx_suppression(state, zeros, count, zeros, count)
        channel.configure(core)
        t38_gateway_set_real_time_frame_handler(state, GatewayLog.note, log.context)
    }

    deinit { t38_gateway_free(state) }

    /// Hears a step of samples from the line, puts in their place as many that its modems send, and appends packets to
    /// send.
    public mutating func step(_ samples: inout [Int16], into packets: inout [T38Outgoing]) {
        let count = Int32(clamping: samples.count)
        samples.withUnsafeMutableBufferPointer { buffer in
            _ = t38_gateway_rx(state, buffer.baseAddress, count)
            let sent = Int(t38_gateway_tx(state, buffer.baseAddress, count))
            if sent < buffer.count { buffer[max(sent, 0)...].update(repeating: 0) }
        }
        sampleCount += samples.count
        outbox.drain(into: &packets)
    }

    /// An IFP packet came, under its number in the stream. `false`: it could not be read.
    @discardableResult
    public mutating func receive(_ packet: RawSpan, sequence: Int) -> Bool {
        faxprobe_gateway_ready_buffer(UnsafeMutableRawPointer(state))
        let isTaken = T38Outbox.receive(core, packet, sequence)
        if !isTaken { refused += 1 }
        return isTaken
    }

    /// Frames of the control channel since the last time it was asked, in order.
    public mutating func takeFrames() -> [Frame] { log.take() }

    public var statistics: Statistics {
        var statistics = t38_stats_t()
        t38_gateway_get_transfer_statistics(state, &statistics)
        return Statistics(
            rateBps: Int(statistics.bit_rate), hasECM: statistics.error_correcting_mode != 0,
            pages: Int(statistics.pages_transferred))
    }
}

/// Holds frames that a gateway called back with, until its owner asks for them.
private final class GatewayLog {
    private var frames: [T38Gateway.Frame] = []

    /// Nobody asks: the later ones are left out.
    private static let limit = 1_000

    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    func take() -> [T38Gateway.Frame] {
        guard !frames.isEmpty else { return [] }
        defer { frames = [] }
        return frames
    }

    /// A `t38_gateway_real_time_frame_handler_t`.
    static let note:
        @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32, UnsafePointer<UInt8>?, Int32) -> Void = {
            _, context, isFromModem, octets, count in
            guard let context, let octets, count > 0 else { return }
            let log = Unmanaged<GatewayLog>.fromOpaque(context).takeUnretainedValue()
            guard log.frames.count < limit else { return }
            let frame = Array(UnsafeBufferPointer(start: octets, count: Int(count)))
            log.frames.append(T38Gateway.Frame(isFromModem: isFromModem != 0, octets: frame))
        }
}
