import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import Simulator
import Testing

/// Whole faxes over IAX2 in virtual time.
@Suite struct IAX2FaxCallTests {
    /// Two stations with a fax machine each.
    private final class Pair {
        let caller: IAX2Node
        let answerer: IAX2Node
        private let document: MemoryFile
        private let reception: MemoryFile
        private(set) var frames: [IAX2Frame] = []

        static let pages = [TextLikePage(heightPx: 100, seed: 3).bitmap()]
        private static let hash = SIPDigestHash(md5: { $0 }, sha256: { $0 })

        init(format: UInt64 = IAX2Format.muLaw) throws {
            document = try MemoryFile(try TIFFDocument.write(Self.pages))
            reception = try MemoryFile()
            var settings = IAX2Settings(hash: Self.hash)
            settings.formats = [format]
            var calling = FaxStation(.caller)
            calling.documentPath = document.path
            var answering = FaxStation(.answerer)
            answering.receptionPath = reception.path
            let ends = [1, 2].map { Endpoint(IPAddress(v4: 0x0A00_0000 | $0), 4_569) }
            let first = IAX2Station(settings, random: SeededRandom(seed: 1))
            let second = IAX2Station(settings, random: SeededRandom(seed: 2))
            let station = answering
            second.admit = { _, _ in .taken(IAX2FaxSettings(station: station)) }
            caller = IAX2Node(
                first, at: ends[0],
                calling: (IAX2Destination(peer: ends[1], calledNumber: "200"), IAX2FaxSettings(station: calling)))
            answerer = IAX2Node(second, at: ends[1])
        }

        func run(_ network: String) throws -> Bool {
            let world = World([caller, answerer])
            world.connect(0, 1, NetworkPath(try NetworkSpec(network), seed: 1, sender: .caller))
            world.connect(1, 0, NetworkPath(try NetworkSpec(network), seed: 1, sender: .callee))
            world.onSend = { [self] in
                if let frame = try? IAX2Frame($0.datagram.octets.span.bytes) { frames.append(frame) }
            }
            return world.run(until: .zero + .seconds(300))
        }

        func received() throws -> [PageBitmap] { try TIFFDocument.read(reception.octets()) }
    }

    @Test(arguments: [IAX2Format.muLaw, IAX2Format.aLaw, IAX2Format.linear]) func aPageArrives(format: UInt64) throws {
        let pair = try Pair(format: format)
        #expect(try pair.run("delay=40ms jitter=5ms"))
        let (sender, receiver) = (try #require(pair.caller.faxCall), try #require(pair.answerer.faxCall))
        #expect(sender.report.completion == 0 && sender.report.pagesSent == 1)
        #expect(receiver.report.completion == 0 && receiver.report.pagesReceived == 1)
        #expect(try pair.received() == Pair.pages)
        #expect(sender.ending == IAX2Ending(.us, .hungUp("Normal Clearing", code: 16)))
        #expect(receiver.ending?.side == .them && pair.answerer.events.contains(.mediaBegan(format: format)))
        #expect(receiver.carriage.audio.map { $0.lost == 0 && $0.received > 500 } == true)
        // All but a few frames are mini frames.
        let full = pair.frames.count { if case .full = $0 { true } else { false } }
        #expect(full < 40 && pair.frames.count > 1_000)
    }

    @Test func losses() throws {
        let pair = try Pair()
        #expect(try pair.run("delay=40ms loss=0.3%"))
        let receiver = try #require(pair.answerer.faxCall)
        #expect(try pair.received() == Pair.pages)
        #expect(receiver.carriage.audio.map { $0.lost > 0 } == true)
    }

    @Test func theOtherSideVanishes() throws {
        let pair = try Pair()
        _ = try pair.run("delay=40ms outage=200s@10s")
        // The caller's T.30 may give up first: its HANGUP is not acknowledged either.
        let caller = try #require(pair.caller.faxCall)
        #expect(caller.hasEnded && caller.ending?.side != .them && caller.report.completion != 0)
        let answerer = try #require(pair.answerer.faxCall)
        #expect(answerer.ending == IAX2Ending(.neither, .silence) && answerer.report.pagesReceived == 0)
    }
}
