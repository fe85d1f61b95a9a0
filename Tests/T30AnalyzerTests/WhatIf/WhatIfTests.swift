import FaxCore
import FaxProtocol
import PcapDecode
import TestSupport
import Testing

@testable import T30Analyzer

/// Losses put into a clean call: what the forecast asks for carries the call when it is sent anew with that correction
/// and the same losses, and one less does not.
@Suite struct WhatIfTests {
    private static let clean = "01-t38-clean-1page-ecm"

    struct Row: Sendable, CustomTestStringConvertible {
        var losses: GilbertLosses
        /// What the call was sent with when its losses were seen.
        var used: Int
        var testDescription: String { "p \(losses.p) r \(losses.r) seed \(losses.seed), \(used) copies" }
    }

    static let rows = [
        Row(losses: GilbertLosses(p: 0.03, r: 0.4, seed: 1), used: 0),
        Row(losses: GilbertLosses(p: 0.1, r: 0.8, seed: 3), used: 1),
        Row(losses: GilbertLosses(p: 0.01, r: 0.15, seed: 4), used: 2),
    ]

    private struct Replay {
        var fax: FaxSession
        var forecast: RelayForecast?
        var stream: MediaStream
        var unrepaired: Int { stream.statistics.unrecovered ?? 0 }
    }

    private func replay(_ losses: GilbertLosses, _ correction: UDPTLSender.Correction) throws -> Replay {
        var editor = try CaptureEditor(corpus: Self.clean)
        let count = editor.datagrams(of: .caller).count
        editor.resend(of: .caller, correction, losing: losses.lost(of: count))
        #expect(editor.problems == [])
        let call = try #require(editor.calls(keepsAudio: false).first)
        var options = FaxAnalyzer.Options()
        options.decodePages = false
        options.describeFrames = false
        let fax = FaxAnalyzer(options: options).analyze(call)
        let place = try #require(call.streams.firstIndex { $0.direction == .caller && $0.t38 != nil })
        return Replay(
            fax: fax, forecast: WhatIf(call, fax).relays.first { $0.stream == place }, stream: call.streams[place])
    }

    private func correction(_ depth: Int) -> UDPTLSender.Correction {
        depth == 0 ? .none : .redundancy(.init(all: depth))
    }

    @Test(arguments: rows) func depthForAll(row: Row) throws {
        let forecast = try #require(try replay(row.losses, correction(row.used)).forecast)
        let depth = try #require(forecast.depth)
        #expect(depth > 0)
        let enough = try replay(row.losses, correction(depth))
        #expect(enough.unrepaired == 0)
        #expect(enough.fax.outcome == .success)
        let less = try replay(row.losses, correction(depth - 1))
        #expect(less.unrepaired > 0)
        // What was tried is what comes of it.
        #expect(forecast.trials.first { $0.depth == depth - 1 }.map { $0.unrepaired == less.unrepaired } ?? (depth > 9))
        #expect(forecast.trials.first { $0.depth == depth }.map { $0.unrepaired == 0 } ?? (depth > 8))
    }

    @Test(arguments: rows) func depthsByKind(row: Row) throws {
        let forecast = try #require(try replay(row.losses, correction(row.used)).forecast)
        let depths = try #require(forecast.depths)
        let enough = try replay(row.losses, .redundancy(depths.all))
        #expect(enough.unrepaired == 0)
        #expect(enough.fax.outcome == .success)
        let again = try #require(enough.forecast)
        #expect(again.largestDatagram == enough.stream.statistics.largestPacket)
        for kind in [\RelayForecast.Depths.indicator, \.v21, \.image] where depths[keyPath: kind] > 0 {
            var less = depths
            less[keyPath: kind] -= 1
            #expect(try replay(row.losses, .redundancy(less.all)).unrepaired > 0, "\(less)")
        }
    }

    @Test(arguments: rows) func parity(row: Row) throws {
        let forecast = try #require(try replay(row.losses, correction(row.used)).forecast)
        let parity = try #require(forecast.parity)
        let enough = try replay(row.losses, .fec(span: parity.span, entries: parity.entries))
        #expect(enough.unrepaired == 0)
        #expect(enough.fax.outcome == .success)
        let sizes = try #require(enough.stream.statistics.largestPacket)
        #expect(abs(sizes - parity.largestDatagram) <= 60, "\(sizes), forecast \(parity.largestDatagram)")
    }

    /// The receiver's T38FaxMaxDatagram decides whether it fits.
    @Test func whatTheReceiverTakes() throws {
        var editor = try CaptureEditor(corpus: Self.clean)
        editor.setAttribute("T38FaxMaxDatagram", "80", in: .response(200, to: "INVITE", offering: "image"))
        editor.setAttribute("T38FaxMaxDatagram", "80", in: .request("INVITE", offering: "image"))
        editor.resend(of: .caller, .none, losing: [100, 101, 102, 200])
        #expect(editor.problems == [])
        let call = try #require(editor.calls(keepsAudio: false).first)
        let forecast = try #require(WhatIf(call, FaxAnalyzer().analyze(call)).relays.first)
        #expect(forecast.maximumDatagram == 80)
        #expect(forecast.fits == false)
        #expect(forecast.depth == 3)
    }

    @Test func nothingLostIsNothingAsked() throws {
        let editor = try CaptureEditor(corpus: Self.clean)
        let call = try #require(editor.calls(keepsAudio: false).first)
        #expect(WhatIf(call, FaxAnalyzer().analyze(call)).relays.isEmpty)
    }

    /// A burst that no packet can carry.
    @Test func tooLongForCopies() throws {
        var editor = try CaptureEditor(corpus: Self.clean)
        editor.resend(of: .caller, .none, losing: Set(100..<200))
        let call = try #require(editor.calls(keepsAudio: false).first)
        let forecast = try #require(WhatIf(call, FaxAnalyzer().analyze(call)).relays.first)
        #expect(forecast.depth == nil && forecast.depths == nil && forecast.lost == 100)
    }
}
