import FaxCore
import FaxDSP
import FaxProtocol
import Foundation
import Simulator
import Testing

@testable import FaxEndpoint
@testable import FaxStation

/// Our T.30 behind AT commands at both ends of a line between two soft modems, in virtual time: no port, no SIP.
@Suite struct ClassOneCallTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var serviceClass = SerialModemSettings.ServiceClass.one
        var hasECM = true
        var modems = FaxStation.Modem.allCases
        var pages = 1
        var testDescription: String { name }
    }

    static let rows = [
        Row(name: "V.17, ECM"), Row(name: "V.17, no ECM, two pages", hasECM: false, pages: 2),
        Row(name: "V.29, ECM, two pages", modems: [.v27ter, .v29], pages: 2),
        Row(name: "V.27ter, no ECM", hasECM: false, modems: [.v27ter]),
        Row(name: "Class 1.0, V.17, ECM", serviceClass: .onePointZero),
        Row(name: "Class 1.0, V.29, no ECM", serviceClass: .onePointZero, hasECM: false, modems: [.v29, .v27ter]),
    ]

    /// One end: the driver, and the modem that it speaks to.
    private final class End {
        let call: ClassOneCall
        let line: ModemLine
        var said: [UInt8] = []

        init(_ station: FaxStation, _ start: ClassOneCall.Start, _ settings: SerialModemSettings, at now: Instant)
            throws
        {
            call = try #require(ClassOneCall(station, start, settings, at: now))
            line = try #require(ModemLine(ModemLineSettings()))
        }

        /// Both hear what the other has said.
        func exchange(at now: Instant) {
            let octets = line.takesOctets ? call.takeOutput(room: 256) : []
            if !octets.isEmpty { line.receive(octets, at: now) }
            let answer = line.takeOutput()
            said += answer.prefix(max(0, 4_000 - said.count))
            if !answer.isEmpty { call.receive(answer, at: now) }
            call.wake(at: now)
            line.wake(at: now)
        }
    }

    /// A line between two ends; samples cross it in steps of 20 ms.
    private static func run(_ caller: End, _ answerer: End, from start: Instant) -> Duration {
        var now = start
        var isUp = false
        var toCaller = [Int16](repeating: 0, count: 160)
        var toAnswerer = toCaller
        while caller.call.ending == nil || answerer.call.ending == nil, now < start + .seconds(240) {
            now = now + .milliseconds(20)
            for end in [caller, answerer] { end.exchange(at: now) }
            for request in caller.line.takeRequests() {
                switch request {
                case .dial: answerer.line.ring(information: [], at: now)
                case .answer, .refuse, .hangUp: isUp = hangUp(answerer, at: now)
                }
            }
            for request in answerer.line.takeRequests() {
                switch request {
                case .answer:
                    isUp = true
                    for end in [caller, answerer] { end.line.follow(.mediaBegan(.audio), at: now) }
                case .dial, .refuse, .hangUp: isUp = hangUp(caller, at: now)
                }
            }
            guard isUp else { continue }
            caller.line.step(&toCaller)
            answerer.line.step(&toAnswerer)
            swap(&toCaller, &toAnswerer)
        }
        return now - start
    }

    private static func hangUp(_ other: End, at now: Instant) -> Bool {
        other.line.follow(.ended(SIPEnding(side: .them, cause: .bye)), at: now)
        return false
    }

    @Test(arguments: rows) func aFaxGoesThroughModems(row: Row) throws {
        let start = Instant(nanoseconds: 1_000_000_000_000)
        let pages = (0..<row.pages).map { TextLikePage(heightPx: 120, seed: UInt64($0 + 3)).bitmap() }
        let document = try MemoryFile(try TIFFDocument.write(pages))
        let inbox = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString).tif")
        defer { try? FileManager.default.removeItem(at: inbox) }
        var sending = FaxStation(.caller)
        var receiving = FaxStation(.answerer)
        sending.documentPath = document.path
        receiving.receptionPath = inbox.path
        (sending.modems, receiving.modems) = (row.modems, row.modems)
        (sending.hasECM, receiving.hasECM) = (row.hasECM, row.hasECM)
        var settings = SerialModemSettings()
        settings.serviceClass = row.serviceClass
        let caller = try End(sending, .dial("5550100"), settings, at: start)
        let answerer = try End(receiving, .answer, settings, at: start)
        let took = Self.run(caller, answerer, from: start)
        let told = "\(took) \(Self.story(caller))\n\(Self.story(answerer))"
        #expect(caller.call.ending == .over && caller.call.report.completion == 0, "\(told)")
        #expect(answerer.call.ending == .over && answerer.call.report.completion == 0, "\(told)")
        #expect(caller.call.report.hasECM == row.hasECM)
        let received = try TIFFDocument.read(Array(Data(contentsOf: inbox)))
        #expect(received.map(\.octets) == pages.map(\.octets), "\(received.count) pages; \(told)")
    }

    private static func story(_ end: End) -> String {
        let report = end.call.report
        let said = String(decoding: end.said.filter { $0 < 0x7F && $0 >= 0x20 || $0 == 0x0A }, as: UTF8.self)
        let frames = report.frames.map { "\($0.octets.prefix(3))" }.joined(separator: " ")
        let state = "\(String(describing: end.call.ending)) \(end.call.state) \(report.completionText ?? "-")"
        return "\(state) \(frames) [\(said.prefix(1_500))]"
    }

    // MARK: - A modem that does not do its part

    /// Answers of a modem, word for word; what it is told.
    private static func converse(
        _ start: ClassOneCall.Start, _ answers: [(command: String, answer: String)]
    ) throws -> (ending: ClassOneCall.Ending?, told: String) {
        var now = Instant(nanoseconds: 1_000_000_000_000)
        let call = try #require(ClassOneCall(FaxStation(.caller), start, SerialModemSettings(), at: now))
        var told = ""
        for _ in 0..<20_000 where call.ending == nil {
            now = now + .milliseconds(20)
            let said = String(decoding: call.takeOutput(room: 256), as: UTF8.self)
            told += said
            for command in said.split(separator: "\r") {
                let answer = answers.first { command.hasPrefix($0.command) }?.answer ?? "OK"
                if !answer.isEmpty { call.receive(Array((answer + "\r\n").utf8), at: now) }
            }
            call.wake(at: now)
        }
        return (call.ending, told)
    }

    static let refusals: [(String, ClassOneCall.Ending)] = [
        ("BUSY", .noCall("BUSY")), ("NO CARRIER", .noCall("NO CARRIER")), ("NO DIALTONE", .noCall("NO DIALTONE")),
        ("8", .noCall("8")), ("7", .noCall("7")),
    ]

    @Test(arguments: refusals) func aCallThatDoesNotComeAboutIsTold(answer: String, ending: ClassOneCall.Ending) throws
    {
        #expect(try Self.converse(.dial("1"), [("ATD", answer)]).ending == ending)
    }

    @Test func aModemWithoutClass1IsTold() throws {
        let outcome = try Self.converse(.dial("1"), [("AT+FCLASS", "ERROR")])
        #expect(outcome.ending == .failed("the modem does not know AT+FCLASS=1"))
        // What is of use only to some modems may be refused.
        #expect(try Self.converse(.dial("1"), [("AT&K3", "ERROR"), ("ATD", "BUSY")]).ending == .noCall("BUSY"))
    }

    @Test func aModemThatSaysNothingIsAskedThreeTimes() throws {
        let outcome = try Self.converse(.dial("1"), [("AT&F", "")])
        #expect(
            outcome.ending
                == .failed(
                    "the modem does not answer AT&F: is it on, is this its device, and do speed and flow control fit?"))
        #expect(outcome.told.components(separatedBy: "AT&F\r").count == 4, "\(outcome.told)")
    }

    @Test func numbersAreResultsToo() throws {
        let outcome = try Self.converse(
            .dial("1"), [("AT&F", "0"), ("ATE0", "0"), ("AT&D", "4"), ("ATD", "6")])
        #expect(outcome.ending == .noCall("6"))
    }

    @Test func anyOctetsAreTaken() throws {
        var random = SeededRandom(seed: 11)
        let words = [
            "OK\r\n", "CONNECT\r\n", "NO CARRIER\r\n", "ERROR\r\n", "\u{10}\u{3}", "RING\r\n", "+FCERROR\r\n", "\u{10}",
        ]
        for _ in 0..<200 {
            var now = Instant(nanoseconds: 1_000_000_000_000)
            let isCaller = random.next() % 2 == 0
            let call = try #require(
                ClassOneCall(
                    FaxStation(isCaller ? .caller : .answerer), isCaller ? .dial("1") : .answer, SerialModemSettings(),
                    at: now))
            for _ in 0..<200 {
                now = now + .milliseconds(Int(random.next() % 500))
                let pick = Int(random.next() % UInt64(words.count + 2))
                let octets =
                    pick < words.count
                    ? Array(words[pick].utf8) : (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                call.receive(octets, at: now)
                call.wake(at: now)
                #expect(call.takeOutput(room: 256).count < 4_096)
            }
        }
    }
}
