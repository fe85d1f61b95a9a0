import FaxCore
import FaxWire
import PcapDecode
import TestSupport

@testable import T30Analyzer

/// Phase B, and who gave up.
enum T30IdentificationRows {
    private static let clean = T30RuleTests.clean

    static let rows = unanswered + capabilities + refusals + silence

    // MARK: - Nobody answers

    private static let unanswered = [
        RuleCase(
            id: "dis-repeated-no-dcs", kind: .real, capture: "25-t38-udptl-blocked-one-way", fires: true,
            severity: .error),
        RuleCase(
            id: "t1-expired", fires: true, severity: .error, party: .caller, because: "T1 is 35 s",
            script: { waiting(seconds: 36) }),
        RuleCase(id: "t1-expired", shows: "20 s", fires: false, script: { waiting(seconds: 20) }),
    ]

    /// DIS every 4.5 s, CNG alone from the caller.
    private static func waiting(seconds: Double) -> Call {
        scripted { script in
            script.indicator(.caller, .cng, lasting: 0.5)
            for _ in 0..<Int(seconds / 5) + 1 {
                script.identify(hasCED: false)
                script.wait(3)
            }
            script.frame(.callee, 0xFA)
        }
    }

    // MARK: - Capabilities

    /// One octet of the callee's DIS is another one.
    private static func dis(_ octet: Int, _ value: UInt8, _ capture: String = clean, because: String) -> RuleCase {
        RuleCase(
            id: "incompatible-capabilities", kind: .made, capture: capture, shows: because,
            edit: { capture in
                capture.editT38(of: .callee) { steps in
                    steps.editFrames("DIS") { $0[octet] &= value }
                }
            }, fires: true, severity: .warning, party: .caller, because: because)
    }

    private static let capabilities = [
        dis(4, 0b1101_0011, because: "V.17 14400"),
        dis(6, 0b1111_1011, because: "error correction mode"),
        RuleCase(
            id: "incompatible-capabilities", kind: .made, capture: clean, shows: "JBIG is missing, and not asked for",
            edit: { capture in
                capture.editT38(of: .callee) { steps in
                    steps.editFrames("DIS") { if $0.count > 12 { $0[12] &= 0b1001_1111 } else { $0[5] |= 0 } }
                }
            }, fires: false),
        RuleCase(
            id: "polling-mismatch", fires: true, severity: .error, party: .callee,
            script: { polled(hasDocument: false) }),
        RuleCase(
            id: "polling-mismatch", shows: "a document waits", fires: false, script: { polled(hasDocument: true) }),
        RuleCase(
            id: "polling-mismatch", shows: "a document waits and nobody polls", fires: true, certainty: .hint,
            script: {
                scripted { script in
                    script.frame(.callee, 0x80, 0x01, 0xEF, 0xB8, 0xC4)
                    script.frame(.caller, 0xFB)
                }
            }),
        RuleCase(
            id: "proprietary-mode", fires: true, severity: .error, party: .caller,
            script: {
                scripted { script in
                    script.identify()
                    script.frame(.caller, 0x23, 0xAD, 0x00, 0x11, 0x02)
                    script.wait(6)
                    script.frame(.callee, 0xFA)
                }
            }),
        RuleCase(
            id: "proprietary-mode", shows: "NSS, and DCS with it", fires: false,
            script: {
                scripted { script in
                    script.identify()
                    script.frames(.caller, [[0xFF, 0x03, 0x23, 0xAD, 0x00, 0x11, 0x02]])
                    script.train()
                    script.frame(.callee, 0x84)
                    script.deliver()
                }
            }),
    ]

    private static func polled(hasDocument: Bool) -> Call {
        scripted { script in
            script.frame(.callee, 0x80, 0x00, hasDocument ? 0xEF : 0xEE, 0xB8, 0xC4)
            script.frame(.caller, 0x81, 0x00, 0xEE, 0xB8, 0xC4)
            script.frame(.callee, 0xFA)
        }
    }

    // MARK: - Refusals

    private static let refusals = [
        RuleCase(
            id: "ident-filter", fires: true, certainty: .hint, party: .callee, because: "TSI \"100\"",
            script: { refused(after: 0.1) }),
        RuleCase(id: "ident-filter", shows: "2 s later", fires: false, script: { refused(after: 2) }),
        RuleCase(id: "dcn-early", fires: true, severity: .error, script: { refused(after: 0.1) }),
        RuleCase(
            id: "dcn-from-receiver", fires: true, severity: .warning, party: .callee,
            script: {
                scripted { script in
                    script.open()
                    script.page(FaxScript.white)
                    script.wait(6)
                    script.frame(.callee, 0xFA)
                }
            }),
    ]

    private static func refused(after seconds: Double) -> Call {
        scripted { script in
            script.identify()
            script.train()
            script.wait(seconds)
            script.frame(.callee, 0xFA)
        }
    }

    // MARK: - Silence of the sender

    private static let silence = [
        RuleCase(
            id: "t2-expired", fires: true, severity: .error, party: .caller, because: "sent DCN",
            script: { silent(seconds: 6, hangsUp: false) }),
        RuleCase(
            id: "t2-expired", shows: "by hanging up", fires: true, party: .caller, because: "cleared the call",
            script: { silent(seconds: 6.5, hangsUp: true) }),
        RuleCase(id: "t2-expired", shows: "after 3 s", fires: false, script: { silent(seconds: 3, hangsUp: false) }),
        RuleCase(
            id: "cfr-then-no-page", fires: true, severity: .error, party: .caller, because: "nothing any more",
            script: { silent(seconds: 7, hangsUp: false) }),
        RuleCase(
            id: "cfr-then-no-page", shows: "DCS again", fires: true, party: .caller, because: "it sent DCS",
            script: {
                scripted { script in
                    script.identify()
                    for _ in 0..<3 {
                        script.train()
                        script.frame(.callee, 0x84)
                        script.wait(6)
                    }
                    script.frame(.caller, 0xFB)
                }
            }),
        RuleCase(
            id: "cfr-then-no-page", shows: "the capture ends before it is due", fires: false,
            script: { silent(seconds: 2, hangsUp: false) }),
    ]

    /// CFR, then nothing.
    private static func silent(seconds: Double, hangsUp: Bool) -> Call {
        scripted(
            change: { call in
                if hangsUp { call.end(by: .callee, after: .milliseconds(Int(seconds * 1_000))) }
            },
            { script in
                script.open()
                if hangsUp { return }
                script.wait(seconds)
                script.frame(.callee, 0xFA)
            })
    }
}
