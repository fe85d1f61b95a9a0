import CSpanDSP

/// A Class 1 fax modem (T.31): an AT interpreter towards fax software, modems towards the line. Time is the count of samples
/// that it is given while a call stands. One owner of one state, which is no other thread's business.
///
/// libspandsp's modem could speak T.38, too. In 0.0.6 that side writes beyond a buffer when a frame with error correction comes,
/// so it is never begun: where T.38 carries a call, a ``T38Gateway`` stands before the modem.
///
/// What it says comes out of ``takeOutput()`` and ``takeControls()`` after every call of another function.
public final class T31Modem {
    /// What it wants of its line.
    public enum Control: Sendable, Hashable {
        /// Dial; the digits as libspandsp read them.
        case call(String)
        case answer
        case hangUp
        /// Takes the line without a call (`ATH1`).
        case offHook
        /// Takes no more from the software, or takes it again (circuit 106).
        case clearToSend(Bool)
    }

    /// What befell its line.
    public enum LineEvent: Sendable {
        case ringing, answered, connected, busy, noDialTone, noAnswer, hungUp

        fileprivate var code: Int32 {
            switch self {
            case .ringing: Int32(AT_CALL_EVENT_ALERTING.rawValue)
            case .answered: Int32(AT_CALL_EVENT_ANSWERED.rawValue)
            case .connected: Int32(AT_CALL_EVENT_CONNECTED.rawValue)
            case .busy: Int32(AT_CALL_EVENT_BUSY.rawValue)
            case .noDialTone: Int32(AT_CALL_EVENT_NO_DIALTONE.rawValue)
            case .noAnswer: Int32(AT_CALL_EVENT_NO_ANSWER.rawValue)
            case .hungUp: Int32(AT_CALL_EVENT_HANGUP.rawValue)
            }
        }
    }

    private let state: OpaquePointer
    private let desk = T31Desk()
    /// `nil` when libspandsp gives no state.
    public init?() {
        let context = Unmanaged.passUnretained(desk).toOpaque()
        guard let created = t31_init(nil, collectOutput, context, collectControl, context, nil, nil) else { return nil }
        state = created
        t31_set_transmit_on_idle(state, 1)
    }

    deinit { t31_free(state) }

    // MARK: - The software's side

    /// Octets from the software. While ``Control/clearToSend(_:)`` is off it must not be given any.
    public func receive(_ octets: ArraySlice<UInt8>) {
        octets.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
            _ = t31_at_rx(state, start, Int32(clamping: bytes.count))
        }
    }

    /// Octets for the software.
    public func takeOutput() -> [UInt8] {
        guard !desk.output.isEmpty else { return [] }
        defer { desk.output = [] }
        return desk.output
    }

    public func takeControls() -> [Control] {
        guard !desk.controls.isEmpty else { return [] }
        defer { desk.controls = [] }
        return desk.controls
    }

    // MARK: - The line's side

    public func note(_ event: LineEvent) { t31_call_event(state, event.code) }

    /// The result code that ends a command whose call came to nothing.
    public func sayNoCarrier() {
        at_put_response_code(faxprobe_t31_interpreter(state), Int32(AT_RESPONSE_CODE_NO_CARRIER))
    }

    /// What `+VCID` tells of the next call, in this order; values of printable characters.
    public func setCallerInformation(_ lines: [(name: String, value: String)]) {
        let interpreter = faxprobe_t31_interpreter(state)
        at_reset_call_info(interpreter)
        for line in lines { at_set_call_info(interpreter, line.name, line.value) }
    }

    /// Hears a step of samples and puts in their place as many that it sends in the same time.
    public func step(_ samples: inout [Int16]) {
        let count = Int32(clamping: samples.count)
        samples.withUnsafeMutableBufferPointer { buffer in
            _ = t31_rx(state, buffer.baseAddress, count)
            let sent = Int(t31_tx(state, buffer.baseAddress, count))
            if sent < buffer.count { buffer[max(sent, 0)...].update(repeating: 0) }
        }
    }
}

/// What the callbacks of libspandsp leave behind; lives as long as its modem.
private final class T31Desk {
    var output: [UInt8] = []
    var controls: [T31Modem.Control] = []

    static func from(_ context: UnsafeMutableRawPointer) -> T31Desk {
        Unmanaged<T31Desk>.fromOpaque(context).takeUnretainedValue()
    }
}

private let collectOutput:
    @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int) -> Int32 = {
        _, context, octets, count in
        guard let context, let octets, count > 0 else { return 0 }
        T31Desk.from(context).output.append(contentsOf: UnsafeBufferPointer(start: octets, count: count))
        return 0
    }

/// `number` is a string for two operations only; for others it is a number in the place of one.
private let collectControl:
    @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?) -> Int32 = {
        _, context, operation, number in
        guard let context else { return 0 }
        let desk = T31Desk.from(context)
        switch UInt32(bitPattern: operation) {
        case AT_MODEM_CONTROL_CALL.rawValue:
            desk.controls.append(.call(number.map { String(cString: $0) } ?? ""))
        case AT_MODEM_CONTROL_ANSWER.rawValue: desk.controls.append(.answer)
        case AT_MODEM_CONTROL_HANGUP.rawValue, AT_MODEM_CONTROL_ONHOOK.rawValue: desk.controls.append(.hangUp)
        case AT_MODEM_CONTROL_OFFHOOK.rawValue: desk.controls.append(.offHook)
        case AT_MODEM_CONTROL_CTS.rawValue: desk.controls.append(.clearToSend(number != nil))
        default: break
        }
        return 0
    }
