import FaxCore
import FaxDSP
import Simulator
import Testing

@Suite struct FaxEngineTests {
    @Test(arguments: [true, false]) func pageArrives(withECM hasECM: Bool) throws {
        var call = try sampleCall()
        call.caller.hasECM = hasECM
        call.answerer.hasECM = hasECM
        let outcome = try call.audio()
        #expect(outcome.caller.completion == 0)
        #expect(outcome.answerer.completion == 0)
        #expect(outcome.answerer.badRows == 0)
        #expect(try receivedPage(outcome.received).octets == samplePage.octets)
    }

    /// Steps in place and steps with arrays are the same engine.
    @Test func stepsInPlaceAreSteps() throws {
        guard var one = FaxEngine(FaxStation(.caller)) else { throw BareCall.Failure.noEngine }
        guard var other = FaxEngine(FaxStation(.caller)) else { throw BareCall.Failure.noEngine }
        for step in 0..<200 {
            let heard = (0..<160).map { Int16(truncatingIfNeeded: ($0 * 37 + step * 11) % 600 - 300) }
            var samples = heard
            one.step(&samples)
            #expect(samples == other.step(heard))
        }
        let counts = (one.sampleCount, other.sampleCount)
        #expect(counts == (32_000, 32_000))
    }

    /// A caller that nobody answers gives up by T1 (T.30 5.4.3.1: 35 ± 5 s).
    @Test func callerAloneGivesUp() throws {
        guard var engine = FaxEngine(FaxStation(.caller)) else { throw BareCall.Failure.noEngine }
        var samples = [Int16](repeating: 0, count: 160)
        while !engine.isDone, engine.sampleCount < 8_000 * 90 {
            for index in samples.indices { samples[index] = 0 }
            engine.step(&samples)
        }
        let isDone = engine.isDone
        let report = engine.report
        #expect(isDone)
        #expect(report.completion.map { $0 != 0 } == true)
        #expect(report.completionText?.isEmpty == false)
    }
}

@Suite struct MemoryFileTests {
    @Test func octetsComeBack() throws {
        let octets = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let file = try MemoryFile(octets)
        let read = try file.octets()
        #expect(read == octets)
        let empty = try MemoryFile()
        let nothing = try empty.octets()
        #expect(nothing.isEmpty)
    }
}
