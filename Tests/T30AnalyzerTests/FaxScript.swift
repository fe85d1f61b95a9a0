import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// A fax call written down step by step as the IFP packets of its two T.38 streams, to be analysed like a captured one.
/// Time goes on with every step; packets can be lost on the way or be kept out of the capture.
struct FaxScript {
    private struct Packet {
        var sequence: Int
        var frame: FrameRef
        var time: Instant
        var octets: [UInt8]
    }

    private struct Lane {
        var sequence = 0
        var packets: [Packet] = []
    }

    private var lanes: [Party: Lane] = [.caller: Lane(), .callee: Lane()]
    private(set) var frameNumber: UInt32 = 0
    /// The capture's clock is set when this frame is written.
    var clockLeap: (frame: UInt32, by: Duration)?
    private(set) var now = Instant(seconds: 1_000)
    private var isLosing = false
    /// Of the packets' coding.
    var form = IFPForm.v1998

    /// What T.30 says of the pages.
    var isECM = false
    var rateBps = 14_400
    var type = T38DataType.v17At14400
    /// RCP between its flags.
    private static let returnToControl: [UInt8] = [0xFF, 0xC0, 0x61]
    /// Octets of a non-ECM packet.
    static let burstOctets = 72

    // MARK: - Packets

    mutating func send(_ party: Party, _ packet: IFPPacket, after milliseconds: Int = 20) {
        now = now + .milliseconds(milliseconds)
        guard let octets = packet.octets(form: form) else { return }
        send(party, octets: octets)
    }

    mutating func send(_ party: Party, octets: [UInt8]) {
        guard var lane = lanes[party] else { return }
        frameNumber += 1
        if let clockLeap, clockLeap.frame == frameNumber { now = now + clockLeap.by }
        if !isLosing {
            lane.packets.append(
                Packet(sequence: lane.sequence, frame: FrameRef(number: frameNumber), time: now, octets: octets))
        }
        lane.sequence += 1
        lanes[party] = lane
    }

    mutating func wait(_ seconds: Double) { now = now + .milliseconds(Int(seconds * 1000)) }

    /// The packets of these steps are lost: numbered, and never seen.
    mutating func losing(_ steps: (inout FaxScript) -> Void) {
        isLosing = true
        steps(&self)
        isLosing = false
    }

    // MARK: - Signals

    /// A fax of one page, confirmed; nobody has said DCN.
    mutating func onePage() {
        identify()
        train()
        frame(.callee, 0x84)
        page(ScriptedCallTests.white)
        frame(.caller, 0x2F)
        frame(.callee, 0x8C)
    }

    mutating func indicator(_ party: Party, _ indicator: T38Indicator, lasting seconds: Double) {
        send(party, .indicator(indicator))
        wait(seconds)
    }

    /// T.30 frames behind one preamble, an octet a packet as gateways send them.
    mutating func frames(_ party: Party, _ frames: [[UInt8]], fcs: T38FieldType = .hdlcFCSOK) {
        indicator(party, .v21Preamble, lasting: 1)
        for frame in frames {
            for octet in frame {
                send(party, .data(.v21, [IFPPacket.Field(.hdlcData, [octet.reversedBits])]), after: 27)
            }
            send(party, .data(.v21, [IFPPacket.Field(fcs)]), after: 60)
        }
        send(party, .data(.v21, [IFPPacket.Field(.hdlcSigEnd)]))
        wait(0.1)
    }

    mutating func frame(_ party: Party, _ octets: UInt8..., fcs: T38FieldType = .hdlcFCSOK) {
        frames(party, [[0xFF, 0x13] + octets], fcs: fcs)
    }

    /// Data without framing: TCF or a page.
    mutating func burst(_ party: Party, _ octets: [UInt8], losingPackets lost: Set<Int> = []) {
        indicator(party, training(isShort: false), lasting: 1.4)
        for (index, start) in stride(from: 0, to: octets.count, by: Self.burstOctets).enumerated() {
            let part = Array(octets[start..<min(octets.count, start + Self.burstOctets)])
            isLosing = lost.contains(index)
            send(party, .data(type, [IFPPacket.Field(.t4NonECMData, part)]), after: 40)
            isLosing = false
        }
        send(party, .data(type, [IFPPacket.Field(.t4NonECMSigEnd)]))
        wait(0.1)
    }

    /// ECM frames by number; `lost` ones do not arrive.
    mutating func imageFrames(_ party: Party, _ frames: [(number: Int, data: [UInt8])], losing lost: Set<Int> = []) {
        indicator(party, training(isShort: true), lasting: 0.3)
        for (number, data) in frames {
            let octets = [0xFF, 0x03, 0x06, UInt8(truncatingIfNeeded: number)] + data
            isLosing = lost.contains(number)
            send(party, .data(type, [IFPPacket.Field(.hdlcData, octets.map(\.reversedBits))]), after: 140)
            send(party, .data(type, [IFPPacket.Field(.hdlcFCSOK)]), after: 0)
            isLosing = false
        }
        for _ in 0..<3 {
            send(
                party,
                .data(
                    type,
                    [IFPPacket.Field(.hdlcData, Self.returnToControl), IFPPacket.Field(.hdlcFCSOK)]))
        }
        send(party, .data(type, [IFPPacket.Field(.hdlcSigEnd)]))
        wait(0.1)
    }

    private func training(isShort: Bool) -> T38Indicator {
        switch type {
        case .v17At14400: isShort ? .v17ShortTraining14400 : .v17LongTraining14400
        case .v17At12000: isShort ? .v17ShortTraining12000 : .v17LongTraining12000
        case .v29At9600: .v29Training9600
        default: .v27Training4800
        }
    }

    // MARK: - T.30 in larger steps

    mutating func identify(hasCED: Bool = true) {
        if hasCED { indicator(.callee, .ced, lasting: 3) }
        frames(.callee, [[0xFF, 0x03, 0x40] + ident("200"), dis])
    }

    /// DCS and TCF; `zeroSeconds` of zeros.
    mutating func train(_ party: Party = .caller, zeroSeconds: Double = 1.5) {
        sendDCS(party)
        sendTCF(party, zeroSeconds: zeroSeconds)
    }

    mutating func sendDCS(_ party: Party = .caller) {
        frames(party, [[0xFF, 0x03, 0x43] + ident("100"), dcs])
    }

    mutating func sendTCF(_ party: Party = .caller, zeroSeconds: Double = 1.5) {
        burst(party, [UInt8](repeating: 0, count: Int(Double(rateBps) * zeroSeconds / 8)))
    }

    mutating func page(_ kind: SamplePage, _ party: Party = .caller, losingPackets lost: Set<Int> = []) {
        burst(party, kind.octets, losingPackets: lost)
    }

    mutating func ecmPage(
        _ kind: SamplePage, frames: ClosedRange<Int>? = nil, only: [Int]? = nil, losing lost: Set<Int> = []
    ) {
        let all = kind.imageFrames
        let numbers = only ?? frames.map(Array.init) ?? Array(all.indices)
        imageFrames(.caller, numbers.map { ($0, all[$0]) }, losing: lost)
    }

    mutating func pps(_ command: UInt8, page: UInt8 = 0, block: UInt8 = 0, frames: Int) {
        frame(.caller, 0xBF, command, page, block, UInt8(truncatingIfNeeded: frames - 1))
    }

    mutating func ppr(_ missing: Set<Int>) {
        var map = [UInt8](repeating: 0, count: 32)
        for number in missing { map[number / 8] |= 1 << UInt8(number % 8) }
        frames(.callee, [[0xFF, 0x13, 0xBC] + map])
    }

    private var dis: [UInt8] { [0xFF, 0x13, 0x80, 0x00, 0xEE, 0xB8, 0xC4] }

    private var dcs: [UInt8] {
        let rate: UInt8 =
            switch type {
            case .v17At14400: 0x20
            case .v17At12000: 0x28
            case .v29At9600: 0x04
            default: 0x08
            }
        return [0xFF, 0x13, 0x83, 0x00, 0x02 | rate, 0x80, isECM ? 0x04 : 0x00]
    }

    private func ident(_ digits: String) -> [UInt8] {
        Array(digits.utf8.reversed()) + [UInt8](repeating: 0x20, count: 20 - digits.utf8.count)
    }

    // MARK: - The call

    /// - Parameter seen: the parties whose packets the capture holds.
    func call(seen: [Party] = Party.allCases, quirks: [StreamQuirk] = []) -> Call {
        var signalling = Signalling(.sip)
        signalling.outcome = .answered
        let start = Instant(seconds: 999)
        signalling.inviteTime = start
        signalling.inviteFrame = FrameRef(number: 1)
        signalling.endTime = now + .seconds(1)
        signalling.endFrame = FrameRef(number: frameNumber + 1)
        var call = Call(id: 1, signalling: signalling, firstTime: start, firstFrame: FrameRef(number: 1))
        call.lastTime = now + .seconds(1)
        call.lastFrame = FrameRef(number: frameNumber + 1)
        for party in Party.allCases where seen.contains(party) {
            guard let lane = lanes[party], let stream = stream(of: party, lane, quirks) else { continue }
            call.streams.append(stream)
        }
        for party in Party.allCases {
            let share: Double? = seen.contains(party) ? 1 : 0
            if party == .caller { call.coverage.caller = share } else { call.coverage.callee = share }
        }
        return call
    }

    private func stream(of party: Party, _ lane: Lane, _ quirks: [StreamQuirk]) -> MediaStream? {
        guard let first = lane.packets.first, let last = lane.packets.last else { return nil }
        let ends = [Party.caller: Self.endpoint(1), .callee: Self.endpoint(2)]
        guard let from = ends[party], let to = ends[party.other] else { return nil }
        var stream = MediaStream(kind: .udptl, from: from, to: to, frame: first.frame, time: first.time)
        stream.direction = party
        stream.codec = "t38"
        stream.packets = lane.packets.count
        stream.lastFrame = last.frame
        stream.lastTime = last.time
        stream.quirks = quirks
        stream.statistics.expected = last.sequence - first.sequence + 1
        stream.statistics.lost = last.sequence - first.sequence + 1 - lane.packets.count
        stream.statistics.unrecovered = stream.statistics.lost
        stream.statistics.errorCorrection = .redundancy
        stream.statistics.redundancyDepth = 3
        var log = T38Log()
        for (index, packet) in lane.packets.enumerated() {
            log.append(
                sequence: packet.sequence, frame: packet.frame, time: packet.time, origin: .primary,
                octets: packet.octets)
            guard index > 0 else { continue }
            let before = lane.packets[index - 1]
            let missing = packet.sequence - before.sequence - 1
            guard missing > 0 else { continue }
            stream.statistics.gaps.append(
                SequenceGap(
                    firstMissing: UInt16(truncatingIfNeeded: before.sequence + 1), count: missing, recovered: 0,
                    before: before.frame, after: packet.frame, time: before.time...packet.time))
            stream.statistics.longestLossBurst = max(stream.statistics.longestLossBurst ?? 0, missing)
        }
        log.version = form.rawValue
        stream.t38 = log
        return stream
    }

    private static func endpoint(_ last: UInt8) -> Endpoint {
        Endpoint(IPAddress(v4: 0x0A00_0000 | UInt32(last)), 4_000)
    }
}

/// A page of equal rows in MH, by its content and number of rows.
struct SamplePage {
    enum Row { case white, black }

    var row: Row
    var rows: Int

    /// First bit on the line = most significant.
    var octets: [UInt8] {
        // 1728 pels: make-up code and terminating code 0, before black an empty white run (T.4 Tables 2 and 3).
        let end = "000000000001"
        let code = row == .white ? "01001101100110101" : "0011010100000011001010000110111"
        return Self.pack(String(repeating: end + code, count: rows) + String(repeating: end, count: 6))
    }

    /// 256 octets each, the last filled up; first bit on the line = least significant.
    var imageFrames: [[UInt8]] {
        let octets = octets.map(\.reversedBits)
        return stride(from: 0, to: octets.count, by: 256).map { start in
            let part = Array(octets[start..<min(octets.count, start + 256)])
            return part + [UInt8](repeating: 0, count: 256 - part.count)
        }
    }

    private static func pack(_ bits: String) -> [UInt8] {
        var octets: [UInt8] = []
        for (index, bit) in bits.utf8.enumerated() {
            if index % 8 == 0 { octets.append(0) }
            if bit == UInt8(ascii: "1") { octets[octets.count - 1] |= 0x80 >> UInt8(index % 8) }
        }
        return octets
    }
}

extension UInt8 {
    var reversedBits: UInt8 { (0..<8).reduce(0) { $0 | (self >> UInt8($1) & 1) << UInt8(7 - $1) } }
}
