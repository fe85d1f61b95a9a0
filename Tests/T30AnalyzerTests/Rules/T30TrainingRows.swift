import FaxCore
import FaxWire
import PcapDecode
import TestSupport

@testable import T30Analyzer

enum T30TrainingRows {
    static let rows = failures + leads + rates

    private static let failures = [
        RuleCase(id: "ftt-single", kind: .real, capture: "15g-t38-tcf-loss-fallback", fires: true, severity: .note),
        RuleCase(id: "ftt-loop", kind: .real, capture: "15k-t38-tcf-always-bad", fires: true, severity: .error),
        RuleCase(id: "tcf-errors", kind: .real, capture: "15g-t38-tcf-loss-fallback", fires: true, party: .caller),
        RuleCase(
            id: "ftt-loop", shows: "though every TCF was clean", fires: true, because: "behind the receiving side",
            script: {
                scripted { script in
                    script.identify()
                    for _ in 0..<3 {
                        script.train()
                        script.frame(.callee, 0x44)
                    }
                    script.frame(.caller, 0xFB)
                }
            }),
        RuleCase(
            id: "dcs-tcf-no-response", fires: true, severity: .error, party: .callee,
            script: {
                scripted { script in
                    script.identify()
                    for _ in 0..<3 {
                        script.train()
                        script.wait(3)
                    }
                    script.frame(.caller, 0xFB)
                }
            }),
        RuleCase(
            id: "gateway-short-train-after-ftt", fires: true, severity: .warning, party: .caller,
            because: "short training",
            script: { trainedAgain { $0.tcf(isShort: true, after: true) } }),
        RuleCase(
            id: "gateway-short-train-after-ftt", shows: "no DCS before it", fires: true, because: "without a new DCS",
            script: { trainedAgain { $0.tcf(isShort: false, after: false) } }),
        RuleCase(
            id: "gateway-short-train-after-ftt", shows: "at full length", fires: false,
            script: { trainedAgain { $0.tcf(isShort: false, after: true) } }),
    ]

    /// FTT, then another training, CFR and a page.
    private static func trainedAgain(_ train: (inout FaxScript) -> Void) -> Call {
        scripted { script in
            script.identify()
            script.train()
            script.frame(.callee, 0x44)
            train(&script)
            script.frame(.callee, 0x84)
            script.deliver()
        }
    }

    private static let leads = [
        RuleCase(
            id: "tcf-leading-ones", kind: .made, capture: T30RuleTests.withoutECM,
            edit: { capture in
                capture.editT38(of: .caller) { steps in
                    guard let index = steps.firstIndex(where: { $0.fields.contains { $0.type == .t4NonECMData } }),
                        let count = steps[index].fields.first?.octets.count
                    else { return }
                    steps[index].fields[0].octets = [UInt8](repeating: 0xFF, count: count)
                }
            }, fires: true, severity: .note, certainty: .hint, party: .caller),
        RuleCase(
            id: "tcf-leading-ones", kind: .made, capture: T30RuleTests.withoutECM, shows: "four ones",
            edit: { capture in
                capture.editT38(of: .caller) { steps in
                    if let index = steps.firstIndex(where: { $0.fields.contains { $0.type == .t4NonECMData } }) {
                        steps[index].fields[0].octets[0] = 0xF0
                    }
                }
            }, fires: false),
    ]

    private static let rates = [
        RuleCase(
            id: "phase-b-return-training", fires: true, party: .caller, because: "12000 bit/s",
            script: { returned(fails: false, type: .v17At12000) }),
        RuleCase(
            id: "phase-b-return-training", shows: "after FTT", fires: false,
            script: { returned(fails: true, type: .v17At12000) }),
        RuleCase(
            id: "phase-b-return-training", shows: "at the same rate", fires: false,
            script: { returned(fails: false, type: .v17At14400) }),
    ]

    /// EOM, and a second document.
    private static func returned(fails: Bool, type: T38DataType) -> Call {
        scripted { script in
            script.open()
            script.page(FaxScript.white)
            script.frame(.caller, 0x8F)
            script.frame(.callee, 0x8C)
            script.identify(hasCED: false)
            if fails {
                script.train()
                script.frame(.callee, 0x44)
            }
            script.type = type
            script.rateBps = type.rateBps ?? 14_400
            script.train()
            script.frame(.callee, 0x84)
            script.deliver()
        }
    }
}

extension FaxScript {
    /// A TCF with a DCS before it or without, behind a training of either length.
    fileprivate mutating func tcf(isShort: Bool, after hasDCS: Bool) {
        if hasDCS { sendDCS() }
        indicator(.caller, isShort ? .v17ShortTraining14400 : .v17LongTraining14400, lasting: isShort ? 0.15 : 1.4)
        for _ in 0..<38 {
            send(.caller, .data(.v17At14400, [.init(.t4NonECMData, [UInt8](repeating: 0, count: 72))]), after: 40)
        }
        send(.caller, .data(.v17At14400, [.init(.t4NonECMSigEnd)]))
        wait(0.1)
    }
}
