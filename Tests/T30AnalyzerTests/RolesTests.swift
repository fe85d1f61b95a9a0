import FaxCore
import PcapDecode
import TestSupport
import Testing

@testable import T30Analyzer

/// Captures that begin with the callee's offer of T.38: by its headers the callee would be the caller.
@Suite("Caller and callee of a call seen from its middle")
struct RolesTests {
    @Test(arguments: ["01-t38-clean-1page-ecm", "02-t38-clean-3pages-fine-noecm"])
    func areToldByTheFax(name: String) throws {
        let whole = try CaptureEditor(corpus: name)
        var part = whole
        let switchTime = part.time(of: .request("INVITE", from: .callee))
        #expect(part.problems.isEmpty)
        part.drop { $0.time < switchTime }
        let wanted = try #require(whole.calls().first.map { AnalysisRunner.analyze($0, FaxAnalyzer()) })
        let found = try #require(part.calls().first.map { AnalysisRunner.analyze($0, FaxAnalyzer()) })
        #expect(part.calls().first?.signalling.rolesAreGuessed == true)
        #expect(found.call.signalling.caller == wanted.call.signalling.caller)
        #expect(found.call.signalling.callee == wanted.call.signalling.callee)
        #expect(found.call.signalling.endedBy == wanted.call.signalling.endedBy)
        #expect(found.call.signalling.t38Switch?.offeredBy == .callee)
        #expect(found.fax.sender == wanted.fax.sender)
        let t38 = wanted.call.streams.filter { $0.kind == .udptl }
        #expect(found.call.streams.filter { $0.kind == .udptl }.map(\.direction) == t38.map(\.direction))
    }
}
