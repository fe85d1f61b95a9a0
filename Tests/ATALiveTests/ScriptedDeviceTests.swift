import ATADrivers
import ATALive
import FaxCore
import Foundation
import Synchronization
import Testing

/// A device that answers as it is told, and remembers what it was asked.
final class ScriptedDevice: HTTPExchange {
    private let pages: [String: HTTPReply]
    private let asked = Mutex<[HTTPCall]>([])

    /// - Parameter pages: by their targets; others are 404.
    init(_ pages: [String: String]) {
        self.pages = pages.mapValues { HTTPReply(200, body: Array($0.utf8)) }
    }

    init(replies: [String: HTTPReply]) { pages = replies }

    var calls: [HTTPCall] { asked.withLock { $0 } }

    func send(_ call: HTTPCall) async throws(ATAFailure) -> HTTPReply {
        asked.withLock { $0.append(call) }
        return pages[call.target] ?? HTTPReply(404)
    }
}

@Suite("ATA drivers against replies in the published forms")
struct ScriptedDeviceTests {
    private let credentials = DeviceCredentials(password: "secret")

    private func grandstream(_ device: ScriptedDevice) async throws -> any ATADriver {
        try await ATAProbe.driver(device, credentials, origin: "http://192.0.2.30")
    }

    private static let first =
        "<html><title>Grandstream HT801</title><body>Grandstream Device Configuration</body></html>"

    @Test("A Grandstream is read and written by P-numbers in one session")
    func grandstreamValues() async throws {
        let device = ScriptedDevice([
            "/": Self.first, "/cgi-bin/dologin": #"{"response":"success","body":{"sid":"a1","x":[1]}}"#,
            "/cgi-bin/api.values.get": #"{"response":"success","body":{"P228":"1","P132":2,"P4416":"0"}}"#,
            "/cgi-bin/api.values.post": #"{"response":"success"}"#,
        ])
        let driver = try await grandstream(device)
        #expect(driver.family == .grandstream)
        #expect(try await driver.identify().model == "HT801")
        let configuration = try await driver.readConfiguration()
        let view = SettingView(configuration, dialect: .grandstream, line: 1)
        #expect(view[.t38] == .known("no") && view[.jitterLevel] == .known("high"))
        #expect(view[.passthroughMethod] == .known("none") && view[.callWaiting] == .absent)
        try await driver.write([try view.entry(.t38, "yes")])
        let written = try #require(device.calls.last)
        #expect(String(decoding: written.body, as: UTF8.self) == "P228=0&sid=a1")
        #expect(written.headers.contains(HTTPCall.Header("Origin", "http://192.0.2.30")))
        #expect(device.calls.count { $0.target == "/cgi-bin/dologin" } == 1)
    }

    @Test("A Grandstream's login is tried once")
    func grandstreamPassword() async throws {
        let device = ScriptedDevice([
            "/": Self.first, "/cgi-bin/dologin": #"{"response":"error","body":{"remain":4}}"#,
        ])
        let driver = try await grandstream(device)
        for _ in 0..<3 {
            await #expect(throws: ATAFailure.wrongPassword(user: "admin")) { _ = try await driver.readConfiguration() }
        }
        #expect(device.calls.count { $0.target == "/cgi-bin/dologin" } == 1)
    }

    @Test("The older interface of Grandstream is told as not driven")
    func grandstreamOld() async throws {
        let device = ScriptedDevice([
            "/": "<form action=dologin.htm><input type=hidden name=gnkey value=0b82></form>",
            "/cgi-bin/dologin": "<html>Your Login Password is not recognized</html>",
        ])
        let driver = try await grandstream(device)
        do {
            _ = try await driver.readConfiguration()
            Issue.record("it was read")
        } catch {
            guard case .unsupported = error else { throw error }
        }
    }

    static let strange: [(name: String, pages: [String: String])] = [
        ("no page at all", [:]),
        ("a page of something else", ["/": "<html><title>Printer</title></html>"]),
        (
            "settings without a form",
            ["/": "<title>Linksys SPA Configuration</title>", "/admin/voice/advanced": "<html></html>"]
        ),
        (
            "settings that were cut off",
            [
                "/": "<title>Linksys SPA Configuration</title>",
                "/admin/voice/advanced":
                    "<form action=bsipura.spa><tr><td>FAX Enable T38:<td><select name=\"1\"><option selected value=\"No\">No",
            ]
        ),
    ]

    @Test("What is no page of a known device is told", arguments: strange)
    func refuses(row: (name: String, pages: [String: String])) async throws {
        let device = ScriptedDevice(row.pages)
        await #expect(throws: ATAFailure.self) {
            let driver = try await ATAProbe.driver(device, credentials, origin: "http://192.0.2.30")
            _ = try await driver.readConfiguration()
        }
        #expect(device.calls.allSatisfy { $0.method == .get })
    }

    @Test("A form that leads elsewhere is not filled in")
    func formElsewhere() async throws {
        let page = """
            <title>Linksys SPA Configuration</title><form action="http://198.51.100.1/take"><tr><td>Proxy:<td>
            <input name="879" value=""></form></html>
            """
        let device = ScriptedDevice(["/": page, "/admin/voice/advanced": page])
        let driver = try await ATAProbe.driver(device, credentials, origin: "http://192.0.2.30")
        await #expect(throws: ATAFailure.self) {
            try await driver.write([ATAConfiguration.Entry("Proxy", "192.0.2.1")])
        }
        #expect(device.calls.allSatisfy { $0.method == .get })
    }

    @Test("Lines of syslog come with and without a priority, and never without end")
    func syslog() {
        let lines = SyslogLine.read(
            Array("<134>SPA-2102 000E08 -- Successful resync http://192.0.2.1/x\r\nplain\n\n".utf8))
        #expect(lines.map(\.severity) == [6, nil] && lines.map(\.facility) == [16, nil])
        #expect(lines.map(\.event) == [.resyncDone, nil] && lines.last?.text == "plain")
        #expect(SyslogLine.read(Array("<999>x".utf8)).first?.severity == nil)
        let long = SyslogLine.read([UInt8](repeating: UInt8(ascii: "x"), count: 8_000))
        #expect(long.map(\.text.utf8.count) == [SyslogLine.lengthLimit])
        let many = SyslogLine.read(Array(String(repeating: "a\n", count: 500).utf8))
        #expect(many.count == SyslogLine.lineLimit)
    }

    @Test(
        "Faults are read by name",
        arguments: ["", "magic", "reboot-loop", "slow-web=100", "ignores=x", "level=99", "half-form=1"])
    func faults(text: String) {
        #expect(throws: EmulatedFaults.Unknown.self) {
            var faults = EmulatedFaults()
            try faults.add(text)
        }
    }
}
