import CSpanDSP

/// The tones by which fax terminals and modems make themselves known.
public enum FaxTone: Sendable, Hashable, CaseIterable {
    /// 1100 Hz, half a second in every 3.5 (T.30 4.2).
    case cng
    /// 2100 Hz (T.30 4.1: CED; V.25: ANS).
    case ced
    /// 2100 Hz with phase reversals (V.25: /ANS).
    case ansReversed
    /// 2100 Hz with 15 Hz amplitude modulation (V.8: ANSam).
    case ansam
    /// ANSam with phase reversals (V.8: /ANSam).
    case ansamReversed

    init?(code: Int) {
        switch code {
        case MODEM_CONNECT_TONES_FAX_CNG: self = .cng
        case MODEM_CONNECT_TONES_ANS: self = .ced
        case MODEM_CONNECT_TONES_ANS_PR: self = .ansReversed
        case MODEM_CONNECT_TONES_ANSAM: self = .ansam
        case MODEM_CONNECT_TONES_ANSAM_PR: self = .ansamReversed
        default: return nil
        }
    }
}

/// What a ``FaxToneReceiver`` hears. Samples are counted from the first one it was given, at 8,000 a second.
public enum FaxToneEvent: Sendable, Hashable {
    /// The tone was recognised; it began before, by the time that takes (0.4 s to 1.6 s). The 2100 Hz tones change their
    /// kind without an end between when modulation or reversals are noticed.
    case recognised(FaxTone, sample: Int, levelDBm0: Int)
    case ended(FaxTone, sample: Int)
}

/// Listens for CNG and for the answer tones. One owner of two libspandsp states, which are no other thread's business.
public struct FaxToneReceiver: ~Copyable {
    /// Collects the reports of one detector during one call.
    private final class Box {
        var reports: [(code: Int, levelDBm0: Int)] = []
        var present: FaxTone?

        var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
    }

    private let calling: OpaquePointer
    private let callingBox = Box()
    private let answering: OpaquePointer
    private let answeringBox = Box()
    /// Samples taken so far: the virtual time.
    public private(set) var sampleCount = 0

    /// `nil` when libspandsp gives no state.
    public init?() {
        let report: @convention(c) (UnsafeMutableRawPointer?, Int32, Int32, Int32) -> Void = {
            context, code, level, _ in
            guard let context else { return }
            Unmanaged<Box>.fromOpaque(context).takeUnretainedValue()
                .reports.append((code: Int(code), levelDBm0: Int(level)))
        }
        let calling = modem_connect_tones_rx_init(
            nil, Int32(MODEM_CONNECT_TONES_FAX_CNG), report, callingBox.context)
        let answering = modem_connect_tones_rx_init(
            nil, Int32(MODEM_CONNECT_TONES_ANS_PR), report, answeringBox.context)
        guard let calling, let answering else {
            if let calling { modem_connect_tones_rx_free(calling) }
            if let answering { modem_connect_tones_rx_free(answering) }
            return nil
        }
        self.calling = calling
        self.answering = answering
    }

    deinit {
        modem_connect_tones_rx_free(calling)
        modem_connect_tones_rx_free(answering)
    }

    /// Takes the next samples; gives what became known with them, in order.
    public mutating func receive(_ samples: Span<Int16>) -> [FaxToneEvent] {
        var events: [FaxToneEvent] = []
        var start = 0
        while start < samples.count {
            let count = min(modemStepSamples, samples.count - start)
            samples.extracting(start..<start + count).withUnsafeBufferPointer { step in
                _ = modem_connect_tones_rx(calling, step.baseAddress, Int32(count))
                _ = modem_connect_tones_rx(answering, step.baseAddress, Int32(count))
            }
            start += count
            sampleCount += count
            if !callingBox.reports.isEmpty { takeReports(callingBox, &events) }
            if !answeringBox.reports.isEmpty { takeReports(answeringBox, &events) }
        }
        return events
    }

    private func takeReports(_ box: Box, _ events: inout [FaxToneEvent]) {
        for report in box.reports {
            let tone = FaxTone(code: report.code)
            if let tone {
                events.append(.recognised(tone, sample: sampleCount, levelDBm0: report.levelDBm0))
            } else if let ended = box.present {
                events.append(.ended(ended, sample: sampleCount))
            }
            box.present = tone
        }
        box.reports.removeAll(keepingCapacity: true)
    }
}
