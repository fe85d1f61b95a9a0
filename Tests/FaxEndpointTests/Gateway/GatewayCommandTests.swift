import Foundation
import TestSupport
import Testing

@testable import FaxEndpoint

/// `faxprobe gateway` as a process of its own between two others.
@Suite(.live) struct GatewayCommandTests {
    private typealias Command = EndpointCommandTests.Command

    /// The record holds both sides, and the analysis takes them for two legs of one call.
    @Test func aFaxThroughAGatewayAndItsRecord() async throws {
        try await EndpointCommandTests.withFolder { folder in
            let receiver = try Command(
                [
                    "receive", "--listen", "127.0.0.1:0", "--dir", "in", "--transport", "t38", "--calls", "1",
                    "--timeout", "80", "--json",
                ] + EndpointCommandTests.ports(), in: folder)
            let gateway = try Command(
                [
                    "gateway", "--listen", "127.0.0.1:0", "--to", "sip:\(try receiver.address())", "--side", "far",
                    "--calls", "1", "--timeout", "80", "--json", "--record", "both.pcapng",
                ] + EndpointCommandTests.ports(), in: folder)
            let sender = try Command(
                [
                    "send", "sip:5551234@\(try gateway.address())", "page.tif", "--transport", "g711", "--timeout",
                    "80",
                    "--json",
                ] + EndpointCommandTests.ports(), in: folder)
            #expect(sender.end() == 0, "\(sender.text)\(sender.complaint)")
            #expect(receiver.end() == 0, "\(receiver.text)\(receiver.complaint)")
            #expect(gateway.end() == 0, "\(gateway.text)\(gateway.complaint)")
            let last = gateway.last
            #expect(last["event"] as? String == "result" && last["confirmed"] as? Bool == true)
            let legs = try #require(last["legs"] as? [String: [String: Any]])
            #expect(legs["near"]?["carried_by"] as? String == "g711")
            #expect(legs["far"]?["carried_by"] as? String == "t38")
            #expect(legs["far"]?["packets_lost"] as? Int == 0)
            let fax = last["fax"] as? [String: Any]
            #expect(fax?["pages_confirmed"] as? Int == 1 && fax?["rate_bps"] as? Int == 14_400)
            let verdicts = last["verdicts"] as? [String] ?? []
            #expect(verdicts.count == 2 && verdicts.allSatisfy { $0.hasPrefix("Fax delivered: 1 page") }, "\(verdicts)")
            let called = gateway.events.first { $0["event"] as? String == "calling" }
            #expect((called?["uri"] as? String)?.hasPrefix("sip:5551234@127.0.0.1:") == true)
            try expectTwoLegs(of: "both.pcapng", in: folder)
        }
    }

    private func expectTwoLegs(of record: String, in folder: URL) throws {
        let analysis = try Command(["analyze", record, "--json"], in: folder)
        #expect(analysis.end() == 0, "\(analysis.complaint)")
        let document = try JSONSerialization.jsonObject(with: Data(analysis.text.utf8)) as? [String: Any]
        let calls = try #require(document?["calls"] as? [[String: Any]])
        let related = calls.map { ($0["related"] as? [Any])?.count ?? 0 }
        #expect(related == [1, 1], "\(calls.map { $0["related"] ?? "none" })")
    }

    /// SIGTERM in mid call: BYE to both sides.
    @Test func aTerminatedGatewayEndsBothSides() async throws {
        try await EndpointCommandTests.withFolder { folder in
            let receiver = try Command(
                ["receive", "--listen", "127.0.0.1:0", "--dir", "in", "--calls", "1", "--timeout", "80", "--json"]
                    + EndpointCommandTests.ports(), in: folder)
            let gateway = try Command(
                [
                    "gateway", "--listen", "127.0.0.1:0", "--to", "sip:\(try receiver.address())", "--timeout", "80",
                    "--json",
                ] + EndpointCommandTests.ports(), in: folder)
            let sender = try Command(
                ["send", "sip:1@\(try gateway.address())", "page.tif", "--timeout", "80", "--json"]
                    + EndpointCommandTests.ports(), in: folder)
            #expect(gateway.awaits("\"event\":\"gateway\""), "\(gateway.text)")
            gateway.terminate()
            #expect(gateway.end() == 1, "\(gateway.text)\(gateway.complaint)")
            #expect(sender.end() == 1 && receiver.end() == 1)
            for side in [sender.text, receiver.text] {
                #expect(side.contains("\"by\":\"them\",\"cause\":\"BYE\""), "\(side)")
            }
        }
    }

    /// Words of the command line, and the status.
    private static let wrongUses: [(String, Int32)] = [
        ("gateway", 2), ("gateway --to 5551234", 2), ("gateway --to sip:127.0.0.1 --side both", 2),
        ("gateway --to sip:127.0.0.1:9 --transport t38", 2), ("gateway --to sip:127.0.0.1:9 --id 1", 2),
        ("gateway --to sip:127.0.0.1:9 --codecs g729", 2), ("gateway --to sip:127.0.0.1:9 --redundancy 8", 2),
        ("gateway --listen 127.0.0.1:7801 --to sip:127.0.0.1:7801", 2),
        ("gateway --listen 127.0.0.1:0 --to sip:127.0.0.1:9 --record /dev/null/x", 3),
        ("gateway --listen 127.0.0.1:0 --to sip:127.0.0.1:9 --calls 1 --timeout 0.3", 1),
    ]

    @Test(arguments: wrongUses)
    func exitStatus(words: String, status: Int32) async throws {
        try await EndpointCommandTests.withFolder { folder in
            let command = try Command(words.split(separator: " ").map(String.init), in: folder)
            #expect(command.end() == status, "\(command.text)\(command.complaint)")
            #expect(!command.complaint.isEmpty)
        }
    }
}
