import FaxCore
import PcapDecode

/// What would have carried this call: the error correction that its own losses of T.38 packets call for, and how long its
/// audio can go without a slip. No finding: a forecast, worked out only when asked for.
public struct WhatIf: Sendable {
    /// One for each T.38 stream over UDPTL that lost packets.
    public var relays: [RelayForecast]
    /// `nil`: no audio of a minute or more, or no clock could be measured.
    public var audio: AudioForecast?

    public init(_ call: Call, _ fax: FaxSession) {
        relays = call.streams.indices.compactMap {
            call.streams[$0].isOtherHop ? nil : RelayForecast(call, stream: $0)
        }
        audio = AudioForecast(call, fax)
    }

    public var isEmpty: Bool { relays.isEmpty && audio == nil }
}
