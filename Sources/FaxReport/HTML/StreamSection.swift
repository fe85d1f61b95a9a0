import FaxCore
import PcapDecode
import T30Analyzer

/// Figures of the media streams, trainings, and the symbols that modems received.
struct StreamSection {
    let streams: [MediaStream]
    let place: CallPlace

    static let limit = 40

    func write(to html: inout HTMLWriter) {
        FigureTable(name: "Streams", columns: Self.columns, rows: streams.prefix(Self.limit).map(row), place: place)
            .write(to: &html)
        if streams.count > Self.limit {
            html.element("p", ["class": "quiet"], "\(streams.count - Self.limit) more streams.")
        }
    }

    private static let columns: [FigureTable.Column] = [
        .text("stream"), .text("from"), .text("to"), .number("packets"), .number("lost"), .number("repaired"),
        .number("dup."), .number("reord."), .number("burst"), .number("jitter/ms"), .number("gap/ms"),
        .text("error correction"), .number("skew/ppm"), .number("first frame"), .number("last frame"),
    ]

    private func row(_ stream: MediaStream) -> [FigureTable.Cell] {
        let figures = stream.statistics
        let name = [stream.direction?.rawValue, stream.kind.rawValue, stream.codec].compactMap(\.self)
        return [
            .text(name.joined(separator: " ")), .text("\(stream.from)"), .text("\(stream.to)"), .count(stream.packets),
            .count(figures.lost), .count(figures.recovered), .count(figures.duplicates), .count(figures.reordered),
            .count(figures.longestLossBurst), milliseconds(figures.jitter), milliseconds(figures.maximumGap),
            .text(correction(figures)), .text(figures.clockSkewPPM.flatMap { Decimals.text($0, digits: 0) } ?? "–"),
            .frame(stream.firstFrame), .frame(stream.lastFrame),
        ]
    }

    private func milliseconds(_ duration: Duration?) -> FigureTable.Cell {
        .text(duration.flatMap { Decimals.text($0.inMilliseconds, digits: 1) } ?? "–")
    }

    private func correction(_ figures: StreamStatistics) -> String {
        switch figures.errorCorrection {
        case .redundancy: "redundancy \(figures.redundancyDepth ?? 0)"
        case .fec: "FEC"
        case .some(.none): "none"
        case nil: "–"
        }
    }
}

/// The trainings of a call.
struct TrainingSection {
    let trainings: [Training]
    let start: Instant
    let place: CallPlace

    static let limit = 100

    func write(to html: inout HTMLWriter) {
        let rows = trainings.prefix(Self.limit).enumerated().map { index, training -> [FigureTable.Cell] in
            [
                .text("\(index + 1)"), .text(Clock.seconds(training.time - start, digits: 3)), .frame(training.frame),
                .text(training.modem ?? "?"), .count(training.rateBps), .count(training.errors),
                .count(training.longestZeroRunBits), .text(training.answer ?? "none"),
            ]
        }
        FigureTable(name: "Trainings", columns: Self.columns, rows: rows, place: place).write(to: &html)
    }

    private static let columns: [FigureTable.Column] = [
        .number("#"), .number("time/s"), .number("frame"), .text("modem"), .number("bit/s"), .number("TCF errors"),
        .number("longest run of zeros"), .text("answer"),
    ]
}

/// The symbols of each signal that a modem received, small and side by side.
struct ConstellationSection {
    let bursts: [BurstReport]
    let axis: CallAxis
    let shift: Double

    enum Limit {
        static let bursts = 24
        static let points = 600
    }

    /// Half the side of a picture, in its own units.
    private static let half = 80.0

    func write(to html: inout HTMLWriter) {
        html.element("div", ["class": "constellations"]) { html in
            for (index, burst) in bursts.prefix(Limit.bursts).enumerated() { figure(burst, index + 1, &html) }
        }
        if bursts.count > Limit.bursts {
            html.element("p", ["class": "quiet"], "\(bursts.count - Limit.bursts) more signals; --pictures draws them.")
        }
    }

    private func figure(_ burst: BurstReport, _ number: Int, _ html: inout HTMLWriter) {
        let from = burst.party.map { "\($0.rawValue) " } ?? ""
        let time = Decimals.text(axis.seconds(burst.training.lowerBound) - shift, digits: 2) ?? "?"
        let content = burst.content == .nothing ? "" : " · \(burst.content.rawValue)"
        let name = "\(from)\(burst.modem) \(burst.rateBps) at \(time) s\(content)"
        html.element("figure") { html in
            html.element(
                "svg", ["viewBox": "0 0 160 160", "width": "160", "height": "160", "role": "img", "aria-label": name]
            ) { html in
                // Path data of our own making, longer than texts may be.
                html.append(raw: "<path class=\"grid\" d=\"M0 80h160M80 0v160\"/>")
                html.append(raw: "<path class=\"points\" d=\"\(path(burst))\"/>")
            }
            html.element("figcaption") { html in
                html.element("b", [:], name)
                html.words(burst.isTrained ? " " + ConstellationPicture.quality(burst) : " training failed")
                if burst.badFrames > 0 { html.words(" · \(burst.badFrames) bad frames") }
            }
        }
    }

    private func path(_ burst: BurstReport) -> String {
        let step = max(1, burst.points.count / Limit.points)
        let points = stride(from: 0, to: burst.points.count, by: step).map { burst.points[$0] }
        return ConstellationPicture.path(points, half: Self.half, Self.half, Self.half)
    }
}
