import FaxCore
import Foundation
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

@testable import FaxReport

@Suite struct CallPictureTests {
    static func read(_ analyzed: AnalyzedCall) throws -> SVGReading {
        try #require(SVGReading(CallPicture.svg(analyzed)))
    }

    /// What our pictures are made of; anything else came from elsewhere.
    static let elements: Set = ["svg", "title", "style", "rect", "line", "path", "text", "image"]

    static func tone(_ hz: Double, seconds: Double) -> [Int16] {
        (0..<Int(seconds * 8_000)).map { Int16(8_000 * sin(2 * .pi * hz * Double($0) / 8_000)) }
    }

    /// The sample call with 4 s of sound from the caller.
    static func heard() throws -> AnalyzedCall {
        var analyzed = try SampleCall.analyzed()
        analyzed.fax.audio = [
            SessionAudio(
                party: .caller, stream: 0,
                timeline: AudioTimeline(samples: tone(1_000, seconds: 4), start: SampleCall.at(500)))
        ]
        return analyzed
    }

    @Test func everythingHasItsLabel() throws {
        let picture = try Self.read(Self.heard())
        let texts = picture.texts.map(\.text)
        for label in ["CSI", "DIS", "DCS", "CFR", "PPS-EOP", "MCF", "caller", "callee", "SIP (→ from the caller)"] {
            #expect(texts.contains(label), "\(label)")
        }
        #expect(texts.contains { $0.hasPrefix("Call 1: Fax delivered") })
        #expect(texts.contains { $0.contains("TSI \"+1 555 0100\"") })
        #expect(texts.contains { $0.contains("→INVITE") })
        #expect(picture.titles.contains { $0.contains("FCD 0–3, 7–8") })
        // The scale of levels, and one side that has sound in the one row of 30 s.
        #expect(picture.images.count == 2)
        #expect(picture.images.allSatisfy { $0.hasPrefix("data:image/png;base64,iVBORw0KGgo") })
        #expect(Set(picture.elements).isSubset(of: Self.elements))
    }

    /// T.38 has no sound: its signals are there without a spectrogram.
    @Test func aCallWithoutSoundHasItsLanes() throws {
        let picture = try Self.read(SampleCall.analyzed())
        #expect(picture.images.isEmpty)
        #expect(picture.texts.contains { $0.text == "DIS" } && picture.classes.contains("page"))
    }

    @Test func nothingHostileGetsOut() throws {
        var analyzed = try Self.heard()
        let hostile = "<script>alert('x')</script>&amp;\"]]>\u{0}\u{1B}[31m\u{FFFE}\u{202E}"
        analyzed.call.signalling.callerAgent = hostile
        analyzed.call.signalling.caller = hostile
        analyzed.call.signalling.steps[0].method = hostile
        analyzed.call.signalling.steps[0].summary = hostile
        analyzed.call.streams[0].codec = hostile
        analyzed.fax.senderID = hostile
        analyzed.fax.carriedBy = hostile
        analyzed.fax.messages[0].name = hostile
        analyzed.fax.signals[0].name = hostile
        analyzed.fax.signals[0].end = SampleCall.at(8_000)
        let svg = CallPicture.svg(analyzed)
        #expect(!svg.contains("<script") && !svg.contains("\u{1B}") && !svg.contains("\u{202E}"))
        let picture = try #require(SVGReading(svg))
        #expect(Set(picture.elements).isSubset(of: Self.elements))
        #expect(
            picture.attributeNames.isSubset(of: [
                "xmlns", "width", "height", "viewBox", "fill", "x", "y", "x1", "y1", "x2", "y2", "d", "class", "href",
                "text-anchor", "preserveAspectRatio",
            ]))
        #expect(picture.texts.contains { $0.text.contains("<script>alert('x')</script>&amp;\"]]>\\x00\\x1b[31m") })
    }

    @Test func fourHoursAreBounded() throws {
        var analyzed = try SampleCall.analyzed()
        let end = SampleCall.start + .seconds(4 * 3_600)
        analyzed.call.lastTime = end
        analyzed.fax.audio = [(0, SampleCall.start), (1, end - .seconds(3))].map {
            SessionAudio(
                party: .caller, stream: $0.0,
                timeline: AudioTimeline(samples: Self.tone(2_100, seconds: 2), start: $0.1))
        }
        let svg = CallPicture.svg(analyzed)
        #expect(svg.utf8.count < 100_000)
        let picture = try #require(SVGReading(svg))
        #expect(picture.width <= 4_000 && picture.height < 2_000)
        #expect(picture.images.count == 3)
        #expect(picture.texts.contains { $0.text == "Nothing from 600 s to 13800 s." })
    }

    /// Frames of pages are one box; others, however many, are drawn as far as they can be told apart.
    @Test(arguments: ["FCD 7", "RNR"]) func tenThousandFramesAreBounded(_ name: String) throws {
        var analyzed = try SampleCall.analyzed()
        analyzed.fax.messages = (0..<10_000).map { SampleCall.message(3_000 + $0 * 40, 50, .caller, name, []) }
        analyzed.call.lastTime = SampleCall.at(3_000 + 400_000)
        for index in stride(from: 0, to: 10_000, by: 3) { analyzed.fax.messages[index].crcOK = false }
        let svg = CallPicture.svg(analyzed)
        #expect(svg.utf8.count < (name == "RNR" ? 3_000_000 : 150_000))
        let picture = try #require(SVGReading(svg))
        #expect(picture.height < 10_000)
        #expect(picture.classes.count { $0 == "page" } == (name == "RNR" ? 0 : 13))
    }

    @Test func aPictureOfTooManySignsSaysSo() throws {
        var analyzed = try SampleCall.analyzed()
        analyzed.fax.messages = (0..<30_000).map {
            SampleCall.message($0 * 20, 50, $0 % 2 == 0 ? .caller : .callee, "RR", [])
        }
        analyzed.call.lastTime = SampleCall.at(600_000)
        let picture = try Self.read(analyzed)
        #expect(picture.classes.count { $0 == "command" } <= PictureLayout.elementLimit + 1)
        #expect(picture.texts.contains { $0.text.hasPrefix("More than 20000 signs") })
    }

    /// A row with what was lost: red; what came again: amber.
    @Test func lossesAreMarked() throws {
        var analyzed = try SampleCall.analyzed()
        for (index, recovered) in [0, 2].enumerated() {
            let time = SampleCall.at(5_000 + 1_000 * index)
            analyzed.call.streams[0].statistics.gaps.append(
                SequenceGap(
                    firstMissing: 7, count: 2, recovered: recovered, before: SampleCall.frame(40),
                    after: SampleCall.frame(41), time: time...time + .milliseconds(60)))
        }
        let classes = try Self.read(analyzed).classes
        // In the legend and in the row.
        #expect(classes.count { $0 == "lost" } == 2 && classes.count { $0 == "repaired" } == 2)
    }

    @Test func labelsNeverTouch() {
        var random = SeededRandom(seed: 5)
        for _ in 0..<200 {
            var x = 0.0
            var wanted: [LabelStack.Label] = []
            for index in 0..<40 {
                x += random.unit() * 30
                wanted.append(LabelStack.Label(x: x, text: String(repeating: "W", count: 1 + index % 7)))
            }
            let stack = LabelStack(wanted, right: 500, size: 10, limit: 3)
            #expect(stack.labels.count + stack.dropped == 40 && stack.levels <= 3)
            for level in 0..<3 {
                let row = stack.labels.filter { $0.level == level }
                for (left, right) in zip(row, row.dropFirst()) {
                    #expect(left.textX + TextWidth.of(left.text, size: 10) <= right.textX)
                }
                #expect(row.allSatisfy { $0.textX + TextWidth.of($0.text, size: 10) <= 500 })
            }
        }
    }

    /// A real V.17 call without loss: TCF and one page.
    @Test func constellationsOfARealCall() throws {
        var calls: [AnalyzedCall] = []
        let path = Corpus.file("captures/03-g711u-clean-1page/capture.pcap").path(percentEncoded: false)
        var options = AnalysisRunner.Options()
        options.decoder.keepsAudio = true
        _ = try AnalysisRunner(options).run(try CaptureInput(path: path)) { calls.append($0) }
        var analyzed = try #require(calls.first)
        let bursts = analyzed.fax.bursts
        #expect(bursts.count == 2 && bursts.allSatisfy { $0.points.count > 400 && $0.points.count <= 1_024 })
        let drawn = ConstellationPicture.svg(analyzed)
        let svg = try #require(drawn)
        let picture = try #require(SVGReading(svg))
        #expect(picture.classes.count { $0 == "points" } == 2)
        #expect(svg.split(separator: "h0").count == bursts.reduce(1) { $0 + $1.points.count })
        #expect(picture.texts.contains { $0.text == "1 · caller · V.17 14400 long" })
        #expect(picture.texts.contains { $0.text == "2 · caller · V.17 14400 short" })
        #expect(picture.texts.count { $0.text.hasPrefix("EVM ") && $0.text.contains(" dBm0") } == 2)

        analyzed.fax.bursts = (0..<500).map { bursts[$0 % 2] }
        let manyDrawn = ConstellationPicture.svg(analyzed)
        let many = try #require(manyDrawn)
        #expect(many.utf8.count < 2_500_000)
        let all = try #require(SVGReading(many))
        #expect(all.texts.contains { $0.text.hasPrefix("The first 96 of 500 bursts") })
        analyzed.fax.bursts = []
        #expect(ConstellationPicture.svg(analyzed) == nil)
    }

    @Test func levelsBecomeShades() {
        #expect(SpectrogramImage.pixel(-100) == 1 && SpectrogramImage.pixel(0) == 63)
        #expect(SpectrogramImage.palette.count == 64)
        #expect(SpectrogramImage.palette[1] == (255, 255, 255) && SpectrogramImage.palette[63] == (8, 20, 62))
        #expect(zip(1..<63, 2...63).allSatisfy { SpectrogramImage.palette[$0].red >= SpectrogramImage.palette[$1].red })
    }

    @Test func filesThatExistAreKept() throws {
        let path = PageFolderTests.folder()
        try PictureFolder(path: path, overwrites: false).write(SampleCall.analyzed(), prefix: "file-1-")
        let failure = try #require(throws: OutputFolder.Failure.self) {
            try PictureFolder(path: path, overwrites: false).write(SampleCall.analyzed(), prefix: "file-1-")
        }
        #expect(failure.description == "\(path)/file-1-call-1.svg exists: --force overwrites it")
        try PictureFolder(path: path, overwrites: true).write(SampleCall.analyzed(), prefix: "file-1-")
    }
}
