import FaxCore
import PcapDecode
import TestSupport
import Testing

@testable import T30Analyzer

/// Where the time of a fax went.
@Suite struct TimeBudgetTests {
    private func budget(_ call: Call) throws -> TimeBudget {
        try #require(TimeBudget(call, FaxAnalyzer().analyze(call)))
    }

    private func sum(_ budget: TimeBudget) -> Duration {
        TimeBudget.Kind.allCases.reduce(.zero) { $0 + budget.actual($1) }
    }

    /// The classes part the time: they add up to it, to the nanosecond.
    @Test(arguments: [
        "01-t38-clean-1page-ecm", "02-t38-clean-3pages-fine-noecm", "03-g711u-clean-1page",
        "15g-t38-tcf-loss-fallback", "07-t38-noec-3pct-loss", "13-t38-caller-hangup-midpage", "D01-media-only-t38",
    ])
    func classesAddUp(name: String) throws {
        let budgets = try CaptureEditor(corpus: name).calls().compactMap { TimeBudget($0, FaxAnalyzer().analyze($0)) }
        #expect(!budgets.isEmpty)
        for budget in budgets {
            #expect(sum(budget) == budget.duration)
            #expect(TimeBudget.Kind.allCases.allSatisfy { budget.actual($0) >= .zero && budget.excess($0) >= .zero })
        }
    }

    /// A clean call over T.38 takes little more than T.30 needs.
    @Test func aCleanCallIsNearTheOptimum() throws {
        let call = try #require(try CaptureEditor(corpus: "01-t38-clean-1page-ecm").calls().first)
        let budget = try budget(call)
        #expect(budget.costs.isEmpty)
        for kind in [TimeBudget.Kind.v21, .training, .image] {
            #expect(budget.excess(kind) < .seconds(0.5), "\(kind)")
            #expect(budget.actual(kind) > budget.optimum(kind) - .seconds(1), "\(kind)")
        }
        #expect(budget.optimum(.setup) == budget.actual(.setup) && budget.actual(.setup) > .zero)
        #expect(budget.actual(.retransmission) == .zero)
        #expect(budget.confirmedOctets > 10_000)
        let rate = try #require(budget.throughputBps)
        #expect(rate > 3_000 && rate < 14_400)
    }

    @Test func aFailedTrainingCostsItsTime() throws {
        let budget = try budget(
            scripted { script in
                script.identify()
                script.train()
                script.frame(.callee, 0x44)
                script.train()
                script.frame(.callee, 0x84)
                script.deliver()
            })
        let cost = try #require(budget.costs.first)
        #expect(budget.costs.count == 1 && cost.kind == .failedTraining && cost.what == "FTT at 14400 bit/s")
        // DCS with its preamble, training and TCF, FTT with its preamble.
        #expect(cost.length > .seconds(5) && cost.length < .seconds(8))
        #expect(budget.actual(.training) > .seconds(5.5) && budget.excess(.training) > .seconds(2.5))
        #expect(!cost.frames.isEmpty)
    }

    @Test func framesThatComeAgainAreRetransmission() throws {
        let page = FaxScript.white
        let budget = try budget(
            scripted(ecm: true) { script in
                script.open()
                script.ecmPage(page, losing: [2, 3])
                script.pps(0x2E, frames: page.imageFrames.count)
                script.ppr([2, 3])
                script.ecmPage(page, only: [2, 3])
                script.pps(0x2E, frames: page.imageFrames.count)
                script.frame(.callee, 0x8C)
                script.frame(.caller, 0xFB)
            })
        #expect(budget.actual(.retransmission) > .milliseconds(100))
        #expect(budget.actual(.retransmission) < budget.actual(.image))
        #expect(budget.optimum(.retransmission) == .zero)
        #expect(budget.costs.map(\.kind) == [.repeatedFrames])
    }

    /// Two signals at once are counted once.
    @Test func overlapsCountOnce() throws {
        let whole = Instant(seconds: 100)...Instant(seconds: 110)
        var fax = FaxSession()
        func signal(_ name: String, _ party: Party, _ start: Double, _ end: Double) -> FaxSignal {
            FaxSignal(
                name: name, direction: party, start: Instant(seconds: start), end: Instant(seconds: end),
                firstFrame: nil, lastFrame: nil)
        }
        fax.signals = [
            signal("CED", .callee, 99, 103), signal("V.21 preamble", .callee, 102, 104),
            signal("page data", .caller, 103, 106), signal("TCF", .caller, 105, 107),
        ]
        let partition = TimePartition(Signalling(.none), fax, Turn.all(fax), whole)
        #expect(partition.length(of: .answerTone) == .seconds(2))
        #expect(partition.length(of: .v21) == .seconds(1))
        #expect(partition.length(of: .image) == .seconds(3))
        #expect(partition.length(of: .training) == .seconds(1))
        #expect(partition.length(of: .waiting) == .seconds(3))
    }

    @Test func aVoiceCallHasNone() throws {
        for call in try CaptureEditor(corpus: "54-voice-call-only").calls() {
            #expect(TimeBudget(call, FaxAnalyzer().analyze(call)) == nil)
        }
    }
}
