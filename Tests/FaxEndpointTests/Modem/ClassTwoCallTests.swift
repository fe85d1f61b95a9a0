import FaxCore
import FaxDSP
import Foundation
import LiveLab
import Simulator
import Testing

@testable import FaxEndpoint

/// Our driver of Class 2 and 2.0 modems on emulated ones, in virtual time: no port.
@Suite struct ClassTwoCallTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var pages = 1
        var script = EmulatedClassTwoModem.Script()
        var profile = FaxProfile()
        /// How the far side's rows are to be coded, for who sends.
        var dpiY = 196
        var testDescription: String { name }

        init(_ name: String, pages: Int = 1, isFinal: Bool = false, change: (inout Row) -> Void = { _ in }) {
            self.name = name
            self.pages = pages
            script.isFinal = isFinal
            if isFinal { script.trigger = 0x12 }
            change(&self)
        }
    }

    static func pages(_ count: Int, dpiY: Int = 196) -> [PageBitmap] {
        (0..<count).map { index in
            var page = TextLikePage(heightPx: 150, seed: UInt64(index + 21)).bitmap()
            page.dpiY = dpiY
            return page
        }
    }

    /// Kept out of expectations: their messages would show every octet.
    static func areEqual(_ pages: [PageBitmap], _ others: [PageBitmap]) -> Bool {
        pages.map(\.octets) == others.map(\.octets)
    }

    /// Runs until the call has ended, at most ten minutes of its time.
    private static func run(
        _ call: ClassTwoCall, _ modem: inout EmulatedClassTwoModem, rings: Bool
    ) -> Duration {
        let start = Instant(nanoseconds: 1_000_000_000_000)
        var now = start
        var lines = 0
        while call.ending == nil, now < start + .seconds(600) {
            now = now + .milliseconds(20)
            modem.receive(call.takeOutput(room: 256))
            if rings, call.state == .waitingForRing, lines < 5 {
                lines += 1
                modem.ring()
            }
            let answer = modem.takeOutput()
            if !answer.isEmpty { call.receive(answer, at: now) }
            call.wake(at: now)
        }
        modem.receive(call.takeOutput(room: 256))
        return now - start
    }

    private static func settings(_ row: Row) -> SerialModemSettings {
        var settings = SerialModemSettings()
        settings.serviceClass = row.script.isFinal ? .twoPointZero : .two
        return settings
    }

    // MARK: - Sending

    static let sendings = [
        Row("Class 2, MR"), Row("Class 2, three pages", pages: 3),
        Row("Class 2, MMR with error correction") { $0.script.abilities = "1,5,0,2,3,2,0,0" },
        Row("Class 2, MH, 2400 bit/s") { $0.script.abilities = "1,0,0,2,0,0,0,7" },
        Row("Class 2, no XON") { $0.script.sendsXON = false },
        Row("Class 2, the second page refused once", pages: 3) { $0.script.statuses = [1, 2, 1] },
        Row("Class 2, RTP", pages: 2) { $0.script.statuses = [3, 3] },
        Row("Class 2, a modem that knows no error correction") {
            $0.script.abilities = "1,5,0,2,3,2,0,0"
            $0.script.answers = [("AT+FDIS=1,5,0,2,3,2", "\r\nERROR\r\n")]
        },
        Row("Class 2.0, MR", isFinal: true), Row("Class 2.0, three pages", pages: 3, isFinal: true),
        Row("Class 2.0, superfine", isFinal: true) {
            $0.dpiY = 391
            $0.script.abilities = "3,5,0,2,3,1,0,0"
        },
        Row("Class 2.0, refused twice", pages: 2, isFinal: true) { $0.script.statuses = [2, 2] },
        Row("Class 2.0, no +FPS?", pages: 2, isFinal: true) {
            $0.script.statuses = [2]
            $0.script.answers = [("AT+FPS?", "ERROR")]
        },
    ]

    @Test(arguments: sendings) func pagesGoOut(row: Row) throws {
        let sent = Self.pages(row.pages, dpiY: row.dpiY)
        let call = ClassTwoCall(
            row.profile, pages: sent, .dial("5550100"), Self.settings(row), at: Instant(nanoseconds: 1_000_000_000_000))
        var modem = EmulatedClassTwoModem(row.script)
        let took = Self.run(call, &modem, rings: false)
        let told = "\(String(describing: call.ending)) \(call.report.completionText ?? "-") \(took) \(modem.commands)"
        #expect(call.ending == .over && call.report.completion == 0, "\(told)")
        #expect(call.report.pagesSent == row.pages && modem.isOnHook, "\(told)")
        // What was refused came twice.
        let kept = zip(
            modem.taken,
            (0..<modem.taken.count).map { row.script.statuses.indices.contains($0) ? row.script.statuses[$0] : 1 }
        )
        .filter { $0.1 != 2 }.map(\.0)
        let areSame = Self.areEqual(kept.map(\.bitmap), sent)
        #expect(areSame, "\(kept.map(\.rows)) \(told)")
        #expect(kept.allSatisfy { $0.badRows == 0 && $0.endedBy != .dataEnd }, "\(kept.map(\.endedBy))")
        #expect(call.report.remoteIdentification == "+1 555 0199")
    }

    @Test func aRefusedPageGoesOutMoreSlowly() throws {
        let row = Row("") { $0.script.statuses = [2, 2] }
        let call = ClassTwoCall(
            row.profile, pages: Self.pages(1), .dial("1"), Self.settings(row),
            at: Instant(nanoseconds: 1_000_000_000_000))
        var modem = EmulatedClassTwoModem(row.script)
        _ = Self.run(call, &modem, rings: false)
        #expect(call.terms?.rateBps == 9_600)
        #expect(
            modem.commands.filter { $0.hasPrefix("AT+FDIS=") }.map { String($0.dropFirst(8).prefix(3)) } == [
                "1,5", "1,4", "1,3",
            ])
    }

    @Test(arguments: [false, true]) func aFinePageForAStandardReceiver(isFinal: Bool) throws {
        let row = Row("", isFinal: isFinal) { $0.script.abilities = "0,3,0,0,0,0,0,3" }
        let call = ClassTwoCall(
            row.profile, pages: Self.pages(1), .dial("1"), Self.settings(row),
            at: Instant(nanoseconds: 1_000_000_000_000))
        var modem = EmulatedClassTwoModem(row.script)
        _ = Self.run(call, &modem, rings: false)
        #expect(call.report.completion == 0, "\(modem.commands)")
        #expect(modem.taken.map(\.rows) == [75])
    }

    // MARK: - Receiving

    static let receptions = [
        Row("Class 2, MH"), Row("Class 2, three pages, MR", pages: 3) { $0.script.terms = "1,5,0,2,1,0,0,0" },
        Row("Class 2, MMR with error correction", pages: 2) { $0.script.terms = "1,5,0,2,3,2,0,0" },
        Row("Class 2, the other bit order", pages: 2) { $0.script.reversesReception = true },
        Row("Class 2, DC2 starts pages") { $0.script.trigger = 0x12 },
        Row("Class 2, no RTC", pages: 2) { $0.script.stripsRTC = true },
        Row("Class 2, a damaged page comes again", pages: 2) { $0.script.damagedRows = 60 },
        Row("Class 2.0, MH", pages: 2, isFinal: true),
        Row("Class 2.0, MMR, the other bit order", isFinal: true) {
            $0.script.terms = "1,5,0,2,3,1,0,0"
            $0.script.reversesReception = true
        },
        Row("Class 2.0, DC1 starts pages", isFinal: true) { $0.script.trigger = 0x11 },
        Row("Class 2.0, a damaged page comes again", pages: 2, isFinal: true) { $0.script.damagedRows = 60 },
    ]

    @Test(arguments: receptions) func pagesComeIn(row: Row) throws {
        let sent = Self.pages(row.pages)
        var script = row.script
        script.pages = sent
        var kept: [Int] = []
        let call = ClassTwoCall(
            row.profile, .answer, Self.settings(row), at: Instant(nanoseconds: 1_000_000_000_000),
            keep: { pages in
                kept.append(pages.count)
                return true
            })
        var modem = EmulatedClassTwoModem(script)
        let took = Self.run(call, &modem, rings: true)
        let told = "\(String(describing: call.ending)) \(call.report.completionText ?? "-") \(took) \(modem.commands)"
        #expect(call.ending == .over && call.report.completion == 0, "\(told)")
        let areSame = Self.areEqual(call.pages, sent)
        #expect(areSame, "\(call.pages.map(\.heightPx)) \(told)")
        #expect(kept == Array(1...row.pages), "\(told)")
        let refusals = modem.commands.count { $0 == (script.isFinal ? "AT+FPS=2" : "AT+FPTS=2") }
        #expect(refusals == (script.damagedRows > 0 ? 1 : 0), "\(told)")
        #expect(call.report.remoteIdentification == "+1 555 0199" && modem.isOnHook)
    }

    @Test func aPageThatCannotBeKeptIsNotConfirmed() throws {
        let row = Row("", pages: 2) { $0.script.pages = Self.pages(2) }
        let call = ClassTwoCall(
            row.profile, .answer, Self.settings(row), at: Instant(nanoseconds: 1_000_000_000_000), keep: { _ in false })
        var modem = EmulatedClassTwoModem(row.script)
        _ = Self.run(call, &modem, rings: true)
        #expect(call.report.pagesReceived == 0 && call.report.completion == nil)
        #expect(call.report.completionText == "the page could not be kept")
        #expect(modem.commands.count { $0 == "AT+FDR" } == 1 && modem.isOnHook)
    }

    // MARK: - What goes wrong

    struct Failure: Sendable, CustomTestStringConvertible {
        var command: String
        var answer: String
        var ending: ModemCallEnding
        var reason: String?
        var isFinal = false
        var testDescription: String { "\(command): \(answer)" }
    }

    static let failures = [
        Failure(command: "ATD", answer: "BUSY", ending: .noCall("BUSY")),
        Failure(command: "ATD", answer: "NO DIALTONE", ending: .noCall("NO DIALTONE")),
        Failure(command: "ATD", answer: "NO CARRIER", ending: .noCall("NO CARRIER")),
        Failure(command: "ATD", answer: "NO ANSWER", ending: .noCall("NO ANSWER")),
        Failure(
            command: "ATD", answer: "CONNECT 33600",
            ending: .noCall("CONNECT 33600: the modem took the other side for another modem, not a fax machine")),
        Failure(
            command: "ATD", answer: "+FHNG:11\r\nOK",
            ending: .noCall("the modem hung up, +FHNG:11 (no fax machine answered within T1)")),
        Failure(
            command: "ATD", answer: "", ending: .failed("the modem does not go on after ATDT1")),
        Failure(
            command: "AT&F", answer: "",
            ending: .failed(
                "the modem does not answer AT&F: is it on, is this its device, and do speed and flow control fit?")),
        Failure(
            command: "AT+FCLASS", answer: "ERROR", ending: .failed("the modem does not know AT+FCLASS=2")),
        Failure(
            command: "AT+FDT", answer: "+FHNG:25\r\nOK", ending: .over,
            reason: "the modem hung up, +FHNG:25 (no answer to DCS)"),
        Failure(
            command: "AT+FDT", answer: "+FHS:27", ending: .over,
            reason: "the modem hung up, +FHS:27 (training failed at the lowest rate)", isFinal: true),
        Failure(
            command: "AT+FET", answer: "+FHNG:54\r\nOK", ending: .over,
            reason: "the modem hung up, +FHNG:54 (no answer to EOP)"),
        Failure(command: "AT+FET", answer: "NO CARRIER", ending: .over, reason: "the call was lost in the page"),
        Failure(command: "AT+FDT", answer: "ERROR", ending: .over, reason: "the modem refuses AT+FDT"),
        Failure(
            command: "AT+FDT", answer: "", ending: .failed("the modem does not go on after AT+FDT")),
    ]

    @Test(arguments: failures) func whatGoesWrongIsTold(failure: Failure) throws {
        let row = Row("", isFinal: failure.isFinal) { $0.script.answers = [(failure.command, failure.answer)] }
        let call = ClassTwoCall(
            row.profile, pages: Self.pages(1), .dial("1"), Self.settings(row),
            at: Instant(nanoseconds: 1_000_000_000_000))
        var modem = EmulatedClassTwoModem(row.script)
        _ = Self.run(call, &modem, rings: false)
        #expect(call.ending == failure.ending, "\(modem.commands)")
        if failure.ending == .over { #expect(call.report.completion == nil && call.report.pagesSent == 0) }
        if let reason = failure.reason { #expect(call.report.completionText == reason) }
        if call.isOnLine { #expect(modem.commands.last == "ATH", "\(modem.commands)") }
    }

    @Test func pagesThatAreNeverTakenEndTheCall() throws {
        let row = Row("") { $0.script.statuses = [2, 2, 2, 2] }
        let call = ClassTwoCall(
            row.profile, pages: Self.pages(1), .dial("1"), Self.settings(row),
            at: Instant(nanoseconds: 1_000_000_000_000))
        var modem = EmulatedClassTwoModem(row.script)
        _ = Self.run(call, &modem, rings: false)
        #expect(call.report.completionText == "the other side refused page 1 3 times")
        #expect(modem.isOnHook && modem.commands.suffix(2) == ["AT+FK", "ATH"], "\(modem.commands)")
    }

    @Test func anyOctetsAreTaken() throws {
        var random = SeededRandom(seed: 12)
        let words = [
            "OK\r\n", "CONNECT\r\n", "\u{11}", "NO CARRIER\r\n", "ERROR\r\n", "\u{10}\u{3}", "RING\r\n", "+FCON\r\n",
            "+FDCS:1,5,0,2,3,2,0,0\r\n", "+FDIS:9,9,9,9,9,9,9,9\r\n", "+FPTS:1\r\n", "+FET:2\r\n", "+FHNG:0\r\n",
            "+FDCS:,\r\n",
            "+FCSI:\r\n", "+FHS:\r\n",
        ]
        for _ in 0..<300 {
            var now = Instant(nanoseconds: 1_000_000_000_000)
            let row = Row("", isFinal: random.next() % 2 == 0)
            let isCaller = random.next() % 2 == 0
            let call = ClassTwoCall(
                row.profile, pages: Self.pages(1), isCaller ? .dial("1") : .answer, Self.settings(row), at: now)
            for _ in 0..<120 {
                now = now + .milliseconds(Int(random.next() % 900))
                let pick = Int(random.next() % UInt64(words.count + 6))
                let octets =
                    pick < words.count
                    ? Array(words[pick].utf8)
                    : pick < words.count + 4
                        ? Array("OK\r\n".utf8) : (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                call.receive(octets, at: now)
                call.wake(at: now)
                #expect(call.takeOutput(room: 256).count < 4_096)
            }
        }
    }
}
