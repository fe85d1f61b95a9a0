import FaxCore
import Foundation
import PcapDecode
import TestSupport
import Testing

/// The tool with which rows of rules are made: what it writes is right where it was changed and the same elsewhere.
@Suite struct CaptureEditorTests {
    private let stem = "01-t38-clean-1page-ecm"

    @Test func withoutEditsNothingChanges() throws {
        let editor = try CaptureEditor(corpus: stem)
        let file = try CaptureReader(path: Corpus.capture(stem).path)
        var octets: [[UInt8]] = []
        while file.next() != nil { octets.append(file.bytes.copied()) }
        #expect(editor.records.map(\.frame.octets) == octets)
        var again = editor
        for index in again.records.indices {
            if let payload = again.records[index].frame.payload { again.records[index].frame.setPayload(payload) }
        }
        #expect(again.records.map { $0.frame.payload } == editor.records.map { $0.frame.payload })
        let call = try #require(editor.calls().first)
        #expect(call.signalling.steps.count == 13 && call.streams.count == 4)
    }

    /// tshark finds checksums, lengths and the changed values right.
    @Test(arguments: ["01-t38-clean-1page-ecm", "20-ipv6-t38", "D11-vlan-qinq-t38", "49-linux-sll2-any-t38"])
    func editsHoldForTshark(name: String) throws {
        var editor = try CaptureEditor(corpus: name)
        editor.rewriteStatus(of: .response(200, to: "INVITE", offering: "image"), to: "488 Not Acceptable Here")
        editor.setAttribute("T38FaxVersion", "3", in: .request("INVITE", offering: "image"))
        editor.setHeader("Reason", "Q.850;cause=16", in: .request("BYE"))
        editor.editMedia(.udptl, from: .callee) { payload, _ in payload.append(0) }
        #expect(editor.problems == [])
        let path = NSTemporaryDirectory() + "faxprobe-editor-\(name).pcap"
        try Data(editor.pcap).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let rows = try Tshark.fields(
            path, filter: "sip.Status-Code == 488 || sip.Reason || sdp.media.media == \"image\"",
            fields: ["sip.Status-Code", "udp.checksum.status", "sip.CSeq.method", "_ws.malformed"],
            checking: ["udp.check_checksum:TRUE", "ip.check_checksum:TRUE"])
        let edited = rows.filter { $0[0] == "488" || $0[2] == "INVITE" || $0[2] == "BYE" }
        #expect(edited.count >= 3)
        #expect(edited.filter { $0[1] == "0" || !$0[3].isEmpty } == [])
        #expect(rows.contains { $0[0] == "488" })
    }

    @Test func signallingIsReadAsChanged() throws {
        var editor = try CaptureEditor(corpus: stem)
        editor.shiftTransaction(.request("INVITE", offering: "image"), by: .seconds(1))
        editor.setAgent("Some ATA", of: .callee)
        let signalling = try #require(editor.calls().first?.signalling)
        #expect(signalling.calleeAgent == "Some ATA")
        let after = try #require(signalling.t38Switch?.afterAnswer)
        #expect(abs(after.inSeconds - 4.02) < 0.01)
    }

    @Test func insertedExchangeBelongsToTheDialog() throws {
        var answered = try CaptureEditor(corpus: stem)
        answered.insert(
            "UPDATE", by: .caller, at: answered.start + .seconds(10), status: "491 Request Pending")
        let calls = answered.calls()
        #expect(calls.count == 1)
        let steps = calls.first?.signalling.steps.filter { $0.method == "UPDATE" } ?? []
        #expect(steps.map(\.status) == [nil, 491] && steps.map(\.from) == [.caller, .callee])
    }

    @Test func editsThatFindNothingAreTold() throws {
        var editor = try CaptureEditor(corpus: stem)
        editor.drop(.request("REFER"))
        editor.setHeader("Reason", "x", in: .response(404, to: "INVITE"))
        editor.dropMedia(.udptl, after: editor.end)
        #expect(editor.problems.count == 3)
    }

    @Test func oneDirectionIsKept() throws {
        var editor = try CaptureEditor(corpus: stem)
        editor.keepOnly(from: .callee)
        let call = try #require(editor.calls().first)
        #expect(call.streams.allSatisfy { $0.direction == .callee } && call.streams.count == 2)
        #expect(call.signalling.steps.allSatisfy { $0.from == .callee })
    }
}
