import CSpanDSP
import FaxCore

/// Hears in a live line what tells that a fax begins: CNG, CED or a V.21 preamble (T.30 4.1, 4.2, 5.3.1). One owner of its
/// states.
public struct FaxSignalListener: ~Copyable {
    public enum Signal: String, Sendable, Hashable {
        case cng
        /// 2100 Hz in any of its forms.
        case ced
        case preamble
    }

    private let answer: OpaquePointer
    private let calling: OpaquePointer
    private let box = SignalBox()

    /// `nil` when libspandsp gives no state.
    public init?() {
        guard
            let answer = modem_connect_tones_rx_init(
                nil, Int32(MODEM_CONNECT_TONES_FAX_CED_OR_PREAMBLE), SignalBox.note, box.context)
        else { return nil }
        guard
            let calling = modem_connect_tones_rx_init(
                nil, Int32(MODEM_CONNECT_TONES_FAX_CNG), SignalBox.note, box.context)
        else {
            modem_connect_tones_rx_free(answer)
            return nil
        }
        self.answer = answer
        self.calling = calling
    }

    deinit {
        modem_connect_tones_rx_free(answer)
        modem_connect_tones_rx_free(calling)
    }

    /// Takes the next samples, 8,000 a second.
    /// - Returns: what is heard from now on and was not before, in order.
    public mutating func hear(_ samples: [Int16]) -> [Signal] {
        let count = Int32(clamping: samples.count)
        samples.withUnsafeBufferPointer { buffer in
            _ = modem_connect_tones_rx(answer, buffer.baseAddress, count)
            _ = modem_connect_tones_rx(calling, buffer.baseAddress, count)
        }
        guard !box.signals.isEmpty else { return [] }
        defer { box.signals.removeAll(keepingCapacity: true) }
        return box.signals
    }
}

private final class SignalBox {
    var signals: [FaxSignalListener.Signal] = []

    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    /// A `tone_report_func_t`; the code is 0 when a tone ends.
    static let note: @convention(c) (UnsafeMutableRawPointer?, Int32, Int32, Int32) -> Void = { context, code, _, _ in
        guard let context, let signal = FaxSignalListener.Signal(code: code) else { return }
        Unmanaged<SignalBox>.fromOpaque(context).takeUnretainedValue().signals.append(signal)
    }
}

extension FaxSignalListener.Signal {
    fileprivate init?(code: Int32) {
        switch Int(code) {
        case Int(MODEM_CONNECT_TONES_FAX_CNG): self = .cng
        case Int(MODEM_CONNECT_TONES_FAX_PREAMBLE): self = .preamble
        case Int(MODEM_CONNECT_TONES_ANS), Int(MODEM_CONNECT_TONES_ANS_PR),
            Int(MODEM_CONNECT_TONES_ANSAM), Int(MODEM_CONNECT_TONES_ANSAM_PR):
            self = .ced
        default: return nil
        }
    }
}
