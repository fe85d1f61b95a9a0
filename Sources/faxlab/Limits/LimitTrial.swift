import FaxCore
import FaxDSP
import PcapDecode
import Simulator
import T30Analyzer

/// One kind of fax call, for the table of limits.
struct LimitCall: Sendable {
    var name: String
    var modem: String
    var rateBps: Int
    var modems: [FaxStation.Modem]
    var hasECM = true
    /// How many trainings fail before this rate is reached.
    var fallbacks = 0
    var heightPx = 400

    static let all = [
        LimitCall(name: "V.27ter 4800", modem: "V.27ter", rateBps: 4_800, modems: [.v27ter], heightPx: 200),
        LimitCall(
            name: "V.27ter 2400", modem: "V.27ter", rateBps: 2_400, modems: [.v27ter], fallbacks: 1, heightPx: 120),
        LimitCall(name: "V.29 9600", modem: "V.29", rateBps: 9_600, modems: [.v27ter, .v29]),
        LimitCall(name: "V.29 7200", modem: "V.29", rateBps: 7_200, modems: [.v27ter, .v29], fallbacks: 1),
        LimitCall(name: "V.17 14400", modem: "V.17", rateBps: 14_400, modems: [.v27ter, .v29, .v17]),
        LimitCall(name: "V.17 12000", modem: "V.17", rateBps: 12_000, modems: [.v27ter, .v29, .v17], fallbacks: 1),
        LimitCall(name: "V.17 9600", modem: "V.17", rateBps: 9_600, modems: [.v27ter, .v29, .v17], fallbacks: 2),
        LimitCall(name: "V.17 7200", modem: "V.17", rateBps: 7_200, modems: [.v27ter, .v29, .v17], fallbacks: 4),
        LimitCall(
            name: "V.29 9600, no ECM", modem: "V.29", rateBps: 9_600, modems: [.v27ter, .v29], hasECM: false),
        LimitCall(
            name: "V.17 14400, no ECM", modem: "V.17", rateBps: 14_400, modems: [.v27ter, .v29, .v17], hasECM: false),
    ]

    /// Two pages, so that an MPS and a second short training are in it.
    func make(seed: UInt64) throws -> EngineCall {
        let pages = [seed, seed &+ 1].map { TextLikePage(heightPx: heightPx, seed: $0).bitmap() }
        var maker = FaxCallMaker(pages: pages, modems: modems, hasECM: hasECM)
        maker.damagedTrainings = fallbacks
        let call = try maker.call()
        let report = call.answererReport
        guard call.received.count == 2, report.rateBps == rateBps, report.hasECM == hasECM else {
            throw LabError(
                "\(name): the engines made \(call.received.count) pages at \(report.rateBps) bit/s, \(report.completionText ?? "no end")"
            )
        }
        return call
    }
}

/// What happens to the two streams before the analysis reads them; the call itself was made without it.
struct LimitFault: Sendable {
    var group: String
    var name: String
    var impairment = LineImpairment.none
    /// Share of packets lost.
    var loss = 0.0

    static func all(seed: UInt64) -> [LimitFault] {
        var faults = [LimitFault(group: "clean", name: "as sent")]
        for snr in [30.0, 25, 20, 15, 10] {
            faults.append(
                LimitFault(group: "white noise", name: "\(Int(snr)) dB SNR", impairment: .noise(snrDB: snr, seed: seed))
            )
        }
        for delay in [30, 100, 250] {
            faults.append(
                LimitFault(group: "echo −12 dB", name: "after \(delay) ms", impairment: .echo(delayMs: delay)))
        }
        for hz in [-10.0, -5, -2, 2, 5, 10] {
            faults.append(
                LimitFault(group: "frequency", name: signed(hz, "Hz"), impairment: .frequencyShift(hz: hz)))
        }
        for level in stride(from: 0.0, through: -45, by: -5) {
            faults.append(LimitFault(group: "level", name: signed(level, "dBm0"), impairment: .level(dBm0: level)))
        }
        for ppm in [-100.0, 100] {
            faults.append(LimitFault(group: "clock", name: signed(ppm, "ppm"), impairment: .clock(ppm: ppm)))
        }
        for loss in [0.002, 0.005, 0.01, 0.02] {
            let tenths = Int((loss * 1_000).rounded())
            faults.append(LimitFault(group: "packets lost", name: "\(tenths / 10).\(tenths % 10) %", loss: loss))
        }
        return faults
    }

    private static func signed(_ value: Double, _ unit: String) -> String {
        "\(value > 0 ? "+" : value < 0 ? "−" : "")\(Int(value.magnitude)) \(unit)"
    }

    /// Frames of the sender that an engine takes when it hears what the capture sees.
    func framesTakenByEngine(of call: EngineCall, kind: LimitCall) throws -> Int {
        var station = FaxStation(.answerer)
        station.identification = "+1 555 0200"
        station.modems = kind.modems
        station.hasECM = kind.hasECM
        let samples = impairment.apply(call.caller, other: call.answerer)
        return try FaxCallMaker.hear(samples, as: station).frames.count { !$0.isSent }
    }

    func apply(to call: EngineCall, seed: UInt64) -> Call {
        var audio = AudioCall(
            caller: impairment.apply(call.caller, other: call.answerer),
            callee: impairment.apply(call.answerer, other: call.caller))
        if loss > 0 { audio.isLost = AudioCall.loss(loss, seed: seed) }
        return audio.call()
    }
}

/// How much of a call the analysis read in spite of a fault.
struct LimitResult: Sendable {
    /// V.21 frames and frames of ECM pages that the engines took, and those of them that were read.
    var commands = (read: 0, all: 0)
    var image = (read: 0, all: 0)
    var pages = (equal: 0, all: 0)
    var isNamedRight = false
    var outcome = FaxSession.Outcome.unknown
    /// Frames of the sender that were read.
    var fromSender = 0

    init(_ call: EngineCall, as kind: LimitCall, analyzed: FaxSession) {
        for (role, party) in [(FaxStation.Role.caller, Party.caller), (.answerer, .callee)] {
            let read = analyzed.messages.filter { $0.direction == party && $0.crcOK == true }.map(\.octets)
            count(call.framesTaken(from: role), in: read)
            if party == .caller { fromSender = commands.read + image.read }
        }
        pages = (
            zip(analyzed.pages.compactMap(\.image), call.received).count { $0.octets == $1.octets }, call.received.count
        )
        isNamedRight = analyzed.modem == kind.modem && analyzed.rateBps == kind.rateBps && analyzed.ecm == kind.hasECM
        outcome = analyzed.outcome
    }

    /// Each frame read counts for one frame that was taken.
    private mutating func count(_ taken: [[UInt8]], in read: [[UInt8]]) {
        var left: [[UInt8]: Int] = [:]
        for octets in read { left[octets, default: 0] += 1 }
        for octets in taken {
            let isImage = octets.count > 2 && (octets[2] == 0x06 || octets[2] == 0x86)
            let isRead = left[octets, default: 0] > 0
            if isRead { left[octets, default: 0] -= 1 }
            if isImage {
                image = (image.read + (isRead ? 1 : 0), image.all + 1)
            } else {
                commands = (commands.read + (isRead ? 1 : 0), commands.all + 1)
            }
        }
    }

    var isWhole: Bool {
        commands.read == commands.all && image.read == image.all && pages.equal == pages.all && isNamedRight
            && outcome == .success
    }

    /// `✓` everything; else the shares in percent of V.21 frames and of image frames, pages, and the outcome.
    var text: String {
        if isWhole { return "✓" }
        var parts = [Self.percent(commands)]
        if image.all > 0 { parts.append(Self.percent(image)) }
        parts.append("\(pages.equal)/\(pages.all)")
        return parts.joined(separator: " · ") + (isNamedRight ? "" : " ✗") + " \(outcome.rawValue)"
    }

    private static func percent(_ count: (read: Int, all: Int)) -> String {
        guard count.all > 0 else { return "–" }
        return "\(count.read * 100 / count.all)"
    }
}
