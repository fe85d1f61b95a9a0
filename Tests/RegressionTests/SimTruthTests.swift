import FaxCore
import FaxProtocol
import FaxStation
import Foundation
import Regression
import Simulator
import T30Analyzer
import TestSupport
import Testing

/// A sample of `make simtruth`: what is put into a call is what the analysis names.
@Suite struct SimTruthTests {
    /// Every seventh case, each with a seed of its own, so that the surroundings differ; and the calls without a fault.
    static let sample: [SimTruthCase] = {
        let cases = SimTruthCase.all(seeds: 1)
        return cases.indices.filter { $0 % 7 == 3 || cases[$0].fault == nil }.map { index in
            var chosen = cases[index]
            chosen.seed = UInt64(index % 4)
            return chosen
        }
    }()

    @Test(arguments: sample)
    func `The verdict names the fault that was put in`(_ wanted: SimTruthCase) throws {
        let row = try wanted.run(SimTruthCase.document())
        #expect(row.disagreements == [], "\(row)")
    }

    /// A modem whose training is lost never finds the page: the loss is the cause, not the answer that is missing.
    @Test func `An outage at the training of a page is the root cause`() throws {
        let outage = try #require(FaultBook.fault(named: "outage-page"))
        for seed in UInt64(0)..<3 {
            let wanted = SimTruthCase(fault: outage, party: .caller, transport: .g711, seed: seed)
            let row = try wanted.run(SimTruthCase.document())
            if !row.isSuccess { #expect(row.rootCause == "rtp-loss-passthrough") }
        }
    }

    @Test func `A judgement finds what does not fit`() throws {
        let refusing = try #require(FaultBook.fault(named: "answers-port-zero"))
        // The scenario is without the fault that the case expects to be named.
        let harmless = SimulatedFault.none(like: refusing)
        let row = try SimTruthCase(fault: harmless, party: .caller, transport: .t38, seed: 0).run(
            SimTruthCase.document())
        #expect(row.isSuccess)
        #expect(row.disagreements == ["t38-answer-image-port-zero was not found"])
    }
}

@Suite struct FaultBookTests {
    @Test func `Names are unique`() {
        let names = FaultBook.faults.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: FaultBook.faults)
    func `Every id is in the catalogue`(_ fault: SimulatedFault) {
        for id in fault.catalogue + fault.expected.causes + fault.expected.always {
            #expect(FailureCatalogue.entry(id) != nil, "\(id)")
        }
    }

    @Test(arguments: FaultBook.faults)
    func `Every fault changes the scenario by whichever party`(_ fault: SimulatedFault) throws {
        for party in fault.parties {
            var scenario = CallScenario(document: try SimTruthCase.document())
            try fault.apply(to: &scenario, by: party)
            let untouched = CallScenario(document: scenario.document)
            #expect(String(describing: scenario) != String(describing: untouched))
        }
    }

    @Test func `The page of faults is the book`() throws {
        let page = try String(
            contentsOf: Corpus.folder.deletingLastPathComponent().appending(path: "docs/faults.md"), encoding: .utf8)
        #expect(page.contains(FaultList.markdown), "write it anew: faxlab simtruth --table")
    }

    @Test func `A fault is named with its party, and what is no fault is refused`() throws {
        let document = try SimTruthCase.document()
        var options = ScenarioOptions()
        options.faults = ["vad@caller"]
        let scenario = try options.scenario(document)
        #expect(scenario.caller.audio.silenceSuppression != nil)
        #expect(scenario.answerer.audio.silenceSuppression == nil)
        for bad in ["no-such", "vad@nobody", "vad@caller@callee", "refuses-488@callee"] {
            options.faults = [bad]
            #expect(throws: ScenarioOptions.Failure.self, "\(bad)") { try options.scenario(document) }
        }
    }
}

extension SimTruthCase: CustomTestStringConvertible {
    public var testDescription: String { "\(name) over \(transport.rawValue), seed \(seed)" }
}

extension SimulatedFault: CustomTestStringConvertible {
    public var testDescription: String { name }
}
