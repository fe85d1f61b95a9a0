import FaxCore
import FaxDSP
import FaxWire
import Testing

@testable import FaxProtocol
@testable import FaxStation

/// What a soft modem says to fax software and wants of its line, without either.
@Suite struct ModemLineTests {
    /// A modem, and the time.
    private final class Bench {
        let line: ModemLine
        var now = Instant(nanoseconds: 1_000_000_000_000)

        init() throws {
            var settings = ModemLineSettings()
            settings.ringLimit = .seconds(20)
            line = try #require(ModemLine(settings))
            _ = say("ATE0")
        }

        /// What the modem answers, line ends as blanks.
        func say(_ command: String) -> String {
            line.receive(Array((command + "\r").utf8), at: now)
            return heard
        }

        var heard: String {
            String(decoding: line.takeOutput(), as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: " ")
        }

        func wait(_ time: Duration) {
            now = now + time
            line.wake(at: now)
        }

        func step(_ count: Int) {
            var samples = [Int16](repeating: 0, count: 160)
            for _ in 0..<count {
                now = now + .milliseconds(20)
                line.step(&samples)
            }
        }

        /// What it says in so many steps of 20 ms.
        func said(_ count: Int) -> [Int16] {
            var said: [Int16] = []
            for _ in 0..<count {
                var samples = [Int16](repeating: 0, count: 160)
                line.step(&samples)
                said += samples
            }
            return said
        }

        func end(_ status: Int) {
            let refusal = SIPRefusal(status: status, reason: "")
            line.follow(.ended(SIPEnding(side: .them, cause: .refused(refusal))), at: now)
        }
    }

    @Test func commandsThatFaxSoftwareBeginsWith() throws {
        let bench = try Bench()
        for command in ["ATZ", "ATE0V1Q0", "ATS0=0", "ATS7=60", "AT&FE0&D2", "AT+FCLASS=1", "AT+FCLASS=0", "ATM0L0"] {
            // The factory settings bring the echo back.
            #expect(bench.say(command).hasSuffix("OK"), "\(command)")
        }
        #expect(bench.say("AT+FCLASS=?").contains("1"))
        #expect(bench.say("AT+FTM=?").contains("145"))
        #expect(bench.line.takeRequests().isEmpty)
    }

    static let numbers: [(String, String)] = [
        ("ATDT5551234", "5551234"), ("atd t 555-12 34", "5551234"), ("ATDT9,5551234", "95551234"),
        ("ATDP*70#", "*70#"), ("ATS7=45DT+15550100", "+15550100"), ("ATM0DT5550199W,12", "5550199"),
    ]

    @Test(arguments: numbers) func aNumberIsDialled(command: String, number: String) throws {
        let bench = try Bench()
        _ = bench.say("AT+FCLASS=1")
        #expect(bench.say(command).isEmpty)
        let requests = bench.line.takeRequests()
        guard case .dial(let dialled) = requests.first else { return #expect(Bool(false), "\(requests)") }
        #expect(dialled.number == number && requests.count == 1)
    }

    static let results: [(Int, String)] = [
        (486, "BUSY"), (600, "BUSY"), (603, "BUSY"), (480, "NO ANSWER"), (408, "NO ANSWER"), (404, "NO CARRIER"),
        (503, "NO CARRIER"),
    ]

    @Test(arguments: results) func aRefusalIsAResultCode(status: Int, code: String) throws {
        let bench = try Bench()
        _ = bench.say("AT+FCLASS=1")
        _ = bench.say("ATDT5551234")
        bench.end(status)
        #expect(bench.heard == code)
        #expect(bench.say("AT") == "OK")
    }

    @Test func nobodyThereIsNoDialTone() throws {
        let bench = try Bench()
        _ = bench.say("AT+FCLASS=1")
        _ = bench.say("ATDT5551234")
        bench.line.follow(.ended(SIPEnding(side: .neither, cause: .noResponse(to: .invite))), at: bench.now)
        #expect(bench.heard == "NO DIALTONE")
    }

    @Test func dialingEndsWithS7() throws {
        let bench = try Bench()
        _ = bench.say("AT+FCLASS=1")
        _ = bench.say("ATS7=30DT5551234")
        _ = bench.line.takeRequests()
        bench.wait(.seconds(29))
        #expect(bench.heard.isEmpty)
        bench.wait(.seconds(1))
        #expect(bench.heard == "NO ANSWER")
        #expect(bench.line.takeRequests() == [.hangUp(because: "no answer within 30 s (S7)")])
    }

    @Test func aCharacterBreaksDialingOff() throws {
        let bench = try Bench()
        _ = bench.say("AT+FCLASS=1")
        _ = bench.say("ATDT5551234")
        _ = bench.line.takeRequests()
        // A line feed after the carriage return, or anything within 125 ms, is no wish.
        bench.line.receive([0x0A], at: bench.now)
        bench.line.receive([0x0D], at: bench.now + .milliseconds(124))
        #expect(bench.line.takeRequests().isEmpty)
        bench.line.receive([0x0D], at: bench.now + .milliseconds(126))
        #expect(bench.line.takeRequests() == [.hangUp(because: nil)])
        #expect(bench.heard == "NO CARRIER")
    }

    /// `W`: behind the answer; the comma is two seconds; then the modem calls as ever.
    @Test func digitsAfterTheAnswerAreSentAsTones() throws {
        let bench = try Bench()
        _ = bench.say("AT+FCLASS=1")
        _ = bench.say("ATDT5550199W,12#")
        bench.line.follow(.mediaBegan(.audio), at: bench.now)
        let said = bench.said(500)
        let ranges = Envelope(said.span).activeRanges(thresholdDBm0: SignalScanner.thresholdDBm0, hangover: 1_600)
        let heard = SignalScanner().scan(said.span, in: ranges)
        let digits = String(heard.compactMap { if case .dtmf(let digit) = $0.kind { digit } else { nil } })
        #expect(digits == "12#", "\(heard)")
        #expect(heard.first.map { $0.samples.lowerBound >= 15_800 } == true)
        #expect(heard.contains { $0.kind == .cng }, "\(heard)")
    }

    @Test func aCallRingsWithWhoCallsAndIsAnswered() throws {
        let bench = try Bench()
        _ = bench.say("AT+VCID=1")
        _ = bench.say("AT+FCLASS=1")
        bench.line.ring(information: [("NMBR", "5550100"), ("NAME", "O")], at: bench.now)
        let first = bench.heard
        #expect(first.contains("NMBR=5550100") && first.contains("NAME=O") && first.hasSuffix("RING"), "\(first)")
        bench.wait(.seconds(5))
        #expect(bench.heard.isEmpty)
        bench.wait(.seconds(1))
        #expect(bench.heard == "RING")
        #expect(bench.say("ATA").isEmpty)
        #expect(bench.line.takeRequests() == [.answer])
        bench.line.follow(.mediaBegan(.audio), at: bench.now)
        // CED for 2.6 to 4 s, then the preamble: the software may send its DIS.
        bench.step(225)
        #expect(bench.heard == "CONNECT")
        bench.line.follow(.ended(SIPEnding(side: .them, cause: .bye)), at: bench.now)
        #expect(bench.heard.contains("NO CARRIER"))
        #expect(bench.line.isIdle)
    }

    @Test func aCallThatNobodyTakesIsRefused() throws {
        let bench = try Bench()
        bench.line.ring(information: [], at: bench.now)
        for _ in 0..<3 { bench.wait(.seconds(6)) }
        bench.wait(.seconds(2))
        #expect(bench.line.takeRequests() == [.refuse(status: 480)])
        #expect(bench.line.isIdle)
        _ = bench.heard
        #expect(bench.say("ATA") == "NO CARRIER")
    }

    @Test func s0AnswersAfterSoManyRings() throws {
        let bench = try Bench()
        _ = bench.say("AT+FCLASS=1")
        _ = bench.say("ATS0=2")
        bench.line.ring(information: [], at: bench.now)
        #expect(bench.line.takeRequests().isEmpty)
        bench.wait(.seconds(6))
        #expect(bench.line.takeRequests() == [.answer])
    }

    @Test func offHookTakesNoCalls() throws {
        let bench = try Bench()
        #expect(bench.say("ATH1") == "OK" && !bench.line.isIdle)
        #expect(bench.say("ATH0") == "OK" && bench.line.isIdle)
    }

    /// Octets without end: the modem says when it has enough, and nothing grows.
    @Test func softwareThatSendsTooMuchIsHeldBack() throws {
        let bench = try Bench()
        _ = bench.say("AT+FCLASS=1")
        _ = bench.say("ATDT5551234")
        bench.line.follow(.mediaBegan(.audio), at: bench.now)
        bench.step(10)
        bench.line.receive(Array("\r".utf8), at: bench.now)
        bench.line.receive(Array("AT+FTM=96\r".utf8), at: bench.now)
        bench.step(5)
        var given = 0
        while bench.line.takesOctets, given < 100_000 {
            bench.line.receive([UInt8](repeating: 0x55, count: 512), at: bench.now)
            given += 512
        }
        #expect(given < 20_000, "\(given)")
        _ = bench.heard
        bench.step(1_000)
        #expect(bench.line.takesOctets)
    }

    @Test func anyOctetsAreTaken() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<200 {
            let bench = try Bench()
            for _ in 0..<40 {
                let octets = (0..<64).map { _ -> UInt8 in
                    let words = Array("AT+FCLASS=1\rDTSHZ0123&;=?,W@\n\u{10}\u{3}".utf8)
                    let pick = Int(random.next() % UInt64(words.count * 2))
                    return pick < words.count ? words[pick] : UInt8(truncatingIfNeeded: random.next())
                }
                bench.line.receive(octets, at: bench.now)
                if random.next() % 4 == 0 { bench.line.follow(.mediaBegan(.audio), at: bench.now) }
                if random.next() % 8 == 0 { bench.end(486) }
                if random.next() % 8 == 0 { bench.line.ring(information: [], at: bench.now) }
                bench.step(3)
                bench.wait(.milliseconds(200))
                #expect(bench.line.takeOutput().count < 65_536)
                _ = bench.line.takeRequests()
            }
        }
    }
}
