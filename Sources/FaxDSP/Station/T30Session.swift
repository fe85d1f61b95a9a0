import CSpanDSP

/// T.30 without a line: the same engine that ``FaxEngine`` and ``T38Terminal`` run, for who has modems of its own, such as a
/// Class 1 modem behind AT commands. What it wants of the line comes out of ``takeDemands()`` after every call of another
/// function. Octets of fast modems are whole pages or ECM frames with their flags, first bit = least significant; frames of
/// V.21 have neither flags nor FCS. One owner of one state; it reads and writes TIFF files while it runs.
public final class T30Session {
    /// A modem at a rate; with a long or a short training.
    public struct Carrier: Sendable, Hashable {
        public enum Modem: Sendable, Hashable { case v21, v27ter, v29, v17 }

        public var modem: Modem
        public var rateBps: Int
        public var isShort: Bool
        /// Frames of ECM go over it, not a page.
        public var isHDLC: Bool
    }

    public enum Demand: Sendable, Hashable {
        case callingTone, answerTone
        /// Milliseconds.
        case silence(Int)
        case send(Carrier)
        case hear(Carrier)
        /// For the V.21 carrier that is being sent; the last frame is followed by ``endOfFrames``.
        case frame([UInt8])
        case endOfFrames
        /// The call is over for it.
        case done
    }

    private let t30: OpaquePointer
    private let desk: Desk
    private let log = StationLog()

    /// `nil` when libspandsp gives no state.
    public init?(_ station: FaxStation) {
        let desk = Desk()
        let context = Unmanaged.passUnretained(desk).toOpaque()
        let isCaller: Int32 = station.role == .caller ? 1 : 0
        guard
            let t30 = t30_init(
                nil, isCaller, noteReception, context, noteTransmission, context, takeFrame, context)
        else { return nil }
        guard desk.makeFramers(for: t30) else {
            t30_free(t30)
            return nil
        }
        self.t30 = t30
        self.desk = desk
        t30_restart(t30)
        log.attach(to: t30, station)
    }

    deinit { t30_free(t30) }

    public func takeDemands() -> [Demand] {
        guard !desk.demands.isEmpty else { return [] }
        defer { desk.demands = [] }
        return desk.demands
    }

    /// So many samples' time, 8,000 a second, has passed on the line.
    public func pass(samples: Int) {
        log.sampleCount += samples
        t30_timer_update(t30, Int32(clamping: samples))
    }

    // MARK: - Sending

    /// What was demanded last (a tone, silence, a frame, the end of frames, a fast carrier with all its octets) is out.
    public func stepIsSent() {
        t30_front_end_status(UnsafeMutableRawPointer(t30), Int32(T30_FRONT_END_SEND_STEP_COMPLETE))
    }

    /// The next octets for the fast carrier that is being sent; fewer than asked for: those are the last.
    public func octetsToSend(_ count: Int) -> [UInt8] {
        guard desk.sendsFrames else {
            var octets = [UInt8](repeating: 0, count: count)
            let taken = t30_non_ecm_get_chunk(UnsafeMutableRawPointer(t30), &octets, Int32(clamping: count))
            return Array(octets.prefix(max(0, Int(taken))))
        }
        return desk.framedOctets(count)
    }

    // MARK: - Hearing

    /// The carrier that it was told to hear is there: the modem has trained.
    public func carrierIsUp(_ carrier: Carrier) {
        for status in [SIG_STATUS_CARRIER_UP, SIG_STATUS_TRAINING_SUCCEEDED] { tell(Int32(status), carrier) }
        if carrier.modem == .v21 { tell(Int32(SIG_STATUS_FRAMING_OK), carrier) }
    }

    public func carrierIsDown(_ carrier: Carrier) { tell(Int32(SIG_STATUS_CARRIER_DOWN), carrier) }

    private func tell(_ status: Int32, _ carrier: Carrier) {
        if carrier.modem == .v21 {
            t30_hdlc_accept(UnsafeMutableRawPointer(t30), nil, status, 1)
        } else if carrier.isHDLC {
            desk.deframe(status)
        } else {
            t30_non_ecm_put_bit(UnsafeMutableRawPointer(t30), status)
        }
    }

    /// A frame of V.21 came: address, control and facsimile fields, without FCS.
    public func receive(frame: ArraySlice<UInt8>, isGood: Bool) {
        frame.withUnsafeBufferPointer {
            t30_hdlc_accept(UnsafeMutableRawPointer(t30), $0.baseAddress, Int32(clamping: $0.count), isGood ? 1 : 0)
        }
    }

    /// Octets of a fast carrier came.
    public func receive(octets: ArraySlice<UInt8>, over carrier: Carrier) {
        guard carrier.isHDLC else {
            return octets.withUnsafeBufferPointer {
                t30_non_ecm_put_chunk(UnsafeMutableRawPointer(t30), $0.baseAddress, Int32(clamping: $0.count))
            }
        }
        for octet in octets { for bit in 0..<8 { desk.deframe(Int32(octet >> UInt8(bit) & 1)) } }
    }

    // MARK: - The call

    public var isDone: Bool { log.isDone(t30) }
    public var report: FaxStationReport { log.report }
    public var progress: FaxProgress { log.progress(t30) }

    /// The line is gone: a reception is written to the end.
    public func hangUp() { t30_terminate(t30) }
}

/// What the callbacks of libspandsp leave behind, and the framing of ECM; lives as long as its session.
private final class Desk {
    var demands: [T30Session.Demand] = []
    private(set) var sendsFrames = false
    /// What is being sent; frames that are given while it is nothing go over the next carrier.
    private var carrier: T30Session.Carrier?
    private var held: [[UInt8]] = []
    /// libspandsp's modems pass over being told to hear what they hear already.
    private var heard: Int32 = 0
    private var deframer: OpaquePointer?
    private var framer: OpaquePointer?
    private var t30: OpaquePointer?

    /// As libspandsp's own terminals have it: flags that have to come before a carrier counts as framed.
    private static let flags: Int32 = 5

    deinit {
        if let deframer { hdlc_rx_free(deframer) }
        if let framer { hdlc_tx_free(framer) }
    }

    static func from(_ context: UnsafeMutableRawPointer) -> Desk {
        Unmanaged<Desk>.fromOpaque(context).takeUnretainedValue()
    }

    func makeFramers(for t30: OpaquePointer) -> Bool {
        self.t30 = t30
        deframer = hdlc_rx_init(nil, 0, 1, Self.flags, t30_hdlc_accept, UnsafeMutableRawPointer(t30))
        framer = hdlc_tx_init(nil, 0, 2, 0, wantsFrame, UnsafeMutableRawPointer(t30))
        return deframer != nil && framer != nil
    }

    func deframe(_ bit: Int32) { if let deframer { hdlc_rx_put_bit(deframer, bit) } }

    func framedOctets(_ count: Int) -> [UInt8] {
        guard let framer else { return [] }
        var octets: [UInt8] = []
        while octets.count < count {
            var octet: UInt8 = 0
            for place in 0..<8 {
                let bit = hdlc_tx_get_bit(framer)
                guard bit >= 0 else { return octets + (place > 0 ? [octet] : []) }
                octet |= UInt8(bit & 1) << UInt8(place)
            }
            octets.append(octet)
        }
        return octets
    }

    func hear(_ type: Int32, _ rate: Int32, _ isShort: Bool, _ isHDLC: Bool) {
        guard type != heard else { return }
        heard = type
        guard let carrier = Self.carrier(type, rate, isShort, isHDLC) else { return }
        if isHDLC, let deframer { hdlc_rx_restart(deframer) }
        demands.append(.hear(carrier))
    }

    func send(_ type: Int32, _ rate: Int32, _ parameter: Int32, _ isHDLC: Bool) {
        sendsFrames = false
        carrier = nil
        switch Int(type) {
        case Int(T30_MODEM_PAUSE): demands.append(.silence(Int(parameter)))
        case Int(T30_MODEM_CED): demands.append(.answerTone)
        case Int(T30_MODEM_CNG): demands.append(.callingTone)
        case Int(T30_MODEM_DONE): demands.append(.done)
        default:
            guard let carrier = Self.carrier(type, rate, parameter != 0, isHDLC) else { return }
            self.carrier = carrier
            if isHDLC, carrier.modem != .v21, let framer {
                sendsFrames = true
                hdlc_tx_restart(framer)
                // 200 ms, as libspandsp's own terminals.
                hdlc_tx_flags(framer, rate / 40)
            }
            demands.append(.send(carrier))
            let frames = held
            held = []
            for frame in frames { frame.withUnsafeBufferPointer { take($0, count: Int32(clamping: frame.count)) } }
        }
    }

    func take(_ frame: UnsafeBufferPointer<UInt8>?, count: Int32) {
        guard carrier != nil else {
            if count < 0 { held = [] } else if let frame, count > 0 { held.append(Array(frame)) }
            return
        }
        if sendsFrames, let framer {
            if count < 0 { hdlc_tx_restart(framer) } else { hdlc_tx_frame(framer, frame?.baseAddress, Int(count)) }
        } else if let frame, count > 0 {
            demands.append(.frame(Array(frame)))
        } else if count == 0 {
            demands.append(.endOfFrames)
        }
    }

    private static func carrier(_ type: Int32, _ rate: Int32, _ isShort: Bool, _ isHDLC: Bool) -> T30Session.Carrier? {
        let modem: T30Session.Carrier.Modem
        switch Int(type) {
        case Int(T30_MODEM_V21): modem = .v21
        case Int(T30_MODEM_V27TER): modem = .v27ter
        case Int(T30_MODEM_V29): modem = .v29
        case Int(T30_MODEM_V17): modem = .v17
        default: return nil
        }
        return T30Session.Carrier(modem: modem, rateBps: Int(rate), isShort: isShort, isHDLC: isHDLC)
    }
}

private let noteReception: @convention(c) (UnsafeMutableRawPointer?, Int32, Int32, Int32, Int32) -> Void = {
    context, type, rate, isShort, isHDLC in
    guard let context else { return }
    Desk.from(context).hear(type, rate, isShort != 0, isHDLC != 0)
}

private let noteTransmission: @convention(c) (UnsafeMutableRawPointer?, Int32, Int32, Int32, Int32) -> Void = {
    context, type, rate, parameter, isHDLC in
    guard let context else { return }
    Desk.from(context).send(type, rate, parameter, isHDLC != 0)
}

private let takeFrame: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int32) -> Void = {
    context, octets, count in
    guard let context else { return }
    let frame = octets.map { UnsafeBufferPointer(start: $0, count: Int(max(0, count))) }
    Desk.from(context).take(frame, count: count)
}

/// The framer has run dry: the engine may give the next frame.
private let wantsFrame: @convention(c) (UnsafeMutableRawPointer?) -> Void = { t30 in
    t30_front_end_status(t30, Int32(T30_FRONT_END_SEND_STEP_COMPLETE))
}
