import FaxDSP

// The modem as the terminal of its call.
extension ModemLine: LineTerminal {
    /// A modem that is not on the line hears nothing, and says the digits of its dial string at most.
    public func step(_ samples: inout [Int16]) {
        switch state {
        case .onHook, .ringing, .dialling, .answering: for index in samples.indices { samples[index] = 0 }
        case .sendingDigits: if digits?.fill(&samples) != true { endDigits() }
        case .connected:
            modem.step(&samples)
            collect()
            pump()
        }
    }

    private func endDigits() {
        digits = nil
        begin(.connected)
    }
}
