import FaxDSP
import FaxEndpoint
import Foundation
import LiveLab
import Simulator
import TestSupport
import Testing

/// `modem-send` and `modem-receive` with emulated Class 2 modems on pseudo-terminals.
@Suite(.live) struct SerialModemCommandTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var words: [String] = []
        var script = EmulatedClassTwoModem.Script()
        var vanishesAfter: String?
        var status: Int32
        var reason: String?
        var testDescription: String { name }

        init(
            _ name: String, _ words: String..., status: Int32, reason: String? = nil, vanishesAfter: String? = nil,
            script change: (inout EmulatedClassTwoModem.Script) -> Void = { _ in }
        ) {
            self.name = name
            self.words = words
            self.status = status
            self.reason = reason
            self.vanishesAfter = vanishesAfter
            if words.contains("2.0") { (script.isFinal, script.trigger) = (true, 0x12) }
            change(&script)
        }
    }

    static let sendings = [
        Row("Class 2", "--class", "2", status: 0), Row("Class 2.0", "--class", "2.0", status: 0),
        Row("XON and XOFF", "--class", "2", "--flow-control", "xonxoff", status: 0),
        Row("busy", "--class", "2", status: 1, reason: "no call came about: BUSY") { $0.answers = [("ATD", "BUSY")] },
        Row("refused", "--class", "2.0", status: 1, reason: "the other side refused page 1 3 times") {
            $0.statuses = [2, 2, 2]
        },
        Row("no Class 2.0", "--class", "2.0", status: 3, reason: "the modem does not know AT+FCLASS=2.0") {
            $0.isFinal = false
        },
        Row(
            "vanishes while it dials", "--class", "2", status: 3, reason: "the modem's device has vanished",
            vanishesAfter: "ATD"
        ) { $0.answers = [("ATD", "")] },
        Row(
            "vanishes in the page, Class 2", "--class", "2", status: 3, reason: "the modem's device has vanished",
            vanishesAfter: "AT+FET"
        ) { $0.answers = [("AT+FET", "")] },
        Row(
            "vanishes in the page, Class 2.0", "--class", "2.0", status: 3, reason: "the modem's device has vanished",
            vanishesAfter: "AT+FDT"
        ) { $0.answers = [("AT+FDT", "")] },
        Row(
            "silent", "--class", "2", status: 3,
            reason: "the modem does not answer AT&F: is it on, is this its device, and do speed and flow control fit?"
        ) { $0.answers = [("AT", "")] },
    ]

    @Test(arguments: sendings) func sending(row: Row) async throws {
        try await EndpointCommandTests.withFolder { folder in
            let modem = try EmulatedModemPort(row.script, vanishesAfter: row.vanishesAfter)
            defer { modem.end() }
            let command = try EndpointCommandTests.Command(
                ["modem-send", modem.path, "page.tif", "--number", "5550100", "--json"] + row.words, in: folder)
            let status = command.end()
            let told = "\(command.text) \(command.complaint) \(modem.state.commands)"
            #expect(status == row.status, "\(told)")
            #expect(
                command.last["event"] as? String == "result" && command.last["reason"] as? String == row.reason,
                "\(told)")
            #expect(command.last["confirmed"] as? Bool == (row.status == 0), "\(told)")
            let fax = try #require(command.last["fax"] as? [String: Any], "\(told)")
            #expect(fax["outcome"] as? String == (row.status == 0 ? "success" : "failed"))
            #expect(fax["pages_confirmed"] as? Int == (row.status == 0 ? 1 : 0))
            guard row.status == 0 else { return }
            let sent = try TIFFDocument.read(Array(Data(contentsOf: folder.appending(path: "page.tif"))))
            let areSame = ClassTwoCallTests.areEqual(modem.state.taken.map(\.bitmap), sent)
            #expect(areSame)
            #expect(fax["rate_bps"] as? Int == 14_400 && fax["receiver_id"] as? String == "+1 555 0199")
        }
    }

    static let receptions = [
        Row("Class 2", "--class", "2", status: 0), Row("Class 2.0", "--class", "2.0", status: 0),
        Row("the call fails", "--class", "2", status: 1, reason: "no call came about: NO CARRIER") {
            $0.answers = [("ATA", "NO CARRIER")]
        },
        Row(
            "vanishes in the page", "--class", "2", status: 3, reason: "the modem's device has vanished",
            vanishesAfter: "AT+FDR"
        ) { $0.answers = [("AT+FDR", "CONNECT")] },
        Row(
            "vanishes in the page, Class 2.0", "--class", "2.0", status: 3, reason: "the modem's device has vanished",
            vanishesAfter: "AT+FDR"
        ) { $0.answers = [("AT+FDR", "CONNECT")] },
    ]

    @Test(arguments: receptions) func receiving(row: Row) async throws {
        try await EndpointCommandTests.withFolder { folder in
            var script = row.script
            script.pages = ClassTwoCallTests.pages(2)
            let modem = try EmulatedModemPort(script, rings: true, vanishesAfter: row.vanishesAfter)
            defer { modem.end() }
            let command = try EndpointCommandTests.Command(
                ["modem-receive", modem.path, "--dir", "in", "--calls", "1", "--json"] + row.words, in: folder)
            let status = command.end()
            let told = "\(command.text) \(command.complaint) \(modem.state.commands)"
            #expect(status == row.status, "\(told)")
            #expect(
                command.last["event"] as? String == "result" && command.last["reason"] as? String == row.reason,
                "\(told)")
            let files = command.last["files"] as? [String] ?? []
            let pages = try files.flatMap {
                try TIFFDocument.read(Array(Data(contentsOf: folder.appending(path: $0))))
            }
            let areSame = ClassTwoCallTests.areEqual(pages, row.status == 0 ? script.pages : [])
            #expect(areSame, "\(pages.map(\.heightPx)) \(told)")
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "in").path)
            #expect(left.count == files.count, "\(left)")
        }
    }

    @Test func aCallThatIsStoppedReleasesTheLine() async throws {
        try await EndpointCommandTests.withFolder { folder in
            var script = EmulatedClassTwoModem.Script()
            script.answers = [("AT+FDT", "")]
            let modem = try EmulatedModemPort(script)
            defer { modem.end() }
            let command = try EndpointCommandTests.Command(
                ["modem-send", modem.path, "page.tif", "--number", "1", "--class", "2", "--json"], in: folder)
            let limit = Date.now.addingTimeInterval(60)
            while !modem.state.commands.contains("AT+FDT"), Date.now < limit { Thread.sleep(forTimeInterval: 0.05) }
            command.terminate()
            #expect(command.end() == 1, "\(command.complaint)")
            #expect(command.last["reason"] as? String == "stopped by the user", "\(command.text)")
            #expect(
                modem.state.isOnHook && modem.state.commands.suffix(2) == ["AT+FK", "ATH"], "\(modem.state.commands)")
        }
    }

    @Test func aDeviceIsForOneAtATime() async throws {
        try await EndpointCommandTests.withFolder { folder in
            let modem = try EmulatedModemPort(EmulatedClassTwoModem.Script())
            defer { modem.end() }
            let held = try SerialPort(modem.path, speed: 115_200, flowControl: .none)
            try withExtendedLifetime(held) {
                let command = try EndpointCommandTests.Command(
                    ["modem-send", modem.path, "page.tif", "--number", "1", "--json"], in: folder)
                #expect(command.end() == 3)
                #expect(command.complaint.contains("\(modem.path) is in use by"), "\(command.complaint)")
                #expect((command.last["reason"] as? String)?.contains("is in use by") == true, "\(command.text)")
            }
        }
    }
}
