import FaxCore
import FaxDSP
import Simulator
import TestSupport
import Testing

@testable import FaxEndpoint

/// What calls outside may come to.
@Suite(.live) struct CostGuardTests {
    private static let carrier = Endpoint(IPAddress(v4: 0xC000_0207), 5_060)

    @Test(arguments: [
        ("127.0.0.1", true), ("::1", true), ("10.1.2.3", true), ("172.31.255.255", true), ("172.32.0.0", false),
        ("192.168.1.1", true), ("169.254.9.9", true), ("fe80::1", true), ("fd00::1", true), ("2001:db8::1", false),
        ("100.64.0.1", false), ("192.0.2.1", false), ("8.8.8.8", false),
    ])
    func outsideIsWhatIsNeitherLocalNorPrivate(address: String, isInside: Bool) throws {
        let address = try #require(IPAddress(address))
        #expect(InsidePlaces().contains(address, host: nil) == isInside)
    }

    @Test(
        arguments: [
            (["192.0.2.0/24"], "192.0.2.200", nil, true), (["192.0.2.0/24"], "192.0.3.1", nil, false),
            (["192.0.2.7"], "192.0.2.7", nil, true), (["192.0.2.7"], "192.0.2.8", nil, false),
            (["2001:db8::/32"], "2001:db8:9::1", nil, true), (["2001:db8::/32"], "2001:db9::1", nil, false),
            (["0.0.0.0/0"], "198.51.100.1", nil, true), (["0.0.0.0/0"], "2001:db8::1", nil, false),
            (["PBX.example.com"], "198.51.100.1", "pbx.EXAMPLE.com", true),
            (["pbx.example.com"], "198.51.100.1", "pbx.example.org", false),
        ] as [([String], String, String?, Bool)])
    func placesAreNamed(names: [String], address: String, host: String?, isInside: Bool) throws {
        let address = try #require(IPAddress(address))
        let places = try #require(InsidePlaces(names))
        #expect(places.contains(address, host: host) == isInside)
    }

    @Test(arguments: ["", "192.0.2.0/33", "192.0.2.0/x", "192.0.2.0/1/2", "a b", "2001:db8::/129", "host/8"])
    func whatIsNoPlaceIsRefused(name: String) { #expect(InsidePlaces([name]) == nil) }

    private static func admit(
        _ costs: inout CostGuard, _ call: Int, _ user: String, at second: Int, peer: Endpoint = carrier
    ) -> CostGuard.Refusal? {
        do {
            try costs.admit(
                call: call, to: "sip:\(user)@\(peer)", at: peer, now: Instant(nanoseconds: 0) + .seconds(second))
            return nil
        } catch {
            return error
        }
    }

    @Test func callsAreCounted() {
        var limits = CostLimits()
        limits.calls = 2
        var costs = CostGuard(limits)
        for call in 1...2 {
            #expect(Self.admit(&costs, call, "1", at: call) == nil)
            costs.ended(call: call, at: .zero + .seconds(call + 1))
        }
        #expect(Self.admit(&costs, 3, "1", at: 9) == .calls(2))
        let inside = Endpoint(IPAddress(v4: 0x0A00_0001), 5_060)
        for call in 4...9 { #expect(Self.admit(&costs, call, "\(call)", at: 9, peer: inside) == nil) }
        #expect(costs.calls == 2)
    }

    @Test func everyNumberIsADestination() {
        var limits = CostLimits()
        limits.destinations = 2
        var costs = CostGuard(limits)
        #expect(Self.admit(&costs, 1, "1", at: 0) == nil)
        #expect(Self.admit(&costs, 2, "1", at: 0) == nil)
        let parallel = Self.admit(&costs, 3, "2", at: 0)
        #expect(parallel == .parallelDestinations(1) && parallel?.isPassing == true)
        for call in 1...2 { costs.ended(call: call, at: .zero + .seconds(1)) }
        #expect(Self.admit(&costs, 3, "2", at: 1) == nil)
        costs.ended(call: 3, at: .zero + .seconds(2))
        let third = Self.admit(&costs, 4, "3", at: 2)
        #expect(third == .destinations(2) && third?.isPassing == false)
    }

    @Test func minutesOfAllCallsCount() throws {
        var limits = CostLimits()
        limits.time = .seconds(60)
        var costs = CostGuard(limits)
        #expect(costs.deadline(at: .zero) == nil)
        #expect(Self.admit(&costs, 1, "1", at: 0) == nil)
        #expect(costs.deadline(at: .zero + .seconds(10)) == .zero + .seconds(60))
        #expect(Self.admit(&costs, 2, "1", at: 20) == nil)
        // 40 s are left for two calls.
        #expect(costs.deadline(at: .zero + .seconds(20)) == .zero + .seconds(40))
        costs.ended(call: 1, at: .zero + .seconds(30))
        #expect(costs.spent(at: .zero + .seconds(30)) == .seconds(40))
        #expect(costs.deadline(at: .zero + .seconds(30)) == .zero + .seconds(50))
        #expect(costs.runningCalls == [2])
        costs.ended(call: 2, at: .zero + .seconds(50))
        #expect(Self.admit(&costs, 3, "1", at: 51) == .time(.seconds(60)))
    }

    /// The endpoint asks before the first packet.
    @Test func anEndpointCallsNobodyBeyondIt() async throws {
        var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
        settings.mediaPorts = 58_000...58_009
        settings.costs.calls = 0
        let endpoint = try LiveEndpoint(settings)
        defer { endpoint.close() }
        let document = try OutgoingDocument([TextLikePage(heightPx: 60, seed: 1).bitmap()])
        endpoint.send(
            OutgoingFax(document, to: SIPTarget.destination("sip:1@\(Self.carrier)", at: Self.carrier)))
        let events = try await OwnThread.run {
            var events: [EndpointEvent] = []
            while events.count < 2, let event = endpoint.events.next(within: .seconds(20)) { events.append(event) }
            endpoint.stop(patience: .zero)
            return events
        }
        #expect(events.story.contains("0 calls outside are allowed; --max-calls allows more"), "\(events.story)")
        #expect(!events.story.contains("calling"))
    }

    /// Calls that run are ended when the time is used up.
    @Test func anEndpointEndsCallsWhoseTimeIsOver() async throws {
        let silent = try BoundSocket(FaxOnLoopback.anyPort)
        var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
        settings.mediaPorts = 58_010...58_019
        settings.costs.inside = .nowhere
        settings.costs.time = .milliseconds(500)
        let endpoint = try LiveEndpoint(settings)
        defer { endpoint.close() }
        let document = try OutgoingDocument([TextLikePage(heightPx: 60, seed: 1).bitmap()])
        endpoint.send(OutgoingFax(document, to: SIPTarget.destination("sip:1@\(silent.endpoint)", at: silent.endpoint)))
        let events = try await OwnThread.run {
            var events: [EndpointEvent] = []
            while let event = endpoint.events.next(within: .seconds(20)) {
                events.append(event)
                if case .trouble = event.kind { break }
            }
            endpoint.stop(patience: .zero)
            return events
        }
        #expect(events.story.contains("minutes of calls outside are allowed"), "\(events.story)")
        #expect(events.story.contains("calling"))
    }
}
