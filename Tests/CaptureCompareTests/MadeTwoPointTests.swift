import FaxCore
import FaxReport
import FaxWire
import Foundation
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

@testable import CaptureCompare

/// Captures of a second place, made from a real one with known changes: exactly those are found.
@Suite struct MadeTwoPointTests {
    static let clean = "01-t38-clean-1page-ecm"
    /// The caller's address in the captures.
    static let caller = "10.77.0.1"

    /// The same capture unchanged, and changed.
    static func compare(
        _ name: String = clean, options: CaptureComparison.Options = .init(),
        a: (inout CaptureEditor) throws -> Void = { _ in }, b: (inout CaptureEditor) throws -> Void
    ) throws -> CaptureComparison {
        let (one, other) = (try TemporaryCapture(name, a), try TemporaryCapture(name, b))
        return try CaptureComparison(PointSource(paths: [one.path]), PointSource(paths: [other.path]), options: options)
    }

    static func pair(
        _ name: String = clean, a: (inout CaptureEditor) throws -> Void = { _ in },
        b: (inout CaptureEditor) throws -> Void
    ) throws -> PairComparison {
        try #require(try compare(name, a: a, b: b).pairs.first)
    }

    // MARK: - Clocks

    /// Another year, a clock that runs away, and ten milliseconds on the way.
    @Test(arguments: [0, 100.0, -37.5]) func clocksAreAligned(_ skew: Double) throws {
        let offset = Duration.seconds(94_608_000) + .microseconds(123_457)
        let pair = try Self.pair { editor in
            let start = editor.start
            for place in editor.records.indices {
                let record = editor.records[place]
                let isCallers = record.frame.source?.address.description == Self.caller
                let drift = Duration.nanoseconds(Int64((record.time - start).inSeconds * skew * 1_000))
                editor.records[place].time = record.time + offset + drift + .milliseconds(isCallers ? 10 : -10)
            }
        }
        let clock = try #require(pair.clock)
        #expect((clock.offset - offset).magnitude < .milliseconds(1))
        #expect(clock.uncertainty >= .milliseconds(9) && clock.uncertainty < .milliseconds(12))
        #expect(abs((clock.skewPPM ?? 999) - skew) < max(1, 3 * (clock.skewUncertaintyPPM ?? 0)))
        #expect(abs((clock.roundTrip?.inMilliseconds ?? 0) - 20) < 1)
        #expect(pair.callerSide == .a)
        #expect(pair.findings.map(\.because) == [])
        #expect(pair.streams.allSatisfy { $0.lost == 0 && $0.injected.isEmpty && $0.heldBack.isEmpty })
    }

    /// Two captures of one place: no offset, nothing lost, and no claim about sides.
    @Test func oneCaptureAgainstItself() throws {
        let pair = try Self.pair { _ in }
        #expect(pair.clock?.offset == .zero && pair.clock?.callerSide == nil)
        #expect(pair.findings.isEmpty && pair.sipMissing.isEmpty && pair.sipChanges.isEmpty && pair.mappings.isEmpty)
    }

    // MARK: - Packets

    /// Ten milliseconds on the way, so that sides are known.
    private static func delay(_ editor: inout CaptureEditor) {
        for place in editor.records.indices {
            let isCallers = editor.records[place].frame.source?.address.description == caller
            editor.records[place].time = editor.records[place].time + .milliseconds(isCallers ? 10 : -10)
        }
    }

    private static func udptl(_ editor: inout CaptureEditor) -> [CapturedMedia] { editor.media(.udptl, from: .caller) }

    @Test func heldBackPacketsAreTold() throws {
        let pair = try Self.pair { editor in
            Self.delay(&editor)
            let packets = Self.udptl(&editor)
            for place in [100, 150, 200] {
                editor.records[packets[place].place].time = packets[place].time + .milliseconds(80)
            }
        }
        let stream = try #require(pair.streams.first { $0.kind == "udptl" && $0.party == .caller })
        #expect(stream.heldBack.count == 3 && stream.lost == 0)
        #expect(
            stream.heldBack.allSatisfy {
                ($0.delay ?? .zero) > .milliseconds(75) && ($0.delay ?? .zero) < .milliseconds(85)
            })
        #expect(pair.streams.filter { $0.flowA != stream.flowA }.allSatisfy { $0.heldBack.isEmpty })
    }

    @Test func anAlteredPacketIsTold() throws {
        let pair = try Self.pair { editor in
            Self.delay(&editor)
            let packet = Self.udptl(&editor)[180]
            var payload = packet.payload
            payload[8] ^= 0x40
            editor.records[packet.place].frame.setPayload(payload)
        }
        let stream = try #require(pair.streams.first { $0.kind == "udptl" && $0.party == .caller })
        #expect(stream.altered.count == 1 && stream.lost == 0 && stream.injected.isEmpty)
        #expect(pair.findings.map(\.id).contains("media-altered"))
    }

    @Test func aPacketPutInIsTold() throws {
        let pair = try Self.pair { editor in
            Self.delay(&editor)
            let packet = Self.udptl(&editor)[180]
            var record = editor.records[packet.place]
            var payload = packet.payload
            payload[0] = 0x40
            record.time = record.time + .milliseconds(1)
            record.frame.setPayload(payload)
            editor.records.append(record)
        }
        let stream = try #require(pair.streams.first { $0.kind == "udptl" && $0.party == .caller })
        #expect(stream.injected.count == 1 && stream.lost == 0 && stream.missedByCapture == 0)
    }

    /// A packet that only the upstream capture lacks was not lost on the way.
    @Test func aPacketThatTheCaptureMissedIsNoLoss() throws {
        let pair = try Self.pair(
            a: { editor in
                let packet = Self.udptl(&editor)[180]
                editor.records.remove(at: packet.place)
            }, b: { Self.delay(&$0) })
        let stream = try #require(pair.streams.first { $0.kind == "udptl" && $0.party == .caller })
        #expect(stream.missedByCapture == 1 && stream.lost == 0 && stream.injected.isEmpty)
        #expect(pair.findings.isEmpty)
    }

    /// What was captured before the other capture began, or after it ended, is not lost.
    @Test func aShorterCaptureLosesNothing() throws {
        let pair = try Self.pair { editor in
            Self.delay(&editor)
            let (start, end) = (editor.start, editor.end)
            editor.drop { $0.time < start + .seconds(6) || $0.time > end - .seconds(6) }
        }
        #expect(pair.streams.allSatisfy { $0.lost == 0 && $0.injected.isEmpty })
        #expect(pair.streams.contains { $0.outside > 0 } && pair.findings.isEmpty)
    }

    // MARK: - Numbers

    @Test func shiftedNumbersAndAnotherSourceAreFoundAgain() throws {
        let pair = try Self.pair("03-g711u-clean-1page") { editor in
            Self.delay(&editor)
            editor.editMedia(.rtp) { payload, _ in
                let number = (UInt16(payload[2]) << 8 | UInt16(payload[3])) &+ 40_000
                (payload[2], payload[3]) = (UInt8(number >> 8), UInt8(truncatingIfNeeded: number))
                payload[8] ^= 0x5A
            }
            let packets = editor.media(.rtp, from: .caller)
            editor.records.remove(at: packets[300].place)
        }
        let streams = pair.streams.filter { $0.kind == "rtp" }
        #expect(streams.count == 2 && streams.allSatisfy { $0.manner == "shifted numbers" && $0.shift == 40_000 })
        #expect(streams.map(\.lost).reduce(0, +) == 1 && streams.first { $0.party == .caller }?.lost == 1)
    }

    /// An element that numbers anew without gaps: packets are found again by content.
    @Test func packetsNumberedAnewAreFoundByContent() throws {
        let pair = try Self.pair { editor in
            Self.delay(&editor)
            var packets = Self.udptl(&editor)
            for place in [250, 200, 150] {
                editor.records.remove(at: packets[place].place)
                packets = Self.udptl(&editor)
            }
            var next: UInt16 = 7
            for packet in packets {
                var payload = packet.payload
                (payload[0], payload[1]) = (UInt8(next >> 8), UInt8(truncatingIfNeeded: next))
                next &+= 1
                editor.records[packet.place].frame.setPayload(payload)
            }
        }
        let stream = try #require(pair.streams.first { $0.kind == "udptl" && $0.party == .caller })
        #expect(stream.lost == 3)
        #expect(stream.injected.isEmpty && stream.altered.isEmpty)
    }

    // MARK: - SIP

    /// A NAT that changes addresses of packets only is told as a mapping, not as rewriting.
    @Test func translatedAddressesAreAMapping() throws {
        let pair = try Self.pair { editor in
            Self.delay(&editor)
            try Self.translate(&editor)
        }
        #expect(pair.mappings.contains { $0.a == "10.77.0.1:5060" && $0.b == "192.0.2.9:61000" })
        #expect(pair.findings.map(\.because) == [])
    }

    private static func translate(_ editor: inout CaptureEditor) throws {
        let outside = Endpoint(try #require(IPAddress("192.0.2.9")), 61_000)
        for place in editor.records.indices {
            let frame = editor.records[place].frame
            if frame.source?.address.description == caller, frame.source?.port == 5_060 {
                editor.records[place].frame.setSource(outside)
            }
            if frame.destination?.address.description == caller, frame.destination?.port == 5_060 {
                editor.records[place].frame.setDestination(outside)
            }
        }
    }

    /// An ALG that writes its own address into Contact and SDP.
    @Test func rewrittenMessagesAreTheWorkOfAnALG() throws {
        let pair = try Self.pair { editor in
            Self.delay(&editor)
            for message in editor.messages where message.sender == .caller {
                let text = String(decoding: editor.records[message.place].frame.payload ?? [], as: UTF8.self)
                let parts = text.components(separatedBy: "\r\n\r\n")
                let head = parts[0].components(separatedBy: "\r\n").map {
                    $0.hasPrefix("Contact:") ? $0.replacingOccurrences(of: Self.caller, with: "10.99.0.1") : $0
                }.joined(separator: "\r\n")
                let body = parts.dropFirst().joined(separator: "\r\n\r\n")
                    .replacingOccurrences(of: "IN IP4 10.77.0.1", with: "IN IP4 10.99.0.1")
                editor.records[message.place].frame.setPayload(Array((head + "\r\n\r\n" + body).utf8))
            }
        }
        let finding = try #require(pair.findings.first { $0.id == "sip-alg-rewrite" })
        #expect(finding.certainty == .proof && !finding.framesA.isEmpty && !finding.framesB.isEmpty)
        let names = Set(pair.sipChanges.flatMap { $0.difference.changes.map(\.name) })
        #expect(names.contains("Contact") && names.contains("SDP c="))
    }

    /// One Via more, a Record-Route, one hop less: a proxy, and no rewriting.
    @Test func aProxyBetweenIsNoRewriting() throws {
        let pair = try Self.pair { editor in
            Self.delay(&editor)
            for message in editor.messages where message.sender == .caller {
                var lines = String(decoding: editor.records[message.place].frame.payload ?? [], as: UTF8.self)
                    .components(separatedBy: "\r\n")
                guard lines[0].hasSuffix("SIP/2.0") else { continue }
                lines.insert("Via: SIP/2.0/UDP 10.88.0.1:5060;branch=z9hG4bKproxy\(message.place)", at: 1)
                lines.insert("Record-Route: <sip:10.88.0.1;lr>", at: 2)
                editor.records[message.place].frame.setPayload(Array(lines.joined(separator: "\r\n").utf8))
            }
        }
        #expect(pair.messagesMatched > 0 && !pair.sipChanges.isEmpty)
        #expect(pair.sipChanges.allSatisfy { $0.difference.changes.isEmpty })
        #expect(pair.findings.map(\.because) == [])
    }

    // MARK: - Which calls

    @Test func otherCallsAreNotTheSameCall() throws {
        let (one, other) = (try TemporaryCapture(Self.clean), try TemporaryCapture("13-t38-caller-hangup-midpage"))
        #expect(throws: CaptureComparison.Failure.self) {
            _ = try CaptureComparison(PointSource(paths: [one.path]), PointSource(paths: [other.path]))
        }
    }

    @Test func callsAreAskedForByNumber() throws {
        let two = "22-two-faxes-plus-voice"
        let all = try Self.compare(two) { _ in }
        #expect(all.pairs.map(\.a.call.id) == all.pairs.map(\.b.call.id) && all.pairs.count == 3)
        var options = CaptureComparison.Options()
        options.calls = (2, 2)
        #expect(try Self.compare(two, options: options) { _ in }.pairs.map(\.a.call.id) == [2])
        options.calls = (9, 1)
        #expect(throws: CaptureComparison.Failure.noSuchCall(.a, 9, of: 3)) {
            _ = try Self.compare(two, options: options) { _ in }
        }
    }

    /// A B2BUA gives new Call-IDs: the media tells.
    @Test func anotherCallIDIsPairedByMedia() throws {
        let pair = try Self.pair { editor in
            Self.delay(&editor)
            for message in editor.messages {
                let text = String(decoding: editor.records[message.place].frame.payload ?? [], as: UTF8.self)
                let lines = text.components(separatedBy: "\r\n").map {
                    $0.hasPrefix("Call-ID:") ? "Call-ID: other" : $0
                }
                editor.records[message.place].frame.setPayload(Array(lines.joined(separator: "\r\n").utf8))
            }
        }
        #expect(pair.isAnotherDialog && pair.messagesMatched > 0 && pair.sipMissing.isEmpty)
        #expect(!pair.findings.contains { $0.id == "sip-alg-rewrite" })
    }

    /// Before a gateway T.38, behind it audio: no packet counts as lost, and the T.30 frames are held against each other.
    @Test(arguments: ["16-gateway-t38-to-g711", "16b-gateway-g711-to-t38"])
    func aGatewayBetweenIsComparedByT30(_ name: String) throws {
        func keepOnly(_ host: String, _ editor: inout CaptureEditor) {
            editor.drop {
                $0.frame.source?.address.description != host && $0.frame.destination?.address.description != host
            }
        }
        let pair = try Self.pair(name, a: { keepOnly("10.77.0.1", &$0) }, b: { keepOnly("10.77.0.2", &$0) })
        #expect(pair.isAnotherDialog && pair.callerSide == .a)
        #expect(pair.t30.matched.count >= 7)
        #expect(pair.findings.filter { $0.severity > .note }.map(\.because) == [])
        #expect(pair.streams.map(\.lost).reduce(0, +) == 0)
    }

    // MARK: - Hostile input, statuses

    @Test(arguments: 1...4) func damagedCapturesAreSurvived(_ seed: UInt64) throws {
        _ = try? Self.compare { editor in
            var state = seed &* 0x9E37_79B9_7F4A_7C15
            for place in editor.records.indices where place % 3 == 0 {
                guard var payload = editor.records[place].frame.payload, !payload.isEmpty else { continue }
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                payload[Int(state >> 33) % payload.count] ^= UInt8(truncatingIfNeeded: state >> 20)
                if state >> 60 == 0 { payload.removeLast(payload.count / 2) }
                editor.records[place].frame.setPayload(payload)
                if state >> 58 == 1 {
                    editor.records[place].time = Instant(nanoseconds: Int64(truncatingIfNeeded: state))
                }
            }
        }
    }

    @Test func statusesAreAsDocumented() throws {
        let clean = try TemporaryCapture(Self.clean)
        let lossy = try TemporaryCapture(Self.clean) { editor in
            Self.delay(&editor)
            editor.records.remove(at: Self.udptl(&editor)[180].place)
        }
        let other = try TemporaryCapture("13-t38-caller-hangup-midpage")
        var complaints: [String] = []
        let run = CompareRun(write: { _ in }, complain: { complaints.append($0) })
        #expect(run.run(clean.path, clean.path) == .same)
        #expect(run.run(clean.path, lossy.path) == .different)
        #expect(complaints.isEmpty)
        #expect(run.run(clean.path, other.path) == .unreadable)
        #expect(run.run(clean.path, "/nowhere.pcap") == .unreadable)
        #expect(complaints.count == 2)
    }
}

/// A capture file that goes when it is no longer held.
final class TemporaryCapture {
    let path: String

    init(_ corpus: String, _ edit: (inout CaptureEditor) throws -> Void = { _ in }) throws {
        var editor = try CaptureEditor(corpus: corpus)
        try edit(&editor)
        #expect(editor.problems == [])
        path = FileManager.default.temporaryDirectory.appending(path: "compare-\(UUID().uuidString).pcap").path
        try Data(editor.pcap).write(to: URL(filePath: path))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
