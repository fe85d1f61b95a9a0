import FaxCore
import FaxDSP
import FaxWire
import PcapDecode

/// Two streams of samples as the call that a capture of their RTP would have given: G.711, one packet each 20 ms.
public struct AudioCall: Sendable {
    public var law = G711.muLaw
    public var caller: [Int16]
    public var callee: [Int16]
    /// Packets that are missing, by party and number from 0.
    public var isLost: @Sendable (Party, Int) -> Bool = { _, _ in false }
    /// The packets of this range alone were captured; those of both parties with the same number come together.
    public var captured = 0..<Int.max

    public init(caller: [Int16], callee: [Int16]) {
        self.caller = caller
        self.callee = callee
    }

    public static let packetSamples = 160

    /// Packets of the longer side.
    public var packetCount: Int { (max(caller.count, callee.count) + Self.packetSamples - 1) / Self.packetSamples }

    /// Packets lost each with the same chance; the same for the same seed.
    public static func loss(_ chance: Double, seed: UInt64) -> @Sendable (Party, Int) -> Bool {
        { party, number in
            var random = SeededRandom(seed: seed ^ UInt64(number) << 1 ^ (party == .caller ? 1 : 0))
            return random.chance(chance)
        }
    }

    /// Answered at time 0; it says of itself that it begins or ends in mid call when packets of it were not captured.
    public func call() -> Call {
        let first = max(captured.lowerBound, 0)
        var call = Call(
            id: 1, signalling: Signalling(.none), firstTime: Self.time(first), firstFrame: FrameRef(number: 1))
        call.streams = [(Party.caller, caller), (.callee, callee)].compactMap { party, samples in
            stream(party, samples)
        }
        let last = min(captured.upperBound, packetCount)
        call.lastTime = Self.time(max(first, last))
        call.coverage.caller = caller.isEmpty ? 0 : 1
        call.coverage.callee = callee.isEmpty ? 0 : 1
        call.coverage.startsMidCall = first > 0
        call.coverage.endsMidCall = last < packetCount
        return call
    }

    private func stream(_ party: Party, _ samples: [Int16]) -> MediaStream? {
        var log = AudioLog()
        let payloadType: UInt8 = law == .muLaw ? 0 : 8
        log.formats = [payloadType: encoding]
        let octets = law.octets(samples)
        for (number, start) in stride(from: 0, to: octets.count, by: Self.packetSamples).enumerated()
        where captured.contains(number) && !isLost(party, number) {
            let payload = Array(octets[start..<min(start + Self.packetSamples, octets.count)])
            let packet = AudioLog.Packet(
                sequence: UInt16(truncatingIfNeeded: number), timestamp: UInt32(truncatingIfNeeded: start),
                payloadType: payloadType, marker: number == 0,
                frame: FrameRef(number: UInt32(truncatingIfNeeded: 2 * number + (party == .caller ? 1 : 2))),
                time: Self.time(number), offset: 0, length: 0)
            log.append(packet, payload: payload.span.bytes)
        }
        guard let first = log.packets.first, let last = log.packets.last else { return nil }
        let end = Endpoint(IPAddress(v4: party == .caller ? 0x0A00_0001 : 0x0A00_0002), 4_000)
        var stream = MediaStream(kind: .rtp, from: end, to: end, frame: first.frame, time: first.time)
        stream.direction = party
        stream.codec = encoding
        stream.lastTime = last.time
        stream.audio = log
        return stream
    }

    private var encoding: String { law == .muLaw ? "PCMU" : "PCMA" }

    private static func time(_ packet: Int) -> Instant { .zero + .milliseconds(20 * packet) }
}
