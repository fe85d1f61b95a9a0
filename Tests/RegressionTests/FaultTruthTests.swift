import FaxCore
import Regression
import Simulator
import Testing

/// A sample of `make simtruth`: what is put into a call is what the analysis names.
@Suite struct FaultTruthTests {
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
        // What is known not to fit has its reason in `reports/simtruth.md`.
        if row.explanation == nil { #expect(row.disagreements == [], "\(row)") }
    }

    @Test func `Only what disagrees for a known reason is explained`() throws {
        var row = try SimTruthCase(fault: nil, party: .callee, transport: .t38, seed: 0).run(SimTruthCase.document())
        (row.name, row.disagreements) = ("outage-DCS@caller", ["frames of the callee are not in the story: [CSI]"])
        #expect(row.explanation != nil)
        row.disagreements.append("failed, root cause none")
        #expect(row.explanation == nil)
        (row.name, row.disagreements) = ("vad@caller", ["frames of the callee are not in the story: [CSI]"])
        #expect(row.explanation == nil)
    }

    @Test func `A judgement finds what does not fit`() throws {
        let refusing = try #require(FaultBook.fault(named: "answers-port-zero"))
        // The scenario is without the fault that the case expects to be named.
        let harmless = SimulatedFault.none(like: refusing)
        let row = try SimTruthCase(fault: harmless, party: .caller, transport: .t38, seed: 0).run(
            SimTruthCase.document())
        #expect(row.truth == .delivered)
        #expect(row.disagreements == ["t38-answer-image-port-zero was not found"])
    }
}

extension SimTruthCase: CustomTestStringConvertible {
    public var testDescription: String { "\(name) over \(transport.rawValue), seed \(seed)" }
}
