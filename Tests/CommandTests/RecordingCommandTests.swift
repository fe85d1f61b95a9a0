import FaxCore
import FaxDSP
import FaxReport
import FaxWire
import Foundation
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

/// Recordings made of a captured call: what was read from the packets must be read from the sound.
@Suite struct RecordingCommandTests {
    /// Both directions of a fax over G.711, on one clock: the caller's samples and the callee's.
    static let line: (caller: [Int16], callee: [Int16]) = {
        var options = CaptureDecoder.Options()
        options.keepsAudio = true
        var calls: [Call] = []
        let decoder = CaptureDecoder(options) { calls.append($0) }
        let path = Corpus.file("captures/03-g711u-clean-1page/capture.pcap").path
        guard let reader = try? CaptureReader(path: path) else { return ([], []) }
        while let frame = reader.next() { decoder.feed(frame, reader.bytes) }
        decoder.finish()
        let streams = calls.flatMap(\.streams)
        let start = streams.map(\.firstTime).min() ?? .zero
        func samples(_ party: Party) -> [Int16] {
            guard let stream = streams.first(where: { $0.direction == party }), let line = AudioTimeline(stream) else {
                return []
            }
            let lead = Int((stream.firstTime - start).wholeNanoseconds / 125_000)
            return [Int16](repeating: 0, count: lead) + line.samples
        }
        let (caller, callee) = (samples(.caller), samples(.callee))
        let count = max(caller.count, callee.count)
        return (
            caller + [Int16](repeating: 0, count: count - caller.count),
            callee + [Int16](repeating: 0, count: count - callee.count)
        )
    }()

    static func analyze(
        _ octets: [UInt8], _ name: String, _ arguments: [String] = [], status: Int32 = 0
    ) throws -> [String: Any] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: name)
        try Data(octets).write(to: file)
        let outcome = try AnalyzeCommandTests.run(["analyze", "--json", file.path] + arguments)
        #expect(outcome.status == status, "\(outcome.errors)")
        let document = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        return try #require(document as? [String: Any])
    }

    private func check(_ document: [String: Any], directions: [String?], sender: String = "caller") throws {
        let capture = try #require(document["capture"] as? [String: Any])
        #expect(capture["format"] as? String == "audio" && capture["first_time"] as? Double == 0)
        let calls = try #require(document["calls"] as? [[String: Any]])
        let call = try #require(calls.first)
        let fax = try #require(call["fax"] as? [String: Any])
        #expect(calls.count == 1 && fax["outcome"] as? String == "success" && fax["sender"] as? String == sender)
        #expect(fax["pages_confirmed"] as? Int == 1 && fax["rate_bps"] as? Int == 14_400)
        #expect(fax["sender_id"] as? String == "+1 555 0100" && fax["receiver_id"] as? String == "+1 555 0200")
        let messages = try #require(fax["t30"] as? [[String: Any]])
        #expect(messages.count > 5 && messages.allSatisfy { $0["frame"] is NSNull })
        #expect(messages.allSatisfy { ($0["time"] as? Double).map { $0 > 0 && $0 < 60 } == true })
        let streams = try #require(call["streams"] as? [[String: Any]])
        #expect(streams.map { $0["kind"] as? String } == directions.map { _ in "recording" })
        #expect(streams.map { $0["direction"] as? String } == directions)
        #expect(streams.allSatisfy { $0["first_frame"] is NSNull && $0["from"] is NSNull })
        #expect((call["signalling"] as? [String: Any])?["protocol"] as? String == "none")
    }

    private var interleaved: [Int16] { Self.interleaved(Self.line.caller, Self.line.callee) }

    private static func interleaved(_ left: [Int16], _ right: [Int16]) -> [Int16] {
        zip(left, right).flatMap { left, right -> [Int16] in [left, right] }
    }

    @Test func twoChannels() throws {
        let wav = WaveFile.wav(interleaved, channels: 2)
        try check(try Self.analyze(wav, "line.wav"), directions: ["caller", "callee"])
        let swapped = WaveFile.wav(Self.interleaved(Self.line.callee, Self.line.caller), channels: 2)
        try check(try Self.analyze(swapped, "line.dat", ["--swap-channels"]), directions: ["callee", "caller"])
    }

    @Test func oneChannelHoldsBoth() throws {
        let mixed = zip(Self.line.caller, Self.line.callee).map { Int16(clamping: Int($0) + Int($1)) }
        try check(try Self.analyze(WaveFile.wav(mixed, channels: 1), "line.wav"), directions: [nil])
    }

    @Test func twiceTheRate() throws {
        let wide = zip(Self.line.caller, Self.line.callee).flatMap { left, right -> [Int16] in
            [left, right, left, right]
        }
        let wav = WaveFile.wav(wide, rate: 16_000, channels: 2)
        try check(try Self.analyze(wav, "line.wav"), directions: ["caller", "callee"])
    }

    @Test func rawOctets() throws {
        let octets = G711.aLaw.octets(interleaved)
        let arguments = ["--raw", "alaw", "--channels", "2"]
        try check(try Self.analyze(octets, "line", arguments), directions: ["caller", "callee"])
        try check(try Self.analyze(octets, "line.al", ["--channels", "2"]), directions: ["caller", "callee"])
    }

    /// A quarter, and a twentieth, of each party in the other's channel, 5 ms later: who sent what stays clear.
    @Test(arguments: [4, 20]) func echoesAreNobodysSignals(part: Int) throws {
        func withEcho(_ own: [Int16], of other: [Int16]) -> [Int16] {
            own.indices.map { index in
                let echo = index >= 40 ? Int(other[index - 40]) / part : 0
                return Int16(clamping: Int(own[index]) + echo)
            }
        }
        let caller = withEcho(Self.line.caller, of: Self.line.callee)
        let callee = withEcho(Self.line.callee, of: Self.line.caller)
        let document = try Self.analyze(WaveFile.wav(Self.interleaved(caller, callee), channels: 2), "line.wav")
        try check(document, directions: ["caller", "callee"])
        let call = try #require((document["calls"] as? [[String: Any]])?.first)
        let messages = try #require((call["fax"] as? [String: Any])?["t30"] as? [[String: Any]])
        let names = [
            "DIS": "callee", "CSI": "callee", "DCS": "caller", "TSI": "caller", "CFR": "callee", "MCF": "callee",
        ]
        for (name, party) in names {
            #expect(messages.filter { $0["name"] as? String == name }.map { $0["direction"] as? String } == [party])
        }
    }

    /// The receiver's answer is taken out: what is found is told by times.
    @Test func findingsNameTimes() throws {
        let cut = Self.line.callee.count * 9 / 10
        let silent = Self.line.callee.prefix(cut) + [Int16](repeating: 0, count: Self.line.callee.count - cut)
        let wav = WaveFile.wav(Self.interleaved(Self.line.caller, Array(silent)), channels: 2)
        let document = try Self.analyze(wav, "line.wav", status: 1)
        let call = try #require((document["calls"] as? [[String: Any]])?.first)
        #expect((call["fax"] as? [String: Any])?["outcome"] as? String == "failed")
        let findings = try #require(call["findings"] as? [[String: Any]])
        let times = findings.flatMap { $0["times"] as? [[Double]] ?? [] }
        #expect(!times.isEmpty)
        for time in times {
            #expect(time.count == 2)
            #expect(time[0] > 0 && time[0] <= time[1] && time[1] < 60)
        }
        #expect(findings.allSatisfy { ($0["frames"] as? [Any])?.isEmpty == true })
    }

    @Test func silenceIsNoError() throws {
        let document = try Self.analyze(WaveFile.wav([Int16](repeating: 0, count: 16_000), channels: 2), "s.wav")
        #expect((document["calls"] as? [Any])?.count == 1)
    }

    @Test func emptyAndBrokenFilesAreStatus3() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for octets in [WaveFile.wav([Int16](), channels: 1), Array("fLaC nothing behind".utf8)] {
            let file = folder.appending(path: "a.wav")
            try Data(octets).write(to: file)
            let outcome = try AnalyzeCommandTests.run(["analyze", file.path])
            #expect(outcome.status == 3 && outcome.output.isEmpty)
            #expect(outcome.errors.split(separator: "\n").count == 1)
        }
    }
}
