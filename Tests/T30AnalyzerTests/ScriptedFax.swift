import FaxCore
import PcapDecode
import Simulator

/// A call written down step by step, for rows of rules.
func scripted(
    ecm: Bool = false, seen: [Party] = Party.allCases, change: (inout Call) -> Void = { _ in },
    _ steps: (inout FaxScript) -> Void
) -> Call {
    var script = FaxScript()
    script.isECM = ecm
    steps(&script)
    var call = script.call(seen: seen)
    change(&call)
    return call
}

extension FaxScript {
    static let white = SamplePage(row: .white, rows: 400)

    /// To the confirmed training.
    mutating func open() {
        identify()
        train()
        frame(.callee, 0x84)
    }

    /// A page without ECM, MCF and DCN.
    mutating func deliver(_ page: SamplePage = white) {
        self.page(page)
        frame(.caller, 0x2F)
        frame(.callee, 0x8C)
        frame(.caller, 0xFB)
    }

    mutating func wholeFax() {
        open()
        deliver()
    }
}

extension Call {
    /// Somebody hung up, so long after the last packet.
    mutating func end(by party: Signalling.EndedBy, after delay: Duration) {
        let last = streams.map(\.lastTime).max() ?? lastTime
        signalling.endedBy = party
        signalling.endTime = last + delay
        lastTime = max(lastTime, last + delay)
    }
}

/// Two sides that speak in turn, in samples at 8 kHz.
struct SpokenCall {
    private var caller: [Int16] = []
    private var callee: [Int16] = []

    /// One side speaks, the other is silent.
    mutating func say(_ samples: [Int16], by party: Party) {
        let silence = [Int16](repeating: 0, count: samples.count)
        caller += party == .caller ? samples : silence
        callee += party == .callee ? samples : silence
    }

    mutating func wait(_ seconds: Double) { say(AudioSilence.samples(seconds: seconds), by: .caller) }

    func call(endedBy party: Signalling.EndedBy = .caller) -> Call {
        var call = AudioCall(caller: caller, callee: callee).call()
        call.signalling = Signalling(.sip)
        call.signalling.outcome = .answered
        call.signalling.inviteTime = call.firstTime
        call.signalling.inviteFrame = FrameRef(number: 1)
        call.signalling.answerTime = call.firstTime
        call.signalling.endTime = call.lastTime
        call.signalling.endFrame = call.lastFrame
        call.signalling.endedBy = party
        return call
    }
}

/// G.711 of one party in packets of 20 ms, from this moment on.
func audioStreams(of party: Party, _ samples: [Int16], from start: Instant) -> [MediaStream] {
    let call = AudioCall(caller: party == .caller ? samples : [], callee: party == .callee ? samples : []).call()
    return call.streams.map { stream in
        var stream = stream
        var log = AudioLog()
        log.formats = stream.audio?.formats ?? [:]
        for packet in stream.audio?.packets ?? [] {
            var later = packet
            later.time = start + (packet.time - .zero)
            let octets = stream.audio?.octets[packet.offset..<packet.offset + packet.length] ?? []
            log.append(later, payload: Array(octets).span.bytes)
        }
        stream.audio = log
        stream.firstTime = start + (stream.firstTime - .zero)
        stream.lastTime = start + (stream.lastTime - .zero)
        return stream
    }
}

/// A short fax over a clean line, made once.
enum MadeFax {
    static let call = Result {
        try FaxCallMaker(pages: [TextLikePage(heightPx: 24, seed: 5).bitmap()]).call()
    }
}
