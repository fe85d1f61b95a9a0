import FaxCore
import FaxWire
import PcapDecode
import Simulator
import TestSupport
import Testing

@testable import T30Analyzer

/// Layer E.
@Suite struct IFPRuleTests {
    private static let clean = "01-t38-clean-1page-ecm"
    private static let withoutECM = "02-t38-clean-3pages-fine-noecm"

    /// The fault in the packets of one party of a clean call.
    private static func made(
        _ id: String, _ capture: String = clean, shows: String = "", by party: Party = .callee,
        severity: Finding.Severity? = nil, because: String? = nil,
        _ change: @escaping @Sendable (inout [IFPStep]) -> Void
    ) -> RuleCase {
        RuleCase(
            id: id, kind: .made, capture: capture, shows: shows, edit: { $0.editT38(of: party, change) }, fires: true,
            severity: severity, party: party, because: because)
    }

    /// The clean calls fire none of them.
    private static let near = RuleBook.ids.filter { $0.hasPrefix("ifp-") || $0 == "t38-over-rtp-or-tcp" }.sorted()
        .flatMap { id in
            [clean, withoutECM].map { RuleCase(id: id, kind: .real, capture: $0, fires: false) }
        }

    static let cases = coding + order + timing + content + near

    // MARK: - Coding

    private static let coding = [
        made("ifp-data-without-fields") { steps in
            steps.insert(IFPStep(steps[3].time, .data(.v21, []), steps[3].form), at: 3)
        },
        made("ifp-indicator-with-data") { steps in
            // The data-field bit, and a count of no fields.
            if let index = steps.firstIndex(where: { $0.indicator == .v21Preamble }) {
                steps[index].octets = [steps[index].octets[0] | 0x80, 0]
            }
        },
        made("ifp-dirty-padding") { steps in
            if let index = steps.firstIndex(where: { $0.indicator == .v21Preamble }) { steps[index].octets[0] |= 1 }
        },
        made("ifp-trailing-octets") { steps in
            if let index = steps.firstIndex(where: { $0.type == .v21 }) { steps[index].octets.append(0x55) }
        },
        made("ifp-unreadable") { steps in
            if let index = steps.firstIndex(where: { $0.type == .v21 }) { steps[index].octets = [0xDF, 0xFF, 0xFF] }
        },
        RuleCase(id: "ifp-octet-aligned-fields", fires: true) { Self.aligned(.octets) },
        RuleCase(id: "ifp-octet-aligned-fields", shows: "packed bit by bit", fires: false) { Self.aligned(.bits) },
        RuleCase(id: "ifp-frame-too-long", fires: true) {
            var script = FaxScript()
            script.indicator(.callee, .v21Preamble, lasting: 1)
            for _ in 0..<50 {
                script.send(.callee, .data(.v21, [.init(.hdlcData, [UInt8](repeating: 0x55, count: 100))]))
            }
            return script.call()
        },
    ]

    /// Two fields of the 2002 form without data between them.
    private static func aligned(_ alignment: IFPCursor.Alignment) -> Call {
        var script = FaxScript()
        script.identify()
        script.indicator(.caller, .v21Preamble, lasting: 1)
        for octet in [0xFF, 0xC8, 0xC1] as [UInt8] {
            script.send(.caller, octets: IFPPacket.data(.v21, [.init(.hdlcData, [octet])]).octets(form: .v2002) ?? [])
        }
        let together: [UInt8] =
            alignment == .octets
            // v21 data, two fields, each on an octet: hdlc-fcs-OK, hdlc-sig-end.
            ? [0xC0, 0x02, 0x10, 0x08]
            : IFPPacket.data(.v21, [.init(.hdlcFCSOK), .init(.hdlcSigEnd)]).octets(form: .v2002) ?? []
        script.send(.caller, octets: together)
        script.indicator(.caller, .noSignal, lasting: 1)
        var call = script.call()
        for index in call.streams.indices where call.streams[index].direction == .caller {
            call.streams[index].t38?.version = 2
        }
        return call
    }

    // MARK: - Order

    private static let order = [
        made("ifp-missing-indicator") { steps in
            steps.removeAll { $0.indicator == .v21Preamble }
        },
        made("ifp-missing-end", shows: "another signal begins") { steps in
            steps.removeAll { $0.indicator == .noSignal }
            for index in steps.indices.reversed() where steps[index].type == .v21 {
                steps[index].fields.removeAll { $0.type == .hdlcSigEnd }
                for place in steps[index].fields.indices where steps[index].fields[place].type == .hdlcFCSOKSigEnd {
                    steps[index].fields[place].type = .hdlcFCSOK
                }
                if steps[index].fields.isEmpty { steps.remove(at: index) }
            }
        },
        made("ifp-missing-end", shows: "the end comes 0.6 s late") { steps in
            guard let frame = steps.frames.first(where: { $0.name == "DIS" }) else { return }
            let next = frame.steps.upperBound + 1
            for index in steps.indices where index >= frame.steps.upperBound {
                for place in steps[index].fields.indices where steps[index].fields[place].type == .hdlcFCSOKSigEnd {
                    steps[index].fields[place].type = .hdlcFCSOK
                }
            }
            steps.shift(next..<steps.count, by: .milliseconds(600))
        },
        made("ifp-superfluous-sig-end") { steps in
            guard let index = steps.firstIndex(where: { $0.fields.contains { $0.type == .hdlcFCSOKSigEnd } }) else {
                guard let end = steps.firstIndex(where: { $0.fields.contains { $0.type == .hdlcSigEnd } }) else {
                    return
                }
                steps.insert(steps[end], at: end + 1)
                return
            }
            steps.insert(
                IFPStep(steps[index].time, .data(.v21, [.init(.hdlcSigEnd)]), steps[index].form), at: index + 1)
        },
        made("ifp-wrong-sig-end-type", withoutECM, by: .caller) { steps in
            for index in steps.indices where steps[index].type != .v21 {
                for place in steps[index].fields.indices where steps[index].fields[place].type == .t4NonECMSigEnd {
                    steps[index].fields[place].type = .hdlcSigEnd
                }
            }
        },
        made("ifp-data-in-fcs") { steps in
            guard let frame = steps.frames.first(where: { $0.name == "DIS" }) else { return }
            let index = frame.steps.upperBound
            guard let place = steps[index].fields.firstIndex(where: { $0.type.frameCheck != nil }) else { return }
            steps[index].fields[place].octets = [0x00]
        },
        made("ifp-fcs-bad", shows: "once", severity: .note) { steps in
            Self.spoil(&steps, "DIS", count: 1)
        },
        RuleCase(
            id: "ifp-fcs-bad", shows: "the same command twice", fires: true, severity: .warning, party: .callee,
            because: "DIS ×2"
        ) {
            scripted { script in
                script.frame(.callee, 0x80, 0x00, 0xEE, 0xB8, 0xC4, fcs: .hdlcFCSBad)
                script.wait(3)
                script.frame(.callee, 0x80, 0x00, 0xEE, 0xB8, 0xC4, fcs: .hdlcFCSBad)
                script.wait(3)
                script.identify(hasCED: false)
                script.wholeFax()
            }
        },
    ]

    private static func spoil(_ steps: inout [IFPStep], _ name: String, count: Int) {
        for frame in steps.frames.filter({ $0.name == name }).prefix(count) {
            let index = frame.steps.upperBound
            for place in steps[index].fields.indices {
                switch steps[index].fields[place].type {
                case .hdlcFCSOK: steps[index].fields[place].type = .hdlcFCSBad
                case .hdlcFCSOKSigEnd: steps[index].fields[place].type = .hdlcFCSBadSigEnd
                default: break
                }
            }
        }
    }

    // MARK: - Timing

    private static let timing = [
        made("ifp-preamble-too-short", because: "1 s ±15 %") { steps in
            // Indicators 300 ms later than they were.
            for index in steps.indices where steps[index].indicator == .v21Preamble {
                steps[index].time = steps[index].time + .milliseconds(300)
            }
        },
        made("ifp-training-too-short", by: .caller, because: "v17-14400-long-training") { steps in
            for index in steps.indices where steps[index].indicator == .v17LongTraining14400 {
                steps[index].time = steps[index].time + .milliseconds(700)
            }
        },
        made("ifp-gap-timeout", by: .caller, because: "no packet is missing") { steps in
            guard let middle = steps.indices.filter({ steps[$0].type == .v17At14400 }).dropFirst(200).first else {
                return
            }
            steps.shift(middle..<steps.count, by: .milliseconds(400))
        },
        RuleCase(
            id: "ifp-gap-timeout", kind: .made, capture: clean, shows: "250 ms",
            edit: { capture in
                capture.editT38(of: .caller) { steps in
                    let data = steps.indices.filter { steps[$0].type == .v17At14400 }
                    guard let middle = data.dropFirst(200).first else { return }
                    steps.shift(middle..<steps.count, by: .milliseconds(250))
                }
            }, fires: false),
        made("ifp-after-end", by: .caller) { steps in
            guard let last = steps.last else { return }
            steps.append(IFPStep(last.time + .seconds(3), .indicator(.v21Preamble), last.form))
            steps.append(IFPStep(last.time + .seconds(4), .indicator(.noSignal), last.form))
        },
        RuleCase(id: "ifp-slow-start", fires: true, party: .callee) { slowStart(audioAfterSwitch: true) },
        RuleCase(id: "ifp-slow-start", shows: "nothing to relay yet", fires: false) {
            slowStart(audioAfterSwitch: false)
        },
        RuleCase(id: "ifp-90s-cutoff", fires: true, because: "90") { longData(seconds: 90, hasReturn: false) },
        RuleCase(id: "ifp-90s-cutoff", shows: "with RTC", fires: false) { longData(seconds: 90, hasReturn: true) },
        RuleCase(id: "ifp-90s-cutoff", shows: "after 80 s", fires: false) { longData(seconds: 80, hasReturn: false) },
    ]

    /// Switched to T.38 at 1,000 s; the callee's T.38 begins 6 s later.
    private static func slowStart(audioAfterSwitch: Bool) -> Call {
        var script = FaxScript()
        script.wait(6)
        script.wholeFax()
        var call = script.call()
        let start = Instant(seconds: 1_000)
        var change = T38Switch(
            offeredBy: .caller, offerFrame: FrameRef(number: 1), offerTime: start, offer: T38Parameters())
        change.answerTime = start
        change.answerFrame = FrameRef(number: 2)
        change.status = 200
        change.isAccepted = true
        call.signalling.t38Switch = change
        let silence = AudioSilence.samples(seconds: 1)
        let samples = silence + (audioAfterSwitch ? ToneMaker.answer(seconds: 3) : []) + silence
        call.streams += audioStreams(of: .callee, samples, from: start)
        return call
    }

    /// White rows for so long, at 2,400 bit/s, in packets of 40 ms.
    private static func longData(seconds: Double, hasReturn: Bool) -> Call {
        scripted { script in
            script.identify()
            script.type = .v27At4800
            script.rateBps = 4_800
            script.train()
            script.frame(.callee, 0x84)
            script.indicator(.caller, .v27Training4800, lasting: 0.75)
            let page = SamplePage(row: .white, rows: 4_000).octets
            let packets = Int(seconds / 0.04)
            for packet in 0..<packets {
                let part = Array(page[packet % 400 * 24..<packet % 400 * 24 + 24])
                script.send(.caller, .data(.v27At4800, [.init(.t4NonECMData, part)]), after: 40)
            }
            let end = hasReturn ? Array(SamplePage(row: .white, rows: 0).octets) : []
            if hasReturn { script.send(.caller, .data(.v27At4800, [.init(.t4NonECMData, end)]), after: 40) }
            script.send(.caller, .data(.v27At4800, [.init(.t4NonECMSigEnd)]))
            script.wait(2)
            script.frame(.caller, 0x2F)
            script.frame(.callee, 0x4C)
            script.frame(.caller, 0xFB)
        }
    }

    // MARK: - Content

    private static let content = [
        RuleCase(
            id: "ifp-v8-in-v0", kind: .made, capture: clean,
            edit: { capture in
                capture.editT38(of: .callee) { steps in
                    guard let first = steps.first else { return }
                    steps.insert(IFPStep(first.time, .indicator(.v8Ansam), first.form), at: 0)
                }
            }, fires: true, party: .callee, because: "version 0"),
        RuleCase(
            id: "ifp-v8-in-v0", kind: .made, capture: clean, shows: "version 3 was agreed",
            edit: { capture in
                capture.setAttribute("T38FaxVersion", "3", in: .request("INVITE", offering: "image"))
                capture.setAttribute("T38FaxVersion", "3", in: .response(200, to: "INVITE", offering: "image"))
                capture.editT38(of: .callee) { steps in
                    guard let first = steps.first else { return }
                    steps.insert(IFPStep(first.time, .indicator(.v8Ansam), first.form), at: 0)
                }
            }, fires: false),
        RuleCase(id: "ifp-nsf-not-masked", fires: true, severity: .error) { proprietary(code: 0xAD) },
        RuleCase(id: "ifp-nsf-not-masked", shows: "another maker's NSS", fires: false) { proprietary(code: 0xB5) },
        RuleCase(id: "ifp-rtc-cut", fires: true, because: "ended 0 ms") { rejected(padding: 0) },
        RuleCase(id: "ifp-rtc-cut", shows: "50 ms of zeros", fires: false) { rejected(padding: 90) },
        RuleCase(id: "t38-over-rtp-or-tcp", fires: true, severity: .note, because: "TCP") {
            var call = scripted { $0.wholeFax() }
            for index in call.streams.indices { call.streams[index].kind = .t38TCP }
            return call
        },
    ]

    private static func proprietary(code: UInt8) -> Call {
        scripted { script in
            script.frames(
                .callee,
                [[0xFF, 0x03, 0x20, 0xAD, 0x00, 0x11, 0x01], [0xFF, 0x13, 0x80, 0x00, 0xEE, 0xB8, 0xC4]])
            script.frame(.caller, 0x23, code, 0x00, 0x11, 0x02)
            script.wait(6)
            script.frame(.callee, 0xFA)
        }
    }

    /// Zeros behind RTC, in octets; 72 are 40 ms at 14,400 bit/s.
    private static func rejected(padding: Int) -> Call {
        scripted { script in
            script.identify()
            script.train()
            script.frame(.callee, 0x84)
            var octets = SamplePage(row: .white, rows: 200).octets
            octets += [UInt8](repeating: 0, count: padding)
            script.burst(.caller, octets)
            script.frame(.caller, 0x2F)
            script.frame(.callee, 0x4C)
            script.frame(.caller, 0xFB)
        }
    }

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
