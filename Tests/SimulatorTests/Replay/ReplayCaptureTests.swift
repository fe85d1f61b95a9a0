import FaxCore
import Foundation
import PcapDecode
import TestSupport
import Testing

@testable import Simulator

/// Traces of real captures and of made streams.
@Suite struct ReplayCaptureTests {
    private func streams(_ capture: String, keepsAudio: Bool = true) throws -> [MediaStream] {
        var options = CaptureDecoder.Options()
        options.keepsAudio = keepsAudio
        var calls: [Call] = []
        let decoder = CaptureDecoder(options) { calls.append($0) }
        let path = try Corpus.capture(capture).path(percentEncoded: false)
        let reader = try CaptureReader(path: path)
        while let frame = reader.next() { decoder.feed(frame, reader.bytes) }
        decoder.finish()
        return calls.flatMap(\.streams)
    }

    /// As many losses as the capture counts, in runs of the same lengths.
    @Test(arguments: [
        "06-t38-redundancy-3pct-loss", "07-t38-noec-3pct-loss", "08-t38-fec-3pct-loss", "12-g711u-5pct-loss",
        "28-g711u-burst-loss",
    ])
    func tracesLoseWhatTheCaptureLost(capture: String) throws {
        var lossy = 0
        for stream in try streams(capture) {
            let statistics = stream.statistics
            guard let expected = statistics.expected, let lost = statistics.lost, expected > 50 else { continue }
            let trace = try #require(ReplayTrace(stream: stream, source: capture))
            #expect(trace.hasDelays == (stream.kind == .rtp))
            #expect(trace.fates.count == expected)
            #expect(trace.fates.count { $0 == .lost } == lost)
            var path = NetworkPath(NetworkSpec(replaying: trace), seed: 1)
            let bursts = path.carry(expected).bursts
            for (length, count) in statistics.lossBursts { #expect(bursts.count { $0 == length } == count) }
            if lost > 0 { lossy += 1 }
        }
        #expect(lossy > 0)
    }

    @Test func withoutAudioThereIsNoTrace() throws {
        for stream in try streams("12-g711u-5pct-loss", keepsAudio: false) {
            #expect(ReplayTrace(stream: stream, source: "") == nil)
        }
        for stream in try streams("21-tcp-t38") where stream.kind == .t38TCP {
            #expect(ReplayTrace(stream: stream, source: "") == nil)
        }
    }

    /// A made stream of 20 ms packets that arrive so many milliseconds late; `nil`: lost.
    private func made(_ delays: [Double?], clockRate: Double = 1, jumpAt: Int? = nil) -> MediaStream {
        let address = IPAddress(v4: 0x0A00_0001)
        var stream = MediaStream(
            kind: .rtp, from: Endpoint(address, 4000), to: Endpoint(address, 4002), frame: .none, time: .zero)
        var log = AudioLog()
        let payload: [UInt8] = []
        for (number, delay) in delays.enumerated() {
            guard let delay else { continue }
            let jump: UInt32 = jumpAt.map { number >= $0 ? 800_000 : 0 } ?? 0
            let packet = AudioLog.Packet(
                sequence: UInt16(truncatingIfNeeded: 65_530 + number),
                timestamp: UInt32(truncatingIfNeeded: 4_294_967_000 + number * 160) &+ jump, payloadType: 0,
                marker: false, frame: .none,
                time: Instant(seconds: 100 + (Double(number) * 20 / clockRate + delay) / 1000), offset: 0, length: 0)
            log.append(packet, payload: payload.span.bytes)
        }
        stream.audio = log
        return stream
    }

    private func milliseconds(_ trace: ReplayTrace) -> [Double?] {
        trace.fates.map { fate in
            switch fate {
            case .lost: nil
            case .delayed(let delay): (delay.inMilliseconds * 1000).rounded() / 1000
            }
        }
    }

    /// Over wraps of numbers and timestamps; the fastest packet counts as not delayed.
    @Test func delaysAreThoseOfTheStream() throws {
        let delays: [Double?] = [5, 7, nil, nil, 30, 12, 5, 8, nil, 6, 5, 25, 5]
        let trace = try #require(ReplayTrace(stream: made(delays), source: "made"))
        #expect(milliseconds(trace) == delays.map { delay in delay.map { $0 - 5 } })
    }

    @Test func aNewStartOfTheTimestampsIsNoDelay() throws {
        let delays: [Double?] = [0, 3, 1, 2, 0, 0]
        let trace = try #require(ReplayTrace(stream: made(delays, jumpAt: 3), source: "made"))
        // Nobody knows what the packet at the jump took: it is taken as slow as the one before.
        #expect(milliseconds(trace) == [1, 4, 2, 2, 0, 0])
    }

    @Test func theDriftOfClocksIsNoDelay() throws {
        var stream = made([Double?](repeating: 0, count: 3000), clockRate: 1.0001)
        let drifting = try #require(ReplayTrace(stream: stream, source: ""))
        #expect((milliseconds(drifting).compactMap { $0 }.max() ?? 0) > 5)
        stream.statistics.clockSkewPPM = 100
        let trace = try #require(ReplayTrace(stream: stream, source: ""))
        #expect((milliseconds(trace).compactMap { $0 }.max() ?? 1) < 0.01)
    }
}
