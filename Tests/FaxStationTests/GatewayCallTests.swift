import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import Simulator
import Testing

/// Faxes through the gateway in virtual time.
@Suite struct GatewayCallTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var t38Side: GatewaySettings.T38Side
        var change: @Sendable (inout FaxThroughGateway.Settings) -> Void
        /// Which side is on T.38 in the end; `nil`: audio from side to side.
        var t38: GatewayCall.Side?

        init(
            _ name: String, _ t38Side: GatewaySettings.T38Side, t38: GatewayCall.Side?,
            _ change: @escaping @Sendable (inout FaxThroughGateway.Settings) -> Void
        ) {
            (self.name, self.t38Side, self.t38, self.change) = (name, t38Side, t38, change)
        }

        var testDescription: String { name }
    }

    private static func takesT38(_ settings: inout FaxCallSettings) { settings.transport = TransportPolicy() }

    static let rows = [
        Row("the far side takes T.38 when CED is heard", .far, t38: .far) { takesT38(&$0.answerer) },
        Row("the near side takes T.38 when CED is heard", .near, t38: .near) { takesT38(&$0.caller) },
        Row("the far side asks for T.38 itself", .far, t38: .far) {
            takesT38(&$0.answerer)
            $0.gateway.offer = .never
            $0.answerer.transport.offersT38 = .reinvite(after: .milliseconds(500))
        },
        Row("the near side asks for T.38 itself", .near, t38: .near) {
            takesT38(&$0.caller)
            $0.gateway.offer = .never
            $0.caller.transport.offersT38 = .reinvite(after: .milliseconds(800))
        },
        Row("T.38 in the INVITE of the caller", .near, t38: .near) {
            takesT38(&$0.caller)
            $0.caller.transport.offersT38 = .inInvite
        },
        Row("T.38 in the INVITE to the far side", .far, t38: .far) {
            takesT38(&$0.answerer)
            $0.gateway.offer = .invite
        },
        Row("CNG is enough", .far, t38: .far) {
            takesT38(&$0.answerer)
            $0.gateway.offer = .cng
        },
        Row("either side: the far one takes it", .auto, t38: .far) {
            takesT38(&$0.caller)
            takesT38(&$0.answerer)
        },
        Row("either side: the far one refuses, the near one takes it", .auto, t38: .near) { takesT38(&$0.caller) },
        Row("T.38 is refused: the fax goes through as audio", .far, t38: nil) { _ in },
        Row("T.38 is answered with port 0: audio is offered anew", .far, t38: nil) {
            takesT38(&$0.answerer)
            $0.answerer.faults.signalling.t38Answer = .portZero
        },
        Row("both refuse: the fax goes through as audio", .auto, t38: nil) { _ in },
        Row("µ-law here, A-law there", .far, t38: nil) {
            $0.caller.audio.codecs = [.pcmu]
            $0.answerer.audio.codecs = [.pcma]
        },
        Row("A-law and T.38", .far, t38: .far) {
            takesT38(&$0.answerer)
            $0.caller.audio.codecs = [.pcma]
        },
        Row("without ECM", .far, t38: .far) {
            takesT38(&$0.answerer)
            $0.gateway.gateway.allowsECM = false
        },
        Row("V.29 at most", .near, t38: .near) {
            takesT38(&$0.caller)
            $0.gateway.gateway.modems = [.v27ter, .v29]
        },
        Row("glare: both ask at one time", .far, t38: .far) {
            takesT38(&$0.answerer)
            $0.answerer.transport.offersT38 = .reinvite(after: .milliseconds(1_480))
        },
    ]

    @Test(arguments: rows)
    func aFaxGoesThrough(row: Row) throws {
        let fax = try FaxThroughGateway {
            $0.gateway.t38Side = row.t38Side
            row.change(&$0)
        }
        let hasEnded = try fax.run()
        let story = fax.story
        #expect(hasEnded && fax.isDelivered, "\(story)")
        let areEqual = try fax.arePagesEqual
        #expect(areEqual, "\(story)")
        let carried = [
            fax.gateway.report(.near)?.carriedBy, fax.gateway.report(.far)?.carriedBy,
        ]
        #expect(carried == [row.t38 == .near ? .t38 : .audio, row.t38 == .far ? .t38 : .audio], "\(story)")
        let seen = fax.gateway.fax
        #expect(seen.pagesConfirmed == 1 && seen.isComplete && seen.sender == .near, "\(story)")
        #expect(seen.senderIdentification == "+1 555 0100" && seen.receiverIdentification == "+1 555 0200")
        #expect(fax.events.last == .over && fax.gateway.isFinished)
    }

    @Test func whatTheGatewayForbidsIsNotUsed() throws {
        let fax = try FaxThroughGateway {
            $0.gateway.t38Side = .far
            Self.takesT38(&$0.answerer)
            $0.gateway.gateway.allowsECM = false
            $0.gateway.gateway.modems = [.v27ter]
        }
        let hasEnded = try fax.run()
        #expect(hasEnded && fax.isDelivered, "\(fax.story)")
        let command = fax.gateway.fax.command
        #expect(command?.ecm == false && command?.modulation?.text == "V.27ter 4800")
        #expect(fax.answerer.report.hasECM == false)
    }

    @Test func manyPagesAreCountedOnce() throws {
        let pages = (1...4).map { TextLikePage(heightPx: 100, seed: $0).bitmap() }
        for hasECM in [true, false] {
            let fax = try FaxThroughGateway(pages: pages) {
                $0.gateway.t38Side = .far
                Self.takesT38(&$0.answerer)
                $0.caller.station.hasECM = hasECM
            }
            let hasEnded = try fax.run()
            #expect(hasEnded && fax.isDelivered, "\(fax.story)")
            #expect(fax.gateway.fax.pagesConfirmed == 4, "\(fax.story)")
        }
    }

    /// The same seed gives the same datagrams at the same times.
    @Test func aRunIsTheSameEachTime() throws {
        let runs = try (0..<2).map { _ in
            let fax = try FaxThroughGateway(seed: 7) {
                $0.gateway.t38Side = .far
                Self.takesT38(&$0.answerer)
            }
            try fax.run("delay=40ms loss=1% jitter=5ms")
            return fax
        }
        let times = runs.map { $0.sent.map(\.time) }
        let octets = runs.map { $0.sent.map(\.datagram) }
        let areEqual = times[0] == times[1] && octets[0] == octets[1]
        #expect(areEqual && times[0].count > 1_000)
    }

    // MARK: - SIP

    @Test func theNumbersGoThrough() throws {
        let fax = try FaxThroughGateway { _ in }
        try fax.run()
        #expect(fax.events.contains(.calling("sip:2000@10.0.0.2")))
        #expect(fax.messages("INVITE sip:2000@10.0.0.2 ", from: FaxThroughGateway.gatewayAddress) == 1)
        let asked = fax.answerer.time { if case .incoming("sip:1000@10.0.0.3") = $0 { true } else { false } }
        #expect(asked != nil, "\(fax.answerer.events.prefix(1))")
    }

    @Test func whoHangsUpEndsBoth() throws {
        for faulty in ["caller", "answerer"] {
            let fax = try FaxThroughGateway {
                if faulty == "caller" {
                    $0.caller.faults.signalling.hangsUp = .seconds(3)
                    $0.caller.faults.signalling.reason = SIPReason(protocol: "Q.850", cause: 16)
                } else {
                    $0.answerer.faults.signalling.hangsUp = .seconds(3)
                }
            }
            let hasEnded = try fax.run()
            #expect(hasEnded, "\(fax.story)")
            #expect(fax.messages("BYE ", from: FaxThroughGateway.gatewayAddress) == 1, "\(faulty)")
            let reasons = fax.sent.count { _, datagram in
                datagram.source.address == FaxThroughGateway.gatewayAddress
                    && String(decoding: datagram.octets, as: UTF8.self).contains("Reason: Q.850;cause=16")
            }
            #expect((reasons > 0) == (faulty == "caller"))
            #expect(!fax.isDelivered && !fax.gateway.fax.isComplete)
        }
    }

    @Test func anOfferThatNobodyCanTakeCallsNobody() throws {
        let fax = try FaxThroughGateway {
            $0.gateway.t38Side = .far
            Self.takesT38(&$0.caller)
            $0.caller.transport.offersT38 = .inInvite
        }
        let hasEnded = try fax.run()
        #expect(hasEnded || fax.answerer.events.isEmpty)
        #expect(fax.messages("SIP/2.0 488 ", from: FaxThroughGateway.gatewayAddress) == 1, "\(fax.story)")
        #expect(fax.messages("INVITE ", from: FaxThroughGateway.gatewayAddress) == 0)
    }

    @Test func lossIsMendedByRedundancy() throws {
        let fax = try FaxThroughGateway {
            $0.gateway.t38Side = .near
            Self.takesT38(&$0.caller)
        }
        let world = World([StationNode(fax.caller), StationNode(fax.answerer), fax.node])
        world.connect(0, 2, NetworkPath(try NetworkSpec("delay=30ms loss=3%"), seed: 5, sender: .caller))
        world.connect(2, 0, NetworkPath(try NetworkSpec("delay=30ms loss=3%"), seed: 5, sender: .callee))
        let hasEnded = world.run(until: .zero + .seconds(600))
        #expect(hasEnded && fax.isDelivered, "\(fax.story)")
        #expect(world.figures(0, 2).lost > 0 && world.figures(2, 0).lost > 0)
    }
}
