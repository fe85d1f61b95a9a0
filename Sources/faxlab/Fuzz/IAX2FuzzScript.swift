import FaxCore
import FaxEndpoint
import FaxProtocol
import FaxWire

/// What a peer of IAX2 may be sent: openings, and frames for a call of ours and one of theirs. After each datagram time
/// passes, so that repetitions and ends come as well.
enum IAX2FuzzScript {
    private static let peer = Endpoint(IPAddress(v4: 0x0A00_0002), 4_570)

    private static var settings: IAX2Settings {
        var settings = IAX2Settings(hash: .crypto)
        settings.accounts = [IAX2Account(name: "fax0", secret: nil)]
        return settings
    }

    /// An agent that calls, with our number of the call.
    private static func agent() -> (agent: IAX2Agent, number: UInt16) {
        var agent = IAX2Agent(settings, random: SeededRandom(seed: 1))
        let call = agent.call(IAX2Destination(peer: peer, calledNumber: "1"), at: .zero)
        return (agent, call?.number.value ?? 0)
    }

    /// Whole datagrams, to be damaged.
    static var frames: [[UInt8]] {
        var elements = IAX2Elements()
        elements.version = IAX2Elements.version
        elements.username = "fax0"
        elements.calledNumber = "200"
        elements.capability = 0x4C
        elements.format = IAX2Format.muLaw
        elements.authenticationMethods = 3
        elements.challenge = "12345"
        elements.refresh = 60
        elements.callToken = []
        let number = agent().number
        let commands: [IAX2Command] = [
            .new, .registrationRequest, .registrationRelease, .poke, .ping, .lagRequest, .accept,
            .authenticationRequest, .callToken, .hangup, .reject, .voiceNotAcknowledged, .ack,
        ]
        let full = commands.flatMap { command in
            [UInt16(0), number].map {
                IAX2FullFrame(
                    source: 9, destination: $0, timestamp: 3, outbound: 0, inbound: 1, kind: .iax,
                    subclass: UInt64(command.rawValue)
                ).octets(elements.octets)
            }
        }
        let voice = IAX2FullFrame(
            source: 9, destination: number, timestamp: 20, outbound: 0, inbound: 1, kind: .voice,
            subclass: IAX2Format.muLaw
        ).octets([UInt8](repeating: 0xFF, count: 160))
        return full + [voice, IAX2MiniFrame.octets(source: 9, timestamp: 40, [1, 2, 3])]
    }

    static func feed(_ octets: [UInt8]) {
        var (agent, _) = agent()
        var now = Instant.zero
        for datagram in [octets, frames[0], octets, octets.reversed()] {
            for output in agent.receive(datagram, from: peer, at: now) {
                if case .event(.call(let number, .incoming)) = output { _ = agent.answer(number, at: now) }
            }
            for _ in 0..<4 {
                guard let due = agent.deadline else { break }
                now = max(now, due)
                _ = agent.wake(at: now)
            }
        }
    }
}
