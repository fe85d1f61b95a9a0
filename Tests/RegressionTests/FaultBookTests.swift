import FaxCore
import FaxProtocol
import FaxStation
import Foundation
import Regression
import Simulator
import T30Analyzer
import TestSupport
import Testing

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

extension SimulatedFault: CustomTestStringConvertible {
    public var testDescription: String { name }
}
