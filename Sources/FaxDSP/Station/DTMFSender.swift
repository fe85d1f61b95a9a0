import CSpanDSP

/// Digits as pairs of tones (Q.23), each followed by a pause, for a sender of samples at 8,000 a second.
public final class DTMFSender {
    /// What is sent.
    public enum Step: Sendable, Hashable {
        /// `0` to `9`, `*`, `#`, `A` to `D`.
        case digit(Character)
        /// Samples of silence.
        case pause(Int)
    }

    private let state: OpaquePointer
    private var steps: ArraySlice<Step>
    private var pause = 0
    private var isSending = false

    /// `nil` when libspandsp gives no state.
    public init?(_ steps: [Step]) {
        guard let created = dtmf_tx_init(nil) else { return nil }
        state = created
        self.steps = steps[...]
    }

    deinit { dtmf_tx_free(state) }

    /// The next samples; `false`: everything has been sent, and they are silence.
    public func fill(_ samples: inout [Int16]) -> Bool {
        for index in samples.indices { samples[index] = 0 }
        if pause > 0 {
            pause -= min(pause, samples.count)
            return true
        }
        if isSending, play(&samples) { return true }
        isSending = false
        guard let step = steps.popFirst() else { return false }
        switch step {
        case .pause(let count): pause = count
        case .digit(let digit):
            dtmf_tx_put(state, String(digit), 1)
            isSending = play(&samples)
        }
        return true
    }

    private func play(_ samples: inout [Int16]) -> Bool {
        samples.withUnsafeMutableBufferPointer { buffer in
            dtmf_tx(state, buffer.baseAddress, Int32(clamping: buffer.count)) > 0
        }
    }
}
