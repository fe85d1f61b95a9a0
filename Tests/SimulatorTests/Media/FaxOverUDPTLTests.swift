import FaxCore
import FaxDSP
import FaxProtocol
import Simulator
import Testing

/// Two terminals over UDPTL with losses within and beyond what redundancy repairs.
@Suite struct FaxOverUDPTLTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var correction: UDPTLSender.Correction
        var burst: Int
        var every: Int
        var isRepaired: Bool
    }

    static let rows = [
        Row(
            testDescription: "redundancy 1, single losses", correction: .redundancy(.init(all: 1)), burst: 1, every: 7,
            isRepaired: true),
        Row(
            testDescription: "redundancy 1, pairs", correction: .redundancy(.init(all: 1)), burst: 2, every: 31,
            isRepaired: false),
        Row(
            testDescription: "redundancy 3, bursts of 3", correction: .redundancy(.init(all: 3)), burst: 3, every: 67,
            isRepaired: true),
        Row(
            testDescription: "parity 3 of 3, pairs", correction: .fec(span: 3, entries: 3), burst: 2, every: 31,
            isRepaired: true),
    ]

    @Test(arguments: rows) func losses(_ row: Row) throws {
        let carriage = try sampleCall().udptl(correction: row.correction) { _, number in
            number >= 10 && number % row.every < row.burst
        }
        #expect(carriage.atAnswerer.lost >= 10)
        if row.isRepaired {
            #expect(carriage.atAnswerer.unrecovered == 0)
            #expect(carriage.outcome.caller.completion == 0)
            #expect(carriage.outcome.caller.ecmRetries == 0)
            #expect(try receivedPage(carriage.outcome.received).octets == samplePage.octets)
        } else {
            #expect(carriage.atAnswerer.unrecovered > 5)
            #expect(carriage.outcome.caller.ecmRetries > 0 || carriage.outcome.caller.completion != 0)
        }
    }

    /// Without correction ECM repairs what UDPTL does not; the page that was confirmed is the page that was sent.
    @Test func ecmRepairsWhatUDPTLDoesNot() throws {
        let carriage = try sampleCall().udptl(correction: .none) { $0 == .caller && (300..<303).contains($1) }
        #expect(carriage.atAnswerer.unrecovered == 3)
        #expect(carriage.outcome.caller.completion == 0)
        #expect(carriage.outcome.caller.ecmRetries > 0)
        #expect(try receivedPage(carriage.outcome.received).octets == samplePage.octets)
    }

    @Test func packetsAsOftenAsAsked() throws {
        let once = try sampleCall().udptl(correction: .none)
        let often = try sampleCall().udptl(correction: .none, repeatsPackets: true)
        #expect(often.atAnswerer.sent > once.atAnswerer.sent + 10)
        #expect(often.outcome.caller.completion == 0)
    }
}
