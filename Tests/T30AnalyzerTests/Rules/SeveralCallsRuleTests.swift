import FaxCore
import FaxWire
import PcapDecode
import TestSupport
import Testing

@testable import T30Analyzer

/// What only several calls show.
@Suite struct SeveralCallsRuleTests {
    @Test(arguments: cases) func rows(_ row: RuleCase) throws { try row.check() }

    private static let clean = "01-t38-clean-1page-ecm"

    /// A real call so many times, each changed by its place.
    private static func row(
        _ id: String, _ shows: String, _ count: Int, fires: Bool, certainty: Finding.Certainty? = nil,
        because: String? = nil, _ change: @escaping @Sendable (Int, inout AnalyzedCall) -> Void
    ) -> RuleCase {
        RuleCase(
            id: id, kind: .made, captures: [clean], shows: shows, fires: fires, certainty: certainty, because: because
        ) { try CorpusCalls.copies(of: clean, count, change) }
    }

    static let cases: [RuleCase] = offers + faxes

    /// The port of the offered image line.
    private static func setPort(_ port: UInt16, in call: inout AnalyzedCall) {
        let frame = call.call.signalling.t38Switch?.offerFrame
        for place in call.call.signalling.sessions.indices
        where call.call.signalling.sessions[place].frame == frame {
            call.call.signalling.sessions[place].endpoint.port = port
        }
    }

    /// The answerer of the offer: the offer of the clean capture comes from the callee.
    private static let answerer = Party.caller

    private static let offers = [
        row("t38-odd-port-refused", "every odd one of six", 6, fires: true, certainty: .strong, because: "odd") {
            place, call in
            setPort(UInt16(4_000 + place), in: &call)
            if place % 2 == 1 { call.refuse() }
        },
        row("t38-odd-port-refused", "one even port refused too", 6, fires: false) { place, call in
            setPort(UInt16(4_000 + place), in: &call)
            if place % 2 == 1 || place == 0 { call.refuse() }
        },
        row("t38-odd-port-refused", "four offers only", 4, fires: false) { place, call in
            setPort(UInt16(4_000 + place), in: &call)
            if place % 2 == 1 { call.refuse() }
        },
        row("bridge-syntax-488", "one of two refused", 2, fires: true, certainty: .strong) { place, call in
            if place == 1 { call.refuse() }
        },
        row("bridge-syntax-488", "another offer refused", 2, fires: false) { place, call in
            if place == 1 {
                call.refuse()
                call.call.signalling.t38Switch?.offer.attributes.removeAll { $0.name == "T38MaxBitRate" }
            }
        },
        row("bridge-syntax-488", "all refused", 3, fires: false) { _, call in call.refuse() },
        row("carrier-no-t38-route", "refused behind one media address", 4, fires: true, because: "192.0.2.1") {
            place, call in
            call.setMedia(place < 2 ? "192.0.2.1" : "192.0.2.2", of: answerer)
            if place < 2 { call.refuse() }
        },
        row("carrier-no-t38-route", "refused behind both", 4, fires: false) { place, call in
            call.setMedia(place < 2 ? "192.0.2.1" : "192.0.2.2", of: answerer)
            if place % 2 == 0 { call.refuse() }
        },
        row("spa-one-t38-resource", "an adapter, while it is in T.38", 2, fires: true, certainty: .hint) {
            place, call in
            call.call.signalling.callerAgent = "Linksys/SPA2102-5.2.13"
            if place == 1 { call.refuse() }
        },
        row("spa-one-t38-resource", "an adapter, an hour later", 2, fires: false) { place, call in
            call.call.signalling.callerAgent = "Linksys/SPA2102-5.2.13"
            guard place == 1 else { return }
            call.refuse()
            call.move(by: .seconds(3_600))
            call.call.signalling.t38Switch?.offerTime = call.call.firstTime + .seconds(3)
        },
        row("spa-one-t38-resource", "no adapter", 2, fires: false) { place, call in if place == 1 { call.refuse() } },
        row("both-wait-for-reinvite", "two that only answer", 3, fires: true, certainty: .hint) { place, call in
            wait(place, &call, offerer: "C")
        },
        row("both-wait-for-reinvite", "one of them offers elsewhere", 3, fires: false) { place, call in
            wait(place, &call, offerer: "B")
        },
    ]

    /// Calls 0 and 1: A and B answer what `offerer` offers; call 2: A calls B, in audio.
    private static func wait(_ place: Int, _ call: inout AnalyzedCall, offerer: String) {
        call.call.signalling.callerAgent = place == 1 ? "B" : "A"
        call.call.signalling.calleeAgent = place == 2 ? "B" : offerer
        guard place == 2 else { return }
        call.call.signalling.t38Switch = nil
        call.fax.carriedBy = "g711"
    }

    /// A page that broke after this long.
    private static func breakPage(after seconds: Double, _ call: inout AnalyzedCall) {
        call.fax.outcome = .failed
        guard !call.fax.pages.isEmpty else { return }
        call.fax.pages[0].confirmedBy = nil
        call.fax.pages[0].end = call.fax.pages[0].start.map { $0 + .seconds(seconds) }
    }

    private static let faxes = [
        row("ifp-90s-cutoff", "twice after 90 s", 2, fires: true, certainty: .strong) { place, call in
            breakPage(after: place == 0 ? 90.2 : 90.9, &call)
        },
        row("ifp-90s-cutoff", "once", 2, fires: false) { place, call in
            if place == 0 { breakPage(after: 90.2, &call) }
        },
        row("ifp-90s-cutoff", "at times that differ", 2, fires: false) { place, call in
            breakPage(after: place == 0 ? 88.5 : 94.5, &call)
        },
        row("long-page-at-low-rate", "twice after 124 s, a short one passed", 3, fires: true) { place, call in
            if place > 0 { breakPage(after: 124 + Double(place), &call) }
        },
        row("long-page-at-low-rate", "nothing passed", 2, fires: false) { place, call in
            breakPage(after: 124 + Double(place), &call)
        },
        row("half-page-at-14400", "fails fast, passes slow", 3, fires: true, because: "12000") { place, call in
            call.fax.rateBps = place < 2 ? 14_400 : 9_600
            if place < 2 { call.fax.outcome = .failed }
        },
        row("half-page-at-14400", "one fast fax passed", 4, fires: false) { place, call in
            call.fax.rateBps = place < 3 ? 14_400 : 9_600
            if place < 2 { call.fax.outcome = .failed }
        },
        row("fallback-flip-flop", "T.38 failed, its retry in audio passed", 2, fires: true) { place, call in
            turn(place, &call, after: .seconds(60))
        },
        row("fallback-flip-flop", "an hour later", 2, fires: false) { place, call in
            turn(place, &call, after: .seconds(3_600))
        },
        row("fallback-flip-flop", "both passed", 2, fires: false) { place, call in
            turn(place, &call, after: .seconds(60))
            call.fax.outcome = .success
        },
        row("carrier-ecm-stripped", "through one of two carriers", 3, fires: true, because: "192.0.2.7") {
            place, call in
            stripECM(place, &call, of: [0, 1])
        },
        row("carrier-ecm-stripped", "of one call only", 3, fires: false) { place, call in
            stripECM(place, &call, of: [0])
        },
    ]

    private static func turn(_ place: Int, _ call: inout AnalyzedCall, after time: Duration) {
        if place == 0 {
            call.fax.outcome = .failed
        } else {
            call.fax.carriedBy = "g711"
            call.move(by: time)
        }
    }

    /// Calls 0 and 1 go through another carrier.
    private static func stripECM(_ place: Int, _ call: inout AnalyzedCall, of places: [Int]) {
        if place < 2, let carrier = IPAddress("192.0.2.7") {
            call.call.signalling.calleeAddress = Endpoint(carrier, 5_060)
        }
        guard places.contains(place) else { return }
        for message in call.fax.messages.indices where call.fax.messages[message].name == "DIS" {
            call.fax.messages[message].octets[3 + 26 / 8] &= ~UInt8(1 << (26 % 8))
            call.fax.messages[message].fields = []
        }
    }

    // MARK: - Rates

    @Test func ratesAreCountedByPairAndCarriage() throws {
        var history = CallHistory()
        let calls = try CorpusCalls.copies(of: Self.clean, 4) { place, call in
            if place == 3 {
                call.fax.outcome = .failed
                call.fax.carriedBy = "g711"
            }
        }
        for call in calls { _ = history.add(call) }
        let rates = try #require(history.rates.first)
        #expect(history.rates.count == 1 && rates.calls == 4 && rates.faxes == 4 && rates.delivered == 3)
        #expect(rates.pattern == .sometimesFails)
        #expect(
            rates.carriages == [
                .init(name: "t38", faxes: 3, delivered: 3), .init(name: "g711", faxes: 1, delivered: 0),
            ])
        #expect(rates.differences == ["carried by: g711 where it failed, t38 where it was delivered"])
    }

    /// However many calls and pairs there are, what is remembered is bounded.
    @Test func memoryIsBounded() throws {
        let call = try #require(try CorpusCalls.of(Self.clean).first)
        var history = CallHistory()
        for number in 1...(CallHistory.Limit.pairs + 50) {
            var copy = call
            copy.call.id = number
            copy.call.signalling.callee = "sip:\(number)@pbx.example"
            _ = history.add(copy)
        }
        #expect(history.rates.count == CallHistory.Limit.pairs)
        #expect(history.callsOfOtherPairs == 50)
    }
}
