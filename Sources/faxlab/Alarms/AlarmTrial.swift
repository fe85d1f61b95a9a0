import FaxCore
import FaxDSP
import FaxWire
import PcapDecode
import T30Analyzer

/// One piece of audio through the whole analysis: what of fax is reported.
enum AlarmTrial {
    /// The names of the fax signals that were reported.
    static func reported(_ samples: [Int16], law: G711) -> [String] {
        let session = FaxAnalyzer().analyze(call(samples, law: law))
        var reported = session.messages.map(\.name) + session.signals.filter(\.isFax).map(\.name)
        reported += session.trainings.map { "training \($0.modem ?? "unknown")" }
        reported += session.pages.map { "page \($0.number)" }
        return reported + heard(law.samples(law.octets(samples)))
    }

    /// The tones and messages of fax that the scanner hears in all of it.
    private static func heard(_ samples: [Int16]) -> [String] {
        let ranges = Envelope(samples.span).activeRanges(thresholdDBm0: SignalScanner.thresholdDBm0, hangover: 1_600)
        return SignalScanner().scan(samples.span, in: ranges).filter(\.kind.isFax).map { signal in
            "\(signal.kind) at sample \(signal.samples.lowerBound)"
        }
    }

    /// The audio as a call of one stream of RTP, 20 ms a packet.
    private static func call(_ samples: [Int16], law: G711) -> Call {
        var log = AudioLog()
        let payloadType: UInt8 = law == .muLaw ? 0 : 8
        let encoding = law == .muLaw ? "PCMU" : "PCMA"
        log.formats = [payloadType: encoding]
        let octets = law.octets(samples)
        for (number, start) in stride(from: 0, to: octets.count, by: 160).enumerated() {
            let payload = Array(octets[start..<min(start + 160, octets.count)])
            let packet = AudioLog.Packet(
                sequence: UInt16(truncatingIfNeeded: number), timestamp: UInt32(truncatingIfNeeded: start),
                payloadType: payloadType, marker: number == 0,
                frame: FrameRef(number: UInt32(truncatingIfNeeded: number + 1)),
                time: .zero + .milliseconds(20 * number), offset: 0, length: 0)
            log.append(packet, payload: payload.span.bytes)
        }
        let end = Endpoint(IPAddress(v4: 0x0A00_0001), 4_000)
        var stream = MediaStream(kind: .rtp, from: end, to: end, frame: FrameRef(number: 1), time: .zero)
        stream.codec = encoding
        stream.audio = log
        var call = Call(id: 1, signalling: Signalling(.none), firstTime: .zero, firstFrame: FrameRef(number: 1))
        call.streams = [stream]
        return call
    }
}

extension HeardSignal.Kind {
    /// Announces or carries a fax, or could.
    var isFax: Bool {
        switch self {
        case .cng, .ced, .ansReversed, .ansam, .ansamReversed, .v8, .v34: true
        case .dtmf, .callProgress, .tone, .voice, .music, .comfortNoise, .noise, .unknown, .dataModem: false
        }
    }
}
