import FaxCore
import FaxDSP
import FaxWire
import Foundation
import TestSupport
import Testing

@Suite struct RecordingTests {
    static let samples: [Int16] = (0..<800).map { Int16(10_000 * sin(Double($0) * 0.7)) }

    /// The octets as a file of that name, for as long as `body` runs.
    private func withFile<Result>(_ octets: [UInt8], _ name: String = "a.wav", _ body: (String) throws -> Result)
        throws -> Result
    {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: name)
        try Data(octets).write(to: file)
        return try body(file.path)
    }

    private func read(_ octets: [UInt8], _ name: String = "a.wav") throws -> Recording {
        try withFile(octets, name) { path in
            try Recording(path: path, form: try #require(RecordingForm.of(path: path)))
        }
    }

    @Test func samplesAsTheyAre() throws {
        let recording = try read(WaveFile.wav(Self.samples, channels: 1))
        #expect(recording.channels == [Self.samples] && recording.warnings.isEmpty)
        #expect(recording.sampleRate == 8_000 && recording.channelCount == 1)
        #expect(recording.format.contains("WAV") && recording.duration == .milliseconds(100))
    }

    @Test func channelsAreKeptApart() throws {
        let interleaved: [Int16] = Self.samples.flatMap { sample -> [Int16] in [sample, sample / 2, 0] }
        let three = try read(WaveFile.wav(interleaved, channels: 3))
        #expect(three.channels == [Self.samples, Self.samples.map { $0 / 2 }])
        #expect(three.warnings.map(\.field) == ["channels"])
        let both = try read(WaveFile.wav(Self.samples.flatMap { sample -> [Int16] in [sample, sample] }, channels: 2))
        #expect(both.channels == [Self.samples] && both.warnings.count == 1)
    }

    @Test(arguments: [G711.muLaw, .aLaw]) func g711(_ law: G711) throws {
        let octets = law.octets(Self.samples)
        let expected = law.samples(octets)
        let wav = try read(WaveFile.wav(octets, law == .muLaw ? .muLaw : .aLaw, channels: 1))
        #expect(wav.channels == [expected])
        let endings = law == .muLaw ? ["ul", "ULAW"] : ["al", "alaw"]
        for ending in endings { #expect(try read(octets, "a.\(ending)").channels == [expected]) }
        let stereo = try withFile(octets, "a.bin") { path in
            #expect(RecordingForm.of(path: path) == nil)
            return try Recording(path: path, form: .raw(law, channels: 2))
        }
        #expect(stereo.channels[0] == stride(from: 0, to: 800, by: 2).map { expected[$0] })
    }

    @Test func otherRatesComeToEightKilohertz() throws {
        let wide = (0..<4_800).map { Int16(8_000 * sin(2 * .pi * 1_000 * Double($0) / 48_000)) }
        let recording = try read(WaveFile.wav(wide, rate: 48_000, channels: 1))
        #expect(recording.channels[0].count == 800 && recording.sampleRate == 48_000)
        for index in 100..<700 {
            let expected = 8_000 * sin(2 * .pi * 1_000 * Double(index) / 8_000)
            #expect(abs(Double(recording.channels[0][index]) - expected) < 3)
        }
    }

    @Test func floatsThatAreNoSamples() throws {
        let floats: [Float] = [0.5, .nan, .infinity, -.infinity, 2, -2, 1, -1, 0]
        let octets = floats.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
        let recording = try read(WaveFile.wav(octets, .float, channels: 1))
        #expect(recording.channels == [[16_384, 0, 0, 0, 32_767, -32_768, 32_767, -32_768, 0]])
        #expect(recording.warnings.map(\.field) == ["samples", "samples"])
    }

    @Test func headersThatLie() throws {
        let cut = try read(WaveFile.wav(Self.samples, channels: 1, claimed: 1_000_000))
        #expect(cut.channels == [Self.samples] && cut.warnings.map(\.field) == ["length"])
        for octets in [
            WaveFile.wav([Int16](), channels: 1), WaveFile.wav(Self.samples, channels: 0),
            WaveFile.wav(Self.samples, rate: 0, channels: 1), WaveFile.wav(Self.samples, rate: 1_000_000, channels: 1),
            WaveFile.wav(Self.samples, channels: 1_000), Array("RIFF\u{0}\u{0}\u{0}\u{0}WAVE".utf8),
        ] {
            #expect(throws: RecordingError.self) { try read(octets) }
        }
    }

    @Test func cutAndChangedFilesNeverTrap() throws {
        let wav = WaveFile.wav(Array(Self.samples.prefix(40)), channels: 2)
        let au: [UInt8] =
            Array(".snd".utf8) + [0, 0, 0, 24, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0x1F, 0x40, 0, 0, 0, 1]
            + [UInt8](repeating: 0x80, count: 40)
        let aiff: [UInt8] =
            Array("FORM".utf8) + [0, 0, 0, 86] + Array("AIFFCOMM".utf8)
            + [0, 0, 0, 18, 0, 1, 0, 0, 0, 20, 0, 16, 0x40, 0x0B, 0xFA, 0, 0, 0, 0, 0, 0, 0] + Array("SSND".utf8)
            + [0, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 7, count: 40)
        var random = SeededRandom(seed: 11)
        for whole in [wav, au, aiff] {
            #expect((try? read(whole)) != nil)
            for length in 0..<whole.count { tryToRead(Array(whole.prefix(length))) }
            for _ in 0..<300 {
                var octets = whole
                for _ in 0..<1 + Int(random.next() % 4) {
                    octets[Int(random.next() % UInt64(min(60, octets.count)))] = UInt8(
                        truncatingIfNeeded: random.next())
                }
                tryToRead(octets)
            }
        }
    }

    /// Whatever comes is a recording of bounded length, or an error.
    private func tryToRead(_ octets: [UInt8]) {
        let recording = try? withFile(octets) { try Recording(path: $0, form: .container) }
        guard let recording else { return }
        #expect(recording.channels.count <= 2 && recording.channels.allSatisfy { $0.count < 100_000 })
    }

    @Test(arguments: [
        ("RIFF1234WAVE", true), ("RIFX1234WAVE", true), ("RF641234WAVE", true), ("fLaC", true), (".snd", true),
        ("FORM1234AIFC", true), ("FORM1234ILBM", false), ("OggS", true), ("RIFF1234AVI ", false), ("RIFF", false),
        ("", false), ("\u{0A}\u{0D}\u{0D}\u{0A}", false),
    ]) func contentTells(_ first: String, _ isContainer: Bool) throws {
        #expect(RecordingForm.isContainer(Array(first.utf8)) == isContainer)
        try withFile(Array(first.utf8)) { #expect(RecordingForm.of(path: $0) == (isContainer ? .container : nil)) }
    }

    @Test func capturesWithAWrongNameAreNoRecordings() throws {
        try withFile([0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0], "a.ul") { #expect(RecordingForm.of(path: $0) == nil) }
        #expect(RecordingForm.of(path: "/nonexistent.ul") == nil && RecordingForm.of(path: "/dev/null") == nil)
    }
}
