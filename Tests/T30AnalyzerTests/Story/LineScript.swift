import FaxCore
import FaxWire
import PcapDecode

@testable import T30Analyzer

/// Writes a T.38 call packet by packet: both parties speak in turn, time goes on by itself.
struct LineScript {
    private var logs: [Party: T38Log] = [.caller: T38Log(), .callee: T38Log()]
    private var sequence: [Party: Int] = [:]
    private(set) var now = Instant(seconds: 1_000)
    private(set) var frameNumber: UInt32 = 0

    /// Which parties the capture shows.
    var visible: Set<Party> = [.caller, .callee]

    mutating func wait(_ duration: Duration) { now = now + duration }

    /// Packets of this party are sent and lost.
    mutating func lose(_ count: Int, of party: Party) { sequence[party, default: 0] += count }

    mutating func send(_ party: Party, _ packet: IFPPacket) {
        now = now + .milliseconds(20)
        frameNumber += 1
        let number = sequence[party, default: 0]
        sequence[party] = number + 1
        logs[party]?.append(
            sequence: number, frame: FrameRef(number: frameNumber), time: now, origin: .primary,
            octets: packet.octets(form: .v1998) ?? [])
    }

    mutating func indicate(_ party: Party, _ indicator: T38Indicator) { send(party, .indicator(indicator)) }

    /// A signal of V.21 frames, one octet a packet, as spandsp sends them. `octets` from the control octet on is
    /// `03 …` or `13 …`; the address goes in front.
    mutating func command(_ party: Party, _ frames: [UInt8]...) {
        indicate(party, .v21Preamble)
        wait(.seconds(1))
        for (index, frame) in frames.enumerated() {
            let isLast = index == frames.count - 1
            for octet in [0xFF, isLast ? 0x13 : 0x03] + frame {
                send(party, .data(.v21, [.init(.hdlcData, [mirrored(octet)])]))
            }
            send(party, .data(.v21, [.init(isLast ? .hdlcFCSOKSigEnd : .hdlcFCSOK)]))
        }
        indicate(party, .noSignal)
        wait(.milliseconds(75))
    }

    mutating func training(_ party: Party, ones: Int = 0, octets: Int = 2700) {
        indicate(party, .v17LongTraining14400)
        wait(.milliseconds(1400))
        var bits = [UInt8](repeating: 0, count: octets)
        for index in 0..<ones { bits[octets / 2 + index * 2] = 0x10 }
        image(party, bits)
    }

    /// Non-ECM data of V.17 14400 in packets of 36 octets.
    mutating func image(_ party: Party, _ octets: [UInt8]) {
        var rest = octets[...]
        while !rest.isEmpty {
            send(party, .data(.v17At14400, [.init(.t4NonECMData, Array(rest.prefix(36)))]))
            rest = rest.dropFirst(36)
        }
        send(party, .data(.v17At14400, [.init(.t4NonECMSigEnd)]))
        indicate(party, .noSignal)
        wait(.milliseconds(75))
    }

    mutating func page(_ party: Party, _ octets: [UInt8]) {
        indicate(party, .v17ShortTraining14400)
        image(party, octets)
    }

    /// FCDs of these numbers out of `octets` (64 a frame) and three RCP; `bad` have a wrong FCS.
    mutating func frames(_ party: Party, _ numbers: [Int], of octets: [UInt8], bad: Set<Int> = []) {
        indicate(party, .v17ShortTraining14400)
        for number in numbers {
            let data = Array(octets.dropFirst(number * 64).prefix(64))
            send(
                party,
                .data(
                    .v17At14400,
                    [
                        .init(.hdlcData, ([0xFF, 0x03, 0x06, UInt8(number)] + data).map(mirrored)),
                        .init(bad.contains(number) ? .hdlcFCSBad : .hdlcFCSOK),
                    ]))
        }
        for _ in 0..<3 {
            send(
                party,
                .data(.v17At14400, [.init(.hdlcData, [0xFF, 0x03, 0x86].map(mirrored)), .init(.hdlcFCSOK)]))
        }
        send(party, .data(.v17At14400, [.init(.hdlcSigEnd)]))
        indicate(party, .noSignal)
    }

    var call: Call {
        var signalling = Signalling(.sip)
        signalling.outcome = .answered
        var call = Call(id: 1, signalling: signalling, firstTime: .zero, firstFrame: FrameRef(number: 1))
        for party in Party.allCases where visible.contains(party) {
            guard var log = logs[party] else { continue }
            log.decideForm()
            var stream = MediaStream(
                kind: .udptl, from: Endpoint(IPAddress(v4: 0x0A00_0001), party == .caller ? 4000 : 4002),
                to: Endpoint(IPAddress(v4: 0x0A00_0002), party == .caller ? 4002 : 4000), frame: FrameRef(number: 1),
                time: .zero)
            stream.direction = party
            stream.t38 = log
            call.streams.append(stream)
        }
        call.coverage.caller = visible.contains(.caller) ? 1 : 0
        call.coverage.callee = visible.contains(.callee) ? 1 : 0
        return call
    }

    var session: FaxSession { FaxAnalyzer().analyze(call) }
}

/// T.38 has the first bit of the line in the most significant place, T.30's octets here in the least.
func mirrored(_ octet: UInt8) -> UInt8 { octet.bitReversed }

/// Octets of frames from the facsimile control field on. X is 1 from the caller, which received the DIS.
enum Say {
    static let dis: [UInt8] = [0x80, 0x00, 0xEE, 0xF8, 0x44]
    static let csi: [UInt8] = [0x40] + Identification.information("+1 555 0200")
    static let tsi: [UInt8] = [0x43] + Identification.information("+1 555 0100")
    static let cig: [UInt8] = [0x41] + Identification.information("+1 555 0100")
    static let dtc: [UInt8] = [0x81, 0x00, 0xEE, 0xF8, 0x44]
    /// V.17 14400, MH, standard resolution.
    static let dcs: [UInt8] = [0x83, 0x00, 0x22, 0x78]
    static let dcs9600: [UInt8] = [0x83, 0x00, 0x06, 0x78]
    /// The same with ECM and frames of 64 octets.
    static let dcsECM: [UInt8] = [0x83, 0x00, 0x22, 0xF8, 0x0C]
    static let cfr: [UInt8] = [0x84]
    static let ftt: [UInt8] = [0x44]
    static let mps: [UInt8] = [0x4F]
    static let eom: [UInt8] = [0x8F]
    static let eop: [UInt8] = [0x2F]
    static let mcf: [UInt8] = [0x8C]
    static let rtn: [UInt8] = [0x4C]
    static let rnr: [UInt8] = [0xEC]
    static let rr: [UInt8] = [0x6F]
    static let dcn: [UInt8] = [0xFB]
    static let ctr: [UInt8] = [0xC4]
    static let err: [UInt8] = [0x1C]
    static let ctc9600: [UInt8] = [0x13, 0x00, 0x06]

    static func pps(_ command: UInt8, page: UInt8 = 0, block: UInt8 = 0, frames: Int) -> [UInt8] {
        [0xBF, command, page, block, UInt8(frames - 1)]
    }

    static func ppr(_ frames: [Int]) -> [UInt8] {
        var map = [UInt8](repeating: 0, count: 32)
        for frame in frames { map[frame / 8] |= 1 << UInt8(frame % 8) }
        return [0xBC] + map
    }
}

/// Coded pages: white rows of MH with their EOLs, first bit most significant.
enum CodedPage {
    /// `rows` rows of 1728 white pels (EOL 000000000001, then 010011011 00110101) and RTC.
    static func white(rows: Int) -> [UInt8] {
        var bits = ""
        for _ in 0..<rows { bits += "000000000001" + "010011011" + "00110101" }
        for _ in 0..<6 { bits += "000000000001" }
        while bits.utf8.count % 8 != 0 { bits += "0" }
        let digits = Array(bits.utf8)
        return stride(from: 0, to: digits.count, by: 8).map { start in
            digits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 == 0x31 ? 1 : 0) }
        }
    }

    /// As ECM frames have it: first bit least significant.
    static func whiteECM(rows: Int) -> [UInt8] { white(rows: rows).map(mirrored) }
}
