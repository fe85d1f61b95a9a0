import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import Foundation
import LiveLab
import Simulator
import TestSupport
import Testing

@testable import FaxEndpoint

/// The gateway on real sockets, between two endpoints of ours and in series with rtpengine.
@Suite(.live) struct LiveGatewayTests {
    struct Outcome {
        var fax: FaxOnLoopback.Outcome
        var gateway: GatewayResult?
        var events: [EndpointEvent]
        /// What rtpengine was asked and said.
        var log = ""

        var story: String {
            events.story + "--\n" + fax.senderEvents.story + "--\n" + fax.receiverEvents.story + log
        }
    }

    /// A fax through a gateway.
    /// - Parameter beyond: what stands between the gateway and the receiver, given the receiver's address.
    private static func run(
        _ fax: FaxOnLoopback, side: GatewaySettings.T38Side, offer: GatewaySettings.Offer? = nil,
        record: String? = nil,
        beyond: @escaping (Endpoint) throws -> Endpoint = { $0 }
    ) async throws -> Outcome {
        var fax = fax
        var gateway: LiveEndpoint?
        let first = fax.sender.mediaPorts.lowerBound
        fax.through = { receiver in
            let target = try beyond(receiver)
            var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
            settings.mediaPorts = first + 300...first + 499
            settings.recordPath = record
            var profile = GatewayProfile(destination: SIPTarget.destination("sip:\(target)", at: target))
            profile.t38Side = side
            if let offer { profile.offer = offer }
            settings.gateway = profile
            let made = try LiveEndpoint(settings)
            gateway = made
            return made.address
        }
        fax.sender.mediaPorts = first...first + 299
        let outcome = try await fax.run()
        let made = try #require(gateway)
        let events = try await OwnThread.run {
            made.stop()
            var events: [EndpointEvent] = []
            while let event = made.events.next(within: .zero) { events.append(event) }
            made.close()
            return events
        }
        var result: GatewayResult?
        for event in events { if case .gatewayResult(let told) = event.kind { result = told } }
        return Outcome(fax: outcome, gateway: result, events: events)
    }

    private static func expectDelivered(_ outcome: Outcome, _ pages: [PageBitmap]) {
        let story = outcome.story
        #expect(outcome.fax.sent?.outcome == .success && outcome.fax.received?.outcome == .success, "\(story)")
        #expect(outcome.gateway?.outcome == .success && outcome.gateway?.fax.pagesConfirmed == 1, "\(story)")
        let areEqual = outcome.fax.pages.map(\.octets) == pages.map(\.octets)
        #expect(areEqual, "\(story)")
    }

    @Test(arguments: [GatewaySettings.T38Side.near, .far, .auto])
    func aFaxGoesThrough(side: GatewaySettings.T38Side) async throws {
        var fax = FaxOnLoopback(.auto)
        if side == .near { fax.receiver.transport = .g711 } else { fax.sender.transport = .g711 }
        let outcome = try await Self.run(fax, side: side)
        Self.expectDelivered(outcome, fax.pages)
        #expect(outcome.gateway?.t38Side == (side == .near ? .near : .far), "\(outcome.story)")
        #expect(outcome.fax.sent?.carriedBy == (side == .near ? .t38 : .audio))
        #expect(outcome.fax.received?.carriedBy == (side == .near ? .audio : .t38))
    }

    @Test func withoutT38TheAudioGoesOn() async throws {
        let fax = FaxOnLoopback(.g711)
        let outcome = try await Self.run(fax, side: .auto)
        Self.expectDelivered(outcome, fax.pages)
        #expect(outcome.gateway?.t38Side == nil)
        let refusals = outcome.events.compactMap { event -> GatewayCall.Side? in
            if case .gateway(.t38Refused(let side, status: 488)) = event.kind { side } else { nil }
        }
        #expect(refusals == [.far, .near], "\(outcome.story)")
    }

    /// The far side refuses an INVITE with T.38: it is called again, with audio. This one takes a single call, and so refuses
    /// the second one as busy, which the caller is told.
    @Test func aRefusedInviteWithT38IsMadeAgainWithAudio() async throws {
        let outcome = try await Self.run(FaxOnLoopback(.g711), side: .far, offer: .invite)
        let refusals = outcome.events.compactMap { event -> GatewayCall.Side? in
            if case .gateway(.t38Refused(let side, status: 488)) = event.kind { side } else { nil }
        }
        #expect(refusals == [.far], "\(outcome.story)")
        let again = outcome.fax.receiverEvents.count { event in
            if case .refused(_, status: 486, reason: _) = event.kind { true } else { false }
        }
        #expect(again == 1, "\(outcome.story)")
        #expect(outcome.fax.sent?.reason == "refused with 486 Busy Here", "\(outcome.story)")
    }

    /// Audio, our gateway, T.38, rtpengine, audio; and the other way round: T.38, our gateway, audio, rtpengine, T.38.
    @Test(arguments: [RTPEngineProxy.Party.caller, .callee])
    func inSeriesWithRTPEngine(engineT38: RTPEngineProxy.Party) async throws {
        var fax = FaxOnLoopback(.g711)
        if engineT38 == .callee { (fax.sender.transport, fax.receiver.transport) = (.t38, .t38) }
        var outcome: Outcome
        var attempt = 1
        repeat {
            var proxy: RTPEngineProxy?
            outcome = try await Self.run(fax, side: engineT38 == .caller ? .far : .near) { receiver in
                let made = try RTPEngineProxy(target: receiver, t38: engineT38, codec: 8)
                proxy = made
                return made.address
            }
            outcome.log = proxy?.stop() ?? ""
            attempt += 1
        } while outcome.fax.sent?.outcome != .success && attempt <= RTPEngineTests.attempts
        Self.expectDelivered(outcome, fax.pages)
        #expect(outcome.gateway?.t38Side == (engineT38 == .caller ? .far : .near), "\(outcome.story)")
    }

    /// The far side is never called for who may not call, and nobody else is ever called.
    @Test func whoMayNotCallReachesNobody() async throws {
        let far = try BoundSocket(FaxOnLoopback.anyPort)
        defer { close(far.descriptor) }
        var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
        settings.allowedCallers = [IPAddress(v4: 0xC000_0201)]
        settings.gateway = GatewayProfile(destination: SIPTarget.destination("sip:\(far.endpoint)", at: far.endpoint))
        let gateway = try LiveEndpoint(settings)
        var fax = FaxOnLoopback(.auto)
        fax.through = { _ in gateway.address }
        let outcome = try await fax.run()
        try await OwnThread.run {
            gateway.stop()
            gateway.close()
        }
        #expect(outcome.sent?.reason == "refused with 403 Forbidden", "\(outcome.senderEvents.story)")
        var octet: UInt8 = 0
        #expect(recv(far.descriptor, &octet, 1, 0) < 0)
    }

    /// A stop in mid call says BYE to both.
    @Test func aStopEndsBothSides() async throws {
        var fax = FaxOnLoopback(.auto)
        fax.sender.transport = .g711
        var gateway: LiveEndpoint?
        fax.through = { receiver in
            var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
            settings.gateway = GatewayProfile(destination: SIPTarget.destination("sip:\(receiver)", at: receiver))
            settings.gateway?.t38Side = .far
            let made = try LiveEndpoint(settings)
            gateway = made
            return made.address
        }
        fax.onSenderEvent = { event, _ in
            if case .call(.mediaBegan(.audio)) = event.kind, let gateway {
                while let event = gateway.events.next(within: .seconds(20)) {
                    if case .gateway(.gatewayBegan) = event.kind { break }
                }
                gateway.stop()
            }
        }
        let outcome = try await fax.run()
        gateway?.close()
        for events in [outcome.senderEvents, outcome.receiverEvents] {
            let endings = events.compactMap { event -> String? in
                if case .call(.ended(let ending)) = event.kind { "\(ending.side) \(ending.cause)" } else { nil }
            }
            #expect(endings == ["them bye"], "\(events.story)")
        }
        #expect(outcome.sent?.outcome == .failed && outcome.received?.outcome != .success)
    }

    /// Six calls at one time, each with its page.
    @Test func severalCallsAtOnce() async throws {
        let count = 6
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let page = TextLikePage(heightPx: 120, seed: 3).bitmap()
        let first = UInt16.random(in: 5...50) * 1_000
        func settings(_ transport: FaxTransport, _ offset: UInt16) -> EndpointSettings {
            var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
            settings.transport = transport
            settings.mediaPorts = first + offset...first + offset + 299
            return settings
        }
        var receiving = settings(.t38, 0)
        receiving.answering = Answering(folder: try ReceptionFolder(path: folder.path))
        let receiver = try LiveEndpoint(receiving)
        var passing = settings(.auto, 300)
        let target = receiver.address
        passing.gateway = GatewayProfile(destination: SIPTarget.destination("sip:\(target)", at: target))
        passing.gateway?.t38Side = .far
        let gateway = try LiveEndpoint(passing)
        let sender = try LiveEndpoint(settings(.g711, 600))
        let told = try await OwnThread.run {
            let document = try OutgoingDocument([page])
            let uri = "sip:200@\(gateway.address)"
            for _ in 0..<count {
                sender.send(OutgoingFax(document, to: SIPTarget.destination(uri, at: gateway.address)))
            }
            var sent: [FaxResult] = []
            let limit = ContinuousClock.now + .seconds(120)
            while sent.count < count, ContinuousClock.now < limit {
                if case .result(let result)? = sender.events.next(within: .milliseconds(200))?.kind {
                    sent.append(result)
                }
            }
            for endpoint in [sender, gateway, receiver] { endpoint.stop() }
            var passed: [GatewayResult] = []
            while let event = gateway.events.next(within: .zero) {
                if case .gatewayResult(let result) = event.kind { passed.append(result) }
            }
            for endpoint in [sender, gateway, receiver] { endpoint.close() }
            return (sent: sent, passed: passed)
        }
        #expect(told.sent.count { $0.isSuccess } == count, "\(told.sent.map { $0.reason ?? "success" })")
        #expect(told.passed.count { $0.isSuccess && $0.t38Side == .far } == count)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(files.count == count)
        for file in files {
            let pages = try TIFFDocument.read(Array(Data(contentsOf: folder.appending(path: file))))
            let areEqual = pages.map(\.octets) == [page.octets]
            #expect(areEqual, "\(file)")
        }
    }
}
