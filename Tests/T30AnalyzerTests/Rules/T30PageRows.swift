import FaxCore
import FaxWire
import PcapDecode
import TestSupport

@testable import T30Analyzer

/// Pages without ECM, and the answers to them.
enum T30PageRows {
    private static let withoutECM = T30RuleTests.withoutECM

    static let rows = answers + rowsOfPages + ends + lengths

    // MARK: - Answers

    /// Other control octets in the answers of the callee.
    private static func answered(_ octet: UInt8, _ names: Int...) -> @Sendable (inout CaptureEditor) throws -> Void {
        { capture in
            capture.editT38(of: .callee) { steps in
                for (index, frame) in steps.frames.filter({ $0.name == "MCF" }).enumerated().reversed()
                where names.contains(index + 1) {
                    let place = frame.steps.lowerBound
                    var count = 0
                    for step in place...frame.steps.upperBound {
                        for field in steps[step].fields.indices where steps[step].fields[field].type == .hdlcData {
                            for position in steps[step].fields[field].octets.indices {
                                if count == 2 { steps[step].fields[field].octets[position] = mirrored(octet) }
                                count += 1
                            }
                        }
                    }
                }
            }
        }
    }

    private static let answers = [
        RuleCase(
            id: "no-mcf", kind: .made, capture: withoutECM,
            edit: { capture in
                capture.editT38(of: .callee) { steps in steps.dropTurns("MCF", nth: 3) }
                capture.editT38(of: .caller) { steps in steps.dropTurns("DCN") }
            }, fires: true, severity: .error, party: .callee),
        RuleCase(
            id: "rtp-response", kind: .made, capture: withoutECM, edit: answered(0xCC, 1), fires: true,
            severity: .note, party: .callee, because: "1 RTP"),
        RuleCase(
            id: "rtp-response", kind: .made, capture: withoutECM, shows: "after each page", edit: answered(0xCC, 1, 2),
            fires: true, severity: .warning, because: "2 RTP"),
        RuleCase(
            id: "rtn", kind: .made, capture: withoutECM, shows: "of a page without a bad row", edit: answered(0x4C, 3),
            fires: true, party: .callee, because: "Less than 1 %"),
        RuleCase(
            id: "rtn", shows: "of a page with a third of its rows damaged", fires: true, because: "honest",
            script: { rejected() }),
        RuleCase(
            id: "procedural-interrupt", kind: .made, capture: withoutECM, edit: answered(0xAC, 1), fires: true,
            severity: .note, because: "PIP"),
    ]

    private static func rejected() -> Call {
        scripted { script in
            script.open()
            var octets = FaxScript.white.octets
            for place in stride(from: 300, to: 900, by: 3) { octets[place] ^= 0x5A }
            script.burst(.caller, octets)
            script.frame(.caller, 0x2F)
            script.frame(.callee, 0x4C)
            script.frame(.caller, 0xFB)
        }
    }

    // MARK: - Bad rows

    private static let rowsOfPages = [
        RuleCase(
            id: "page-bad-lines", shows: "packets lost", fires: true, because: "All stand where packets",
            script: {
                scripted { script in
                    script.open()
                    script.page(FaxScript.white, losingPackets: [2])
                    script.frame(.caller, 0x2F)
                    script.frame(.callee, 0x8C)
                    script.frame(.caller, 0xFB)
                }
            }),
        RuleCase(
            id: "page-bad-lines", kind: .made, capture: withoutECM, shows: "bits that came wrong",
            edit: { capture in
                capture.editT38(of: .caller) { steps in
                    let image = steps.indices.filter { $0 > 300 && steps[$0].fields.first?.type == .t4NonECMData }
                    for index in image.dropFirst(20).prefix(2) {
                        for place in steps[index].fields[0].octets.indices {
                            steps[index].fields[0].octets[place] ^= 0x5A
                        }
                    }
                }
            }, fires: true, party: .caller, because: "No packet is missing there"),
        RuleCase(
            id: "page-bad-lines", shows: "a loss outside the page", fires: false,
            script: {
                scripted { script in
                    script.open()
                    script.deliver()
                    script.losing { $0.indicator(.caller, .noSignal, lasting: 0.1) }
                    script.indicator(.caller, .noSignal, lasting: 0.1)
                }
            }),
    ]

    // MARK: - Ends

    /// The last octets of the page, with RTC in them, are not sent.
    private static func cut(answer: UInt8, keeping octets: Int) -> Call {
        scripted { script in
            script.open()
            script.burst(.caller, Array(FaxScript.white.octets.prefix(octets)))
            script.frame(.caller, 0x2F)
            script.frame(.callee, answer)
            script.frame(.caller, 0xFB)
        }
    }

    private static let ends = [
        RuleCase(
            id: "page-no-eol", fires: true, severity: .error, party: .caller, because: "without RTC",
            script: { cut(answer: 0x4C, keeping: 1_000) }),
        RuleCase(
            id: "page-no-eol", shows: "a line of 6 s", fires: true, because: "had no end of line",
            script: {
                scripted { script in
                    script.open()
                    let page = Array(FaxScript.white.octets.prefix(400))
                    script.burst(.caller, page + [UInt8](repeating: 0x55, count: 10_800) + FaxScript.white.octets)
                    script.frame(.caller, 0x2F)
                    script.frame(.callee, 0x4C)
                    script.frame(.caller, 0xFB)
                }
            }),
        RuleCase(id: "page-no-eol", shows: "with RTC", fires: false, script: { cut(answer: 0x4C, keeping: 9_999) }),
        RuleCase(
            id: "page-no-eol", shows: "the call ended inside the page", fires: false,
            script: {
                scripted(
                    change: { $0.end(by: .caller, after: .milliseconds(20)) },
                    { script in
                        script.open()
                        script.indicator(.caller, .v17LongTraining14400, lasting: 1.4)
                        let octets = Array(FaxScript.white.octets.prefix(72))
                        for _ in 0..<20 {
                            script.send(.caller, .data(.v17At14400, [.init(.t4NonECMData, octets)]), after: 40)
                        }
                    })
            }),
        RuleCase(
            id: "page-truncated", fires: true, severity: .warning, certainty: .proof, because: "answered MCF",
            script: { cut(answer: 0x8C, keeping: 1_000) }),
        RuleCase(id: "page-truncated", shows: "with RTC", fires: false, script: { cut(answer: 0x8C, keeping: 9_999) }),
    ]

    // MARK: - Length

    private static func long(rows: Int) -> Call {
        scripted { script in
            script.identify()
            script.type = .v27At4800
            script.rateBps = 4_800
            script.train()
            script.frame(.callee, 0x84)
            script.deliver(SamplePage(row: .black, rows: rows))
        }
    }

    private static let lengths = [
        // A row takes 43 bits.
        RuleCase(
            id: "long-page-at-low-rate", fires: true, severity: .note, party: .caller, script: { long(rows: 10_400) }),
        RuleCase(id: "long-page-at-low-rate", shows: "80 s", fires: false, script: { long(rows: 8_800) }),
        RuleCase(
            id: "excess-time", fires: true, severity: .note, because: "FTT at 14400",
            script: {
                scripted { script in
                    script.identify()
                    script.train()
                    script.frame(.callee, 0x44)
                    script.train()
                    script.frame(.callee, 0x84)
                    script.deliver()
                }
            }),
        RuleCase(id: "excess-time", shows: "nothing repeated", fires: false, script: { scripted { $0.wholeFax() } }),
    ]
}
