import FaxCore
import FaxDSP
import Foundation
import TestSupport
import Testing

@testable import FaxEndpoint

/// `send --await-callback` against `echo`, as processes of their own.
@Suite(.live) struct CallbackTests {
    private typealias Command = EndpointCommandTests.Command

    @Test func theFaxThatComesBackIsComparedWithTheOneSent() async throws {
        try await EndpointCommandTests.withFolder { folder in
            let echo = try Command(
                ["echo", "--listen", "127.0.0.1:0", "--dir", "echo", "--calls", "1", "--timeout", "120", "--json"]
                    + EndpointCommandTests.ports(), in: folder)
            let address = try echo.address()
            let sender = try Command(
                [
                    "send", "sip:200@\(address)", "page.tif", "--await-callback", "60s", "--callback-dir", "back",
                    "--timeout", "110", "--json",
                ] + EndpointCommandTests.ports(), in: folder)
            #expect(sender.end() == 0, "\(sender.text)\(sender.complaint)")
            #expect(echo.end() == 0, "\(echo.text)\(echo.complaint)")
            let event = try #require(sender.events.first { $0["event"] as? String == "callback" })
            #expect(event["verdict"] as? String == "matched" && event["extra"] as? [Int] == [1], "\(event)")
            let page = try #require((event["pages"] as? [[String: Any]])?.first)
            #expect(page["returned"] as? Int == 2 && page["state"] as? String == "matched", "\(page)")
            let files = event["files"] as? [String] ?? []
            #expect(files.count == 1 && files.first?.hasPrefix("back/") == true, "\(files)")
            #expect(sender.text.contains("\"awaiting-callback\""))
        }
    }

    @Test func aCallBackThatDoesNotComeIsToldInTime() async throws {
        try await EndpointCommandTests.withFolder { folder in
            let receiver = try Command(
                ["receive", "--listen", "127.0.0.1:0", "--dir", "in", "--calls", "1", "--timeout", "90", "--json"]
                    + EndpointCommandTests.ports(), in: folder)
            let sender = try Command(
                [
                    "send", "sip:200@\(try receiver.address())", "page.tif", "--await-callback", "2s", "--callback-dir",
                    "back", "--timeout", "80",
                ] + EndpointCommandTests.ports(), in: folder)
            #expect(sender.end() == 1, "\(sender.text)\(sender.complaint)")
            #expect(sender.text.contains("waiting at most 2 s for the call-back"), "\(sender.text)")
            #expect(sender.text.contains("call-back: did not come"), "\(sender.text)")
            _ = receiver.end()
        }
    }

    /// A call from somewhere else is not the one waited for.
    @Test func onlyWhoWasCalledMayCallBack() async throws {
        try await EndpointCommandTests.withFolder { folder in
            let silent = try BoundSocket(FaxOnLoopback.anyPort)
            defer { close(silent.descriptor) }
            let other = try Command(
                [
                    "send", "sip:200@\(silent.endpoint)", "page.tif", "--await-callback", "60s", "--callback-dir",
                    "back",
                    "--listen", "127.0.0.2:0", "--timeout", "8", "--json",
                ] + EndpointCommandTests.ports(), in: folder)
            let place = try other.address()
            // From 127.0.0.3, which was not called.
            let caller = try Command(
                ["send", "sip:200@\(place)", "page.tif", "--listen", "127.0.0.3:0", "--timeout", "20", "--json"]
                    + EndpointCommandTests.ports(), in: folder)
            #expect(caller.end() == 1)
            #expect(caller.last["reason"] as? String == "refused with 403 Forbidden", "\(caller.text)")
            #expect(other.end() == 1)
        }
    }
}
