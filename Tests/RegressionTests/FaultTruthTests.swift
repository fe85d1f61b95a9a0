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

    /// Faults whose cause the analysis does not name yet, or not in every surrounding (`reports/simtruth.md`). A case of
    /// theirs that disagrees is a known issue; one of any other fault is a failure.
    static let open: Set<String> = [
        "refuses-481", "bye-on-offer", "answers-port-zero", "answers-audio", "answers-after-20s", "glare", "local-tfc",
        "bare-t38", "tiny-max-datagram", "signal-end-repeated", "signal-end-missing", "no-preamble", "bad-fcs",
        "asn1-2002", "new-numbers", "udptl-to-wrong-port", "transcoded-gsm", "transcoded-g726-16", "transcoded-g726-32",
        "too-quiet", "too-loud", "noise", "short-buffer", "silent-concealment", "loss-bursts",
        "outage-DIS", "outage-TCF", "outage-CFR", "outage-page", "outage-page-4s", "outage-MCF", "block-DCS",
        "block-page", "path-max-datagram",
        "rate-limit",
    ]

    @Test(arguments: sample)
    func `The verdict names the fault that was put in`(_ wanted: SimTruthCase) throws {
        let row = try wanted.run(SimTruthCase.document())
        guard let fault = wanted.fault, Self.open.contains(fault.name) else {
            #expect(row.disagreements == [], "\(row)")
            return
        }
        withKnownIssue(isIntermittent: true) { #expect(row.disagreements == [], "\(row)") }
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
