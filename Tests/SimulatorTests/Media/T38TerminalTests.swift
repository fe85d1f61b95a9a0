import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire
import Simulator
import Testing

/// One page for the calls of these tests: standard resolution, 400 rows.
let samplePage = TextLikePage(heightPx: 400, seed: 3).bitmap()

func sampleCall() throws -> BareCall { BareCall(document: try TIFFDocument.write([samplePage])) }

/// The only page of a TIFF that was received.
func receivedPage(_ octets: [UInt8]) throws -> PageBitmap {
    let pages = try TIFFDocument.read(octets)
    try #require(pages.count == 1)
    return pages[0]
}

@Suite struct T38TerminalTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var hasECM = true
        var modems = FaxStation.Modem.allCases
        var rateBps: Int
        var change: @Sendable (inout T38Channel) -> Void = { _ in }
    }

    static let rows = [
        Row(testDescription: "V.17 with ECM", rateBps: 14_400),
        Row(testDescription: "V.17 without ECM", hasECM: false, rateBps: 14_400),
        Row(testDescription: "V.27ter", modems: [.v27ter], rateBps: 4_800),
        Row(testDescription: "ASN.1 of 2002", rateBps: 14_400) { $0.version = 3 },
        Row(testDescription: "no pacing", rateBps: 14_400) { $0.pacing = .none },
        Row(testDescription: "local TCF", rateBps: 14_400) { $0.rateManagement = .localTCF },
        Row(testDescription: "each packet once", rateBps: 14_400) {
            $0.transmissions.indicator = 1
            $0.transmissions.end = 1
        },
    ]

    @Test(arguments: rows) func pageArrives(_ row: Row) throws {
        var call = try sampleCall()
        call.caller.hasECM = row.hasECM
        call.answerer.hasECM = row.hasECM
        call.caller.modems = row.modems
        call.answerer.modems = row.modems
        var channel = T38Channel()
        row.change(&channel)
        let outcome = try call.t38(channel)
        #expect(outcome.caller.completion == 0)
        #expect(outcome.answerer.completion == 0)
        #expect(outcome.caller.hasECM == row.hasECM)
        #expect(outcome.caller.rateBps == row.rateBps)
        #expect(outcome.answerer.remoteIdentification == "+1 555 0100")
        #expect(try receivedPage(outcome.received).octets == samplePage.octets)
    }

    /// What the reports of both sides say of one call agrees, and times go up.
    @Test func reportsTellTheCall() throws {
        let outcome = try sampleCall().t38()
        for report in [outcome.caller, outcome.answerer] {
            #expect(report.frames.map(\.sample) == report.frames.map(\.sample).sorted())
            #expect(report.events.map(\.sample) == report.events.map(\.sample).sorted())
            #expect(report.events.first?.kind == .negotiated)
            #expect(report.events.last?.kind == .ended(code: 0))
            #expect(report.trainings.map(\.answer) == [.confirmed])
            #expect(report.trainings.map(\.rateBps) == [14_400])
            #expect(report.framesNotKept == 0)
            #expect(report.endSample.map { $0 > 8_000 * 10 } == true)
        }
        let pages = outcome.answerer.events.compactMap { event in
            if case .pageEnded(let page) = event.kind { page } else { nil }
        }
        #expect(pages.map(\.pages) == [1])
        #expect(pages.first?.rows == samplePage.heightPx)
        #expect(pages.first?.widthPx == samplePage.widthPx)
        let sent = outcome.caller.frames.filter(\.isSent).map(\.octets)
        #expect(outcome.answerer.frames.filter { !$0.isSent }.map(\.octets) == sent)
    }

    /// The form of the ASN.1 is the one asked for: packets with data read in it and not in the other.
    @Test(arguments: [(0, IFPForm.v1998), (3, IFPForm.v2002)]) func formIsThatOfTheVersion(
        version: Int, form: IFPForm
    ) throws {
        var channel = T38Channel()
        channel.version = version
        guard var terminal = T38Terminal(FaxStation(.answerer), channel: channel) else {
            throw BareCall.Failure.noEngine
        }
        var packets: [T38Outgoing] = []
        while packets.count < 60, terminal.sampleCount < 80_000 { terminal.step(samples: 160, into: &packets) }
        let data = packets.filter { $0.category == .controlData }
        #expect(data.count > 10)
        for packet in data { #expect(throws: Never.self) { try IFPPacket(packet.octets.span.bytes, form: form) } }
    }

    /// The category that comes with each packet is what its octets say.
    @Test func categoriesFitThePackets() throws {
        guard var terminal = T38Terminal(FaxStation(.answerer)) else { throw BareCall.Failure.noEngine }
        var packets: [T38Outgoing] = []
        while terminal.sampleCount < 80_000 { terminal.step(samples: 160, into: &packets) }
        #expect(Set(packets.map(\.category)) == [.indicator, .controlData, .controlEnd])
        for packet in packets {
            switch (try IFPPacket(packet.octets.span.bytes, form: .v1998), packet.category) {
            case (.indicator, .indicator): #expect(packet.transmissions == 3)
            case (.data(.v21, let fields), .controlEnd):
                #expect(fields.contains { $0.type.endsSignal })
                #expect(packet.transmissions == 3)
            case (.data(.v21, let fields), .controlData):
                #expect(!fields.contains { $0.type.endsSignal })
                #expect(packet.transmissions == 1)
            case (let other, let category): Issue.record("\(other) as \(category)")
            }
        }
    }

    @Test func octetsThatAreNoIFPAreRefused() throws {
        guard var terminal = T38Terminal(FaxStation(.answerer)) else { throw BareCall.Failure.noEngine }
        var packets: [T38Outgoing] = []
        for length in 0...40 {
            terminal.receive([UInt8](repeating: 0xFF, count: length).span.bytes, sequence: length)
            terminal.step(samples: 160, into: &packets)
        }
        let (refused, wasDone) = (terminal.refused, terminal.isDone)
        #expect(refused == 41)
        #expect(!wasDone)
        terminal.hangUp()
        let isDone = terminal.isDone
        #expect(isDone)
    }
}
