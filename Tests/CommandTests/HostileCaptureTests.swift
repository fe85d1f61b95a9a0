import FaxCore
import Foundation
import PcapDecode
import Simulator
import T30Analyzer
import TestSupport
import Testing

/// Captures meant to exhaust the reader, small enough for every test run; `make fuzz` has them by the million and
/// watches memory from outside.
@Suite struct HostileCaptureTests {
    @Test func aPcapngBlockOf4GBIsRefusedWithItsPlace() throws {
        let file = TemporaryCapture()
        try file.write(.hugeBlock)
        let summary = try file.read().summary
        #expect(summary.format == "pcapng")
        #expect(summary.frames == 1)
        let warning = try #require(summary.warnings.first { $0.layer == .file })
        #expect(warning.offset >= 28 + 20 + 36)
        #expect(!warning.reason.isEmpty)
    }

    @Test func aSIPBodyOf1MBPassesALimitAndIsSaid() throws {
        let file = TemporaryCapture()
        try file.write(.body(1_000_000))
        let (summary, calls) = try file.read()
        #expect(summary.frames == 716)
        #expect(calls.count <= 1)
        #expect(calls.count == 1 || summary.warnings.contains { $0.layer == .sip })
    }

    @Test(arguments: [
        HostileCapture.invites(5000), .rtpFlows(20_000), .udptlFlows(20_000), .halfMessages(3000), .fragments(3000),
    ])
    func floodsAreReadToTheirEnd(hostile: HostileCapture) throws {
        let file = TemporaryCapture()
        try file.write(hostile)
        let (summary, calls) = try file.read()
        switch hostile {
        case .invites(let count):
            #expect(summary.frames == count)
            #expect(calls.count == count)
            #expect(Set(calls.flatMap(\.call.signalling.callIDs)).count == count)
            #expect(calls.allSatisfy { $0.call.signalling.finalStatus == nil && $0.fax.outcome == .unknown })
        case .rtpFlows(let count), .udptlFlows(let count), .halfMessages(let count), .fragments(let count):
            #expect(summary.frames == count)
            #expect(calls.isEmpty || calls.allSatisfy { $0.fax.outcome == .unknown })
        case .body, .hugeBlock: Issue.record("not a flood")
        }
    }

    /// Past the limit of open calls the one idle for longest is handed out, so that none is lost and none is kept.
    @Test func openCallsPastTheLimitComeOutEarly() throws {
        let file = TemporaryCapture()
        try file.write(.invites(300))
        var options = AnalysisRunner.Options()
        options.decoder.limits.openCalls = 50
        #expect(try file.read(options).calls.count == 300)
    }

    /// What one thread makes of fragments, halves and damage, several make too, in the same order.
    @Test(arguments: [
        HostileCapture.invites(300), .rtpFlows(600), .udptlFlows(600), .halfMessages(300), .fragments(900),
        .body(200_000), .hugeBlock,
    ])
    func sameForAnyNumberOfJobs(hostile: HostileCapture) throws {
        let file = TemporaryCapture()
        try file.write(hostile)
        func told(jobs: Int) throws -> [String] {
            var options = AnalysisRunner.Options()
            options.jobs = jobs
            let (summary, calls) = try file.read(options)
            return calls.map { "\($0.call.id) \($0.call.firstFrame) \($0.call.lastFrame) \($0.call.streams.count)" }
                + summary.warnings.map(\.description) + ["\(summary.frames) \(summary.warningsDropped)"]
        }
        let one = try told(jobs: 1)
        for jobs in [2, 4] { #expect(try told(jobs: jobs) == one) }
    }
}
