import FaxCore
import FaxWire
import PcapDecode
import TestSupport

@testable import T30Analyzer

/// Error correction mode.
enum T30BlockRows {
    static let rows = requests + continuation + waiting + ends

    private static let eop: UInt8 = 0x2E
    private static let page = FaxScript.white

    /// A block of which `missing` is asked for again, round after round; then it is confirmed or the call ends.
    private static func rounds(_ missing: [Set<Int>], isConfirmed: Bool) -> Call {
        scripted(ecm: true) { script in
            script.open()
            let count = page.imageFrames.count
            var wanted = Set(page.imageFrames.indices)
            for lost in missing {
                script.ecmPage(page, only: wanted.sorted(), losing: lost)
                script.pps(eop, frames: count)
                // Bits of frames that there are not are set, as some receivers do.
                script.ppr(lost.union(count..<256))
                wanted = lost
            }
            script.ecmPage(page, only: wanted.sorted())
            script.pps(eop, frames: count)
            if isConfirmed { script.frame(.callee, 0x8C) }
            script.frame(.caller, 0xFB)
        }
    }

    private static let requests = [
        RuleCase(
            id: "ppr-loop", fires: true, severity: .warning, certainty: .proof,
            because: "Frames 2 were asked for again",
            script: { rounds([[2], [2], [2], [2]], isConfirmed: true) }),
        RuleCase(
            id: "ppr-loop", shows: "fewer each time", fires: true, because: "noise",
            script: { rounds([[0, 1, 2, 3, 4], [1, 3], [3], [3]], isConfirmed: true) }),
        RuleCase(
            id: "ppr-loop", shows: "three rounds", fires: false,
            script: { rounds([[2], [2], [2]], isConfirmed: true) }),
    ]

    // MARK: - CTC and EOR

    private static let continuation = [
        RuleCase(
            id: "ctc-failed", fires: true, severity: .error, because: "3 times without CTR",
            script: {
                scripted(ecm: true) { script in
                    script.open()
                    script.ecmPage(page, losing: [2])
                    script.pps(eop, frames: page.imageFrames.count)
                    script.ppr([2])
                    for _ in 0..<3 {
                        script.frame(.caller, 0x13, 0x00, 0x06)
                        script.wait(3)
                    }
                    script.frame(.caller, 0xFB)
                }
            }),
        RuleCase(
            id: "ctc-failed", shows: "given up by EOR", fires: true, because: "EOR-EOP gave the partial page up",
            script: {
                scripted(ecm: true) { script in
                    script.open()
                    script.ecmPage(page, losing: [2])
                    script.pps(eop, frames: page.imageFrames.count)
                    script.ppr([2])
                    script.frame(.caller, 0xCF, eop)
                    script.frame(.callee, 0x1C)
                    script.frame(.caller, 0xFB)
                }
            }),
        RuleCase(
            id: "ctc-failed", shows: "CTR came", fires: false,
            script: {
                scripted(ecm: true) { script in
                    script.open()
                    script.ecmPage(page, losing: [2])
                    script.pps(eop, frames: page.imageFrames.count)
                    script.ppr([2])
                    script.frame(.caller, 0x13, 0x00, 0x06)
                    script.frame(.callee, 0xC4)
                    script.ecmPage(page, only: [2])
                    script.pps(eop, frames: page.imageFrames.count)
                    script.frame(.callee, 0x8C)
                    script.frame(.caller, 0xFB)
                }
            }),
    ]

    // MARK: - RNR

    private static func notReady(seconds: Double) -> Call {
        scripted(ecm: true) { script in
            script.open()
            script.ecmPage(page)
            script.pps(eop, frames: page.imageFrames.count)
            for _ in 0..<Int(seconds / 5.5) {
                script.frame(.callee, 0xEC)
                script.wait(2)
                script.frame(.caller, 0x6F)
            }
            script.frame(.caller, 0xFB)
        }
    }

    private static let waiting = [
        RuleCase(
            id: "rnr-timeout", fires: true, severity: .error, party: .callee, because: "T5 is 60 s",
            script: { notReady(seconds: 90) }),
        RuleCase(id: "rnr-timeout", shows: "30 s", fires: false, script: { notReady(seconds: 30) }),
    ]

    // MARK: - Ends

    private static let ends = [
        RuleCase(
            id: "ecm-rcp-missing", kind: .made, capture: T30RuleTests.clean,
            edit: { capture in
                capture.editT38(of: .caller) { steps in
                    for index in steps.indices.reversed() where steps[index].type == .v17At14400 {
                        let isReturn = steps[index].fields.contains {
                            $0.type == .hdlcData && $0.octets.map(mirrored) == [0xFF, 0x03, 0x86]
                        }
                        if isReturn { steps.remove(at: index) }
                    }
                }
            }, fires: true, severity: .note, party: .caller),
        RuleCase(
            id: "ecm-partial-page", fires: true,
            script: {
                scripted(ecm: true) { script in
                    script.open()
                    script.ecmPage(page, losing: [2])
                    script.pps(eop, frames: page.imageFrames.count)
                    script.frame(.callee, 0x8C)
                    script.frame(.caller, 0xFB)
                }
            }),
    ]
}
