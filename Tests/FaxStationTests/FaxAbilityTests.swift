import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import Foundation
import Simulator
import Testing

/// What a fax machine can be set to (T.30 Table 2, 5.3.6.2), in calls over audio and over T.38.
@Suite struct FaxAbilityTests {
    private static func useT38(_ caller: inout FaxCallSettings, _ isT38: Bool) {
        if isT38 { caller.transport.offersT38 = .inInvite }
    }

    // MARK: - Addresses and passwords

    @Test(arguments: [true, false]) func `SUB arrives, and the right SID is let in`(isT38: Bool) throws {
        let pair = try FaxCallPair { caller, answerer in
            Self.useT38(&caller, isT38)
            caller.station.abilities.subaddress = "42"
            caller.station.abilities.senderIdentification = "1234"
            answerer.station.abilities.requiredPassword = "1234"
            answerer.station.abilities.takesAddresses = true
        }
        #expect(try pair.run())
        #expect(pair.answerer.report.subaddress == "42")
        #expect(pair.isDelivered)
    }

    @Test(arguments: [(true, "4321"), (false, "4321"), (true, ""), (false, "")])
    func `A wrong or missing SID ends the call with DCN before the page`(isT38: Bool, said: String) throws {
        let pair = try FaxCallPair { caller, answerer in
            Self.useT38(&caller, isT38)
            caller.station.abilities.senderIdentification = said
            answerer.station.abilities.requiredPassword = "1234"
        }
        #expect(try pair.run())
        #expect(pair.answerer.report.completionText == "Sender identification not accepted")
        #expect(pair.answerer.report.pagesReceived == 0 && pair.caller.report.pagesSent == 0)
        // The sender heard the DCN: it says its DCS once only.
        let commands = pair.caller.report.frames.count { T30Frame(lax: $0.octets).signal == .dcs }
        #expect(commands == 1)
        #expect(pair.caller.report.frames.contains { !$0.isSent && T30Frame(lax: $0.octets).signal == .dcn })
        #expect(pair.caller.report.completion != nil && pair.caller.report.completion != 0)
    }

    // MARK: - Polling

    /// The answerer's document, fetched by a caller that has none.
    private func poll(isT38: Bool, password: String) throws -> (pair: FaxCallPair, pages: [PageBitmap]) {
        let fetched = try MemoryFile()
        let path = fetched.path
        let pair = try FaxCallPair { caller, answerer in
            Self.useT38(&caller, isT38)
            answerer.station.documentPath = caller.station.documentPath
            caller.station.documentPath = nil
            caller.station.receptionPath = path
            caller.station.abilities.password = password
            caller.station.abilities.selectivePollingAddress = "7"
            answerer.station.abilities.takesAddresses = true
            answerer.station.abilities.requiredPassword = "99"
        }
        #expect(try pair.run())
        return (pair, (try? TIFFDocument.read(fetched.octets())) ?? [])
    }

    @Test(arguments: [true, false]) func `A document that is offered is polled`(isT38: Bool) throws {
        let (pair, pages) = try poll(isT38: isT38, password: "99")
        #expect(pair.caller.report.completion == 0 && pair.answerer.report.completion == 0)
        #expect(pair.caller.report.pagesReceived == 1 && pair.answerer.report.pagesSent == 1)
        #expect(pair.answerer.report.selectivePollingAddress == "7")
        let areEqual = pages.map(\.octets) == FaxCallPair.pages.map(\.octets)
        #expect(areEqual)
    }

    @Test(arguments: [true, false]) func `A wrong PWD gets no document`(isT38: Bool) throws {
        let (pair, pages) = try poll(isT38: isT38, password: "98")
        #expect(pair.answerer.report.completionText == "Password not accepted")
        #expect(pair.caller.report.completion != 0 && pages.isEmpty)
    }

    @Test func `Who has nothing to be polled says so`() throws {
        let pair = try FaxCallPair { caller, _ in
            caller.station.receptionPath = caller.station.documentPath
            caller.station.documentPath = nil
        }
        #expect(try pair.run())
        #expect(pair.caller.report.completionText == "Far end is not able to transmit")
    }

    /// EOM in place of EOP, a new phase B, and the same pages back (T.30 5.3.6.1.6).
    @Test(arguments: [(true, true), (true, false), (false, true), (false, false)])
    func `What was sent comes back on the same call`(isT38: Bool, hasECM: Bool) throws {
        let fetched = try MemoryFile()
        let path = fetched.path
        let pages = [TextLikePage(heightPx: 100, seed: 3).bitmap(), TextLikePage(heightPx: 60, seed: 4).bitmap()]
        let pair = try FaxCallPair(pages: pages) { caller, answerer in
            Self.useT38(&caller, isT38)
            caller.station.hasECM = hasECM
            caller.station.receptionPath = path
            caller.station.abilities.turnaround = .polls
            answerer.station.abilities.turnaround = .offersReceived
        }
        #expect(try pair.run())
        let (caller, answerer) = (pair.caller.report, pair.answerer.report)
        #expect(caller.completion == 0 && answerer.completion == 0)
        #expect(caller.pagesSent == 2 && caller.pagesReceived == 2)
        #expect(answerer.pagesSent == 2 && answerer.pagesReceived == 2)
        let areEqual = try pair.received().map(\.octets) == pages.map(\.octets)
        #expect(areEqual)
        let areEqualBack = try TIFFDocument.read(fetched.octets()).map(\.octets) == pages.map(\.octets)
        #expect(areEqualBack)
    }

    // MARK: - Rates, sizes, codings

    @Test(arguments: [14_400, 12_000, 9_600, 7_200, 4_800, 2_400], [true, false])
    func `Each rate can be the first`(rate: Int, isT38: Bool) throws {
        let pair = try FaxCallPair { caller, _ in
            Self.useT38(&caller, isT38)
            caller.station.abilities.firstRateBps = rate
        }
        #expect(try pair.run())
        #expect(pair.isDelivered)
        #expect(pair.answerer.report.rateBps == rate && pair.caller.report.trainings.map(\.rateBps) == [rate])
    }

    @Test func `A machine of V.29 that may say 7200 says it with V.29`() throws {
        let pair = try FaxCallPair { caller, _ in
            caller.station.modems = [.v27ter, .v29]
            caller.station.abilities.firstRateBps = 7_200
        }
        #expect(try pair.run())
        let commands = pair.caller.report.frames.map { T30Frame(lax: $0.octets) }.filter { $0.signal == .dcs }
        #expect(commands.map { DigitalCommand(information: $0.information).modulation?.text } == ["V.29 7200"])
    }

    @Test func `A receiver without modems takes 2400`() throws {
        let pair = try FaxCallPair { $1.station.modems = [] }
        #expect(try pair.run())
        #expect(pair.isDelivered && pair.answerer.report.rateBps == 2_400)
    }

    struct Form: Sendable, CustomTestStringConvertible {
        var name: String
        var width: Int
        var dpi: (Int, Int)
        var abilities: @Sendable (inout FaxAbilities) -> Void
        var testDescription: String { name }
    }

    static let forms = [
        Form(name: "standard", width: 1_728, dpi: (204, 98)) { _ in },
        Form(name: "superfine", width: 1_728, dpi: (204, 391)) { _ in },
        Form(name: "B4", width: 2_048, dpi: (204, 196)) { $0.width = .b4 },
        Form(name: "A3", width: 2_432, dpi: (204, 196)) { $0.width = .a3 },
        Form(name: "300", width: 2_592, dpi: (300, 300)) { $0.resolutions.append(.dpi300) },
        Form(name: "400", width: 3_456, dpi: (400, 400)) { $0.resolutions.append(.dpi400) },
        Form(name: "400 B4", width: 4_096, dpi: (400, 400)) {
            $0.resolutions.append(.dpi400)
            $0.width = .b4
        },
    ]

    private static func page(_ form: Form) -> PageBitmap {
        let narrow = TextLikePage(heightPx: 120, seed: 5).bitmap()
        var page = PageBitmap(
            widthPx: form.width, heightPx: 120, dpiX: form.dpi.0, dpiY: form.dpi.1, octets: [])
        for row in 0..<120 {
            let line = narrow.octets[row * narrow.octetsPerRow..<(row + 1) * narrow.octetsPerRow]
            page.octets += (line + line + line).prefix(page.octetsPerRow)
        }
        return page
    }

    @Test(arguments: forms) func `A page of that form goes where it is taken`(form: Form) throws {
        let page = Self.page(form)
        let pair = try FaxCallPair(pages: [page]) { caller, answerer in
            caller.transport.offersT38 = .inInvite
            form.abilities(&caller.station.abilities)
            form.abilities(&answerer.station.abilities)
        }
        #expect(try pair.run())
        #expect(pair.isDelivered, "\(pair.caller.report.completionText ?? "")")
        let came = try #require(try pair.received().first)
        let isEqual = came.octets == page.octets && came.widthPx == page.widthPx
        #expect(isEqual)
    }

    @Test func `A page that is too wide for the other side is told`() throws {
        let pair = try FaxCallPair(pages: [Self.page(Self.forms[2])]) { caller, _ in
            caller.station.abilities.width = .b4
        }
        #expect(try pair.run())
        #expect(pair.caller.report.completionText == "Far end cannot receive at the size of image")
    }

    @Test(arguments: [FaxStation.Compression.mh, .mr, .mmr]) func `One coding alone`(_ coding: FaxStation.Compression)
        throws
    {
        let pair = try FaxCallPair { caller, _ in caller.station.compressions = coding == .mr ? [.mh, .mr] : [coding] }
        #expect(try pair.run())
        #expect(pair.isDelivered)
        let command = pair.caller.report.frames.map { T30Frame(lax: $0.octets) }.first { $0.signal == .dcs }
        let said = command.map { DigitalCommand(information: $0.information).compression.rawValue }
        #expect(said?.lowercased() == "\(coding)")
    }

    @Test func `A receiver that needs time for each line gets it`() throws {
        let seconds = try [0, 40].map { time in
            let pair = try FaxCallPair { caller, answerer in
                caller.station.hasECM = false
                answerer.station.abilities.minimumScanLineMs = time
            }
            #expect(try pair.run())
            #expect(pair.isDelivered)
            return Double(try #require(pair.caller.report.endSample)) / 8_000
        }
        // 100 lines at 20 ms (fine takes half of 40 ms) and more.
        #expect(seconds[1] - seconds[0] > 1)
    }

    // MARK: - T.38

    @Test(arguments: [0, 1, 2, 3]) func `Each version speaks its own ASN.1`(version: Int) throws {
        let pair = try FaxCallPair { caller, answerer in
            caller.transport.offersT38 = .inInvite
            caller.t38.version = version
            answerer.t38.version = version
        }
        #expect(try pair.run())
        #expect(pair.isDelivered)
        var failures = 0
        for (_, datagram) in pair.sent where datagram.destination.port == 10_002 {
            let packet = try UDPTLPacket(datagram.octets.span.bytes)
            if (try? IFPPacket(packet.primary.span.bytes, form: IFPForm(version: version))) == nil { failures += 1 }
        }
        #expect(failures == 0)
    }

    @Test(arguments: [T38Channel.RateManagement.localTCF, .transferredTCF])
    func `Both ways of the TCF`(_ way: T38Channel.RateManagement) throws {
        let pair = try FaxCallPair { caller, answerer in
            caller.transport.offersT38 = .inInvite
            caller.t38.rateManagements = [way]
            answerer.t38.rateManagements = [way]
        }
        #expect(try pair.run())
        #expect(pair.isDelivered)
    }
}
