import FaxCore
import FaxDSP
import FaxWire
import Foundation
import PcapDecode
import T30Analyzer
import Testing

@testable import FaxReport

@Suite struct RecordingFolderTests {
    /// A call whose two directions begin at different times; the callee's stream has lost its third packet of 20 ms.
    static func analyzed(fill: AudioFill = .standard) throws -> AnalyzedCall {
        var analyzed = try SampleCall.analyzed()
        analyzed.fax.audio = [
            SessionAudio(
                party: .callee, stream: 1,
                timeline: AudioTimeline(log(start: SampleCall.at(400), lost: 2), fill: fill)),
            SessionAudio(
                party: .caller, stream: 0,
                timeline: AudioTimeline(samples: (0..<800).map { Int16($0 + 1) }, start: SampleCall.at(350))),
        ]
        return analyzed
    }

    /// Five packets of PCMU, all samples of packet n being octet 0x90 + n.
    static func log(start: Instant, lost: Int) -> AudioLog {
        var log = AudioLog()
        log.formats = [0: "PCMU"]
        for index in 0..<5 where index != lost {
            let packet = AudioLog.Packet(
                sequence: UInt16(index), timestamp: UInt32(160 * index), payloadType: 0, marker: false,
                frame: FrameRef(number: UInt32(30 + index)), time: start + .milliseconds(20 * index), offset: 0,
                length: 0)
            log.append(packet, payload: [UInt8](repeating: 0x90 + UInt8(index), count: 160).span.bytes)
        }
        return log
    }

    /// The channels of a WAV file of 16-bit samples at 8 kHz (RIFF: format in the first chunk, samples in the last).
    static func channels(_ wav: [UInt8]) throws -> [[Int16]] {
        func number(_ at: Int, _ octets: Int) -> Int {
            (0..<octets).reduce(0) { $0 | Int(wav[at + $1]) << (8 * $1) }
        }
        #expect(Array(wav[0..<4]) == Array("RIFF".utf8) && Array(wav[8..<16]) == Array("WAVEfmt ".utf8))
        #expect(number(4, 4) == wav.count - 8)
        #expect(number(20, 2) == 1 && number(24, 4) == 8_000 && number(34, 2) == 16)
        let count = number(22, 2)
        #expect(Array(wav[36..<40]) == Array("data".utf8) && number(40, 4) == wav.count - 44)
        return (0..<count).map { channel in
            stride(from: 44 + 2 * channel, to: wav.count, by: 2 * count).map {
                Int16(truncatingIfNeeded: number($0, 2))
            }
        }
    }

    @Test func everySampleLiesAtItsTime() throws {
        let path = PageFolderTests.folder()
        try RecordingFolder(path: path, overwrites: false).write(Self.analyzed())
        let channels = try Self.channels(PageFolderTests.octets(path + "/call-1.wav"))
        try #require(channels.count == 2)
        // 350 ms and 400 ms after the call's first packet, at 8 samples a millisecond.
        #expect(
            channels[0] == [Int16](repeating: 0, count: 2_800) + (1...800).map { Int16($0) }
                + [Int16](repeating: 0, count: 400))
        let heard = [0, 1, 1, 3, 4].flatMap { [Int16](repeating: G711.muLaw.sample(0x90 + UInt8($0)), count: 160) }
        #expect(channels[1] == [Int16](repeating: 0, count: 3_200) + heard)
    }

    @Test(arguments: [AudioFill.silence, .close]) func aGapThatIsNotFilledIsSilence(_ fill: AudioFill) throws {
        let path = PageFolderTests.folder()
        try RecordingFolder(path: path, overwrites: false).write(Self.analyzed(fill: fill))
        let callee = try Self.channels(PageFolderTests.octets(path + "/call-1.wav"))[1]
        #expect(callee[3_520..<3_680].allSatisfy { $0 == 0 })
        #expect(callee[3_519] == G711.muLaw.sample(0x91) && callee[3_680] == G711.muLaw.sample(0x93))
        #expect(callee.count == 4_000)
    }

    @Test func gapsAndSignalsAreLabels() throws {
        let path = PageFolderTests.folder()
        var analyzed = try Self.analyzed()
        analyzed.fax.messages[0].name = "CSI\t\n\u{202E}x"
        try RecordingFolder(path: path, overwrites: false).write(analyzed, prefix: "file-2-")
        let gaps = String(decoding: try PageFolderTests.octets(path + "/file-2-call-1-gaps.txt"), as: UTF8.self)
        #expect(gaps == "0.440000\t0.460000\tcallee: 1 packet lost (between frames 31 and 33)\n")
        let signals = String(decoding: try PageFolderTests.octets(path + "/file-2-call-1-signals.txt"), as: UTF8.self)
        let lines = signals.split(separator: "\n")
        #expect(lines.count == analyzed.fax.signals.count + analyzed.fax.messages.count)
        #expect(lines[0] == "4.000000\t4.500000\tcaller: CNG")
        #expect(lines[3] == "7.600000\t7.700000\tcallee: CSI\\x09\\x0a\\u{202e}x")
    }

    @Test func aLineWithBothPartiesIsOneChannel() throws {
        var analyzed = try SampleCall.analyzed()
        analyzed.fax.audio = [
            SessionAudio(
                party: nil, stream: 0, timeline: AudioTimeline(samples: [5, 6, 7], start: SampleCall.start))
        ]
        let path = PageFolderTests.folder()
        try RecordingFolder(path: path, overwrites: false).write(analyzed)
        #expect(try Self.channels(PageFolderTests.octets(path + "/call-1.wav")) == [[5, 6, 7]])
    }

    /// The side that is not in the capture is silent, and the caller stays left.
    @Test func aMissingSideIsSilent() throws {
        var analyzed = try Self.analyzed()
        analyzed.fax.audio.removeLast()
        let path = PageFolderTests.folder()
        try RecordingFolder(path: path, overwrites: false).write(analyzed)
        let channels = try Self.channels(PageFolderTests.octets(path + "/call-1.wav"))
        #expect(channels.count == 2 && channels[0].allSatisfy { $0 == 0 } && channels[1].contains { $0 != 0 })
    }

    /// Two streams of one side at once: the longer one is heard, the other where it is alone.
    @Test func streamsOfOneSideShareTheChannel() throws {
        var analyzed = try SampleCall.analyzed()
        analyzed.fax.audio = [
            SessionAudio(
                party: .caller, stream: 0,
                timeline: AudioTimeline(samples: [Int16](repeating: 1, count: 100), start: SampleCall.start)),
            SessionAudio(
                party: .caller, stream: 1,
                timeline: AudioTimeline(
                    samples: [Int16](repeating: 2, count: 200), start: SampleCall.start + .microseconds(125 * 60))),
        ]
        let axis = CallAxis(analyzed)
        let track = try #require(SoundTrack.tracks(analyzed, axis: axis).first)
        var samples = [Int16](repeating: -1, count: 300)
        track.read(from: 0, into: &samples)
        #expect(
            samples == [Int16](repeating: 1, count: 60) + [Int16](repeating: 2, count: 200)
                + [Int16](repeating: 0, count: 40))
        #expect(track.hasSound(in: 259..<300) && !track.hasSound(in: 260..<300))
    }

    /// A clock that lies by years makes no file of years.
    @Test func theAxisIsBounded() throws {
        var analyzed = try Self.analyzed()
        analyzed.call.firstTime = .zero
        analyzed.fax.audio.append(
            SessionAudio(
                party: .caller, stream: 3,
                timeline: AudioTimeline(samples: [9, 9], start: .distantFuture - .seconds(9))))
        let axis = CallAxis(analyzed)
        #expect(axis.isCut && axis.length == CallAxis.limit && axis.start == SampleCall.at(350))
        let path = PageFolderTests.folder()
        try RecordingFolder(path: path, overwrites: false).write(analyzed)
        let channels = try Self.channels(PageFolderTests.octets(path + "/call-1.wav"))
        #expect(channels[0] == (1...800).map { Int16($0) } + [Int16](repeating: 0, count: 400))
    }

    @Test func filesThatExistAreKept() throws {
        let path = PageFolderTests.folder()
        try RecordingFolder(path: path, overwrites: false).write(Self.analyzed())
        let failure = try #require(throws: OutputFolder.Failure.self) {
            try RecordingFolder(path: path, overwrites: false).write(Self.analyzed())
        }
        #expect(failure.description == "\(path)/call-1.wav exists: --force overwrites it")
        try RecordingFolder(path: path, overwrites: true).write(Self.analyzed())
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: path).sorted()
                == ["call-1-gaps.txt", "call-1-signals.txt", "call-1.wav"])
    }

    @Test func aFullFileSystemIsAClearError() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        defer { close(full) }
        let analyzed = try Self.analyzed()
        let tracks = SoundTrack.tracks(analyzed, axis: CallAxis(analyzed))
        let failure = try #require(throws: WAVWriter.Failure.self) {
            try RecordingFolder.write(RecordingFolder.channels(tracks), count: 100_000, to: full)
        }
        #expect(failure.description == "No space left on device")
    }
}
