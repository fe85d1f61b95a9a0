import FaxCore
import PcapDecode
import T30Analyzer

/// What the timeline of a call draws, as data for the report's script. Second 0 is that of the ladder.
struct TimelineData {
    enum Limit {
        static let items = 6_000
        static let losses = 4_000
        static let streams = 8
        /// Columns of one side's spectrogram, and of one of its pictures.
        static let columns = 4_000
        static let columnsPerPicture = 400
        static let columnsPerSecond = 40.0
    }

    private let analyzed: AnalyzedCall
    private let place: CallPlace
    private let ladder: LadderTable
    private let axis: CallAxis
    private let sides: [PictureSide]
    /// Between the second 0 of the pictures' axis and that of the ladder.
    private let shift: Double

    init(_ analyzed: AnalyzedCall, _ place: CallPlace, _ ladder: LadderTable) {
        self.analyzed = analyzed
        self.place = place
        self.ladder = ladder
        axis = CallAxis(analyzed)
        sides = PictureSide.sides(analyzed, axis: axis)
        shift = axis.seconds(analyzed.call.firstTime)
    }

    func value(marks: [Int: [Int]], pictures: inout ByteBudget) -> JSONValue {
        let lanes = sides.map { side in self.lane(side, &pictures) }
        let fields = FrameFields(analyzed.fax, ladder)
        return .object([
            .init("from", seconds(0)), .init("to", seconds(axis.length.inSeconds)),
            .init("phases", .array(analyzed.fax.phases.map(phase))),
            .init("sip", .array(SignallingMark.marks(analyzed, axis: axis).map(mark))),
            .init("sides", .array(lanes)),
            .init("streams", .array(analyzed.call.streams.prefix(Limit.streams).compactMap(stream))),
            .init("marks", .array(places(marks))),
            .init("fields", .array(fields.sets)), .init("fieldsOf", .object(fields.ofSteps)),
        ])
    }

    // MARK: - Values

    /// Seconds on the pictures' axis as seconds on the ladder's, to a tenth of a millisecond.
    private func seconds(_ value: Double) -> JSONValue { .measure(value - shift, digits: 4) }

    private func frame(_ frame: FrameRef?) -> JSONValue { .optional(place.number(frame)) }

    private func text(_ text: String) -> JSONValue { .string(TerminalText.harmless(text, limit: 300)) }

    private func phase(_ span: PhaseSpan) -> JSONValue {
        .array([.string(span.phase.rawValue), seconds(axis.seconds(span.start)), seconds(axis.seconds(span.end))])
    }

    private func mark(_ mark: SignallingMark) -> JSONValue {
        .array([
            seconds(mark.time), text(mark.label), text(mark.title), frame(mark.frame), .optional(mark.from?.rawValue),
        ])
    }

    private func places(_ marks: [Int: [Int]]) -> [JSONValue] {
        marks.sorted { $0.key < $1.key }.flatMap { index, numbers in
            numbers.map { number in
                .array([.integer(number), seconds(axis.seconds(ladder.steps[index].time)), .integer(index)])
            }
        }
    }

    // MARK: - Sides

    private func lane(_ side: PictureSide, _ pictures: inout ByteBudget) -> JSONValue {
        .object([
            .init("name", text(side.name)), .init("codecs", .string(side.codecs)),
            .init("party", .optional(side.party?.rawValue)),
            .init("items", .array(side.items.prefix(Limit.items).map(item))),
            .init("dropped", .integer(max(0, side.items.count - Limit.items))),
            .init(
                "losses",
                .array(
                    side.losses.prefix(Limit.losses).map { loss in
                        .array([seconds(loss.start), seconds(loss.end), .string(loss.kind.style)])
                    })),
            .init("pictures", .array(side.track.map { spectrogram($0, &pictures) } ?? [])),
        ])
    }

    private func item(_ item: PictureItem) -> JSONValue {
        .object([
            .init("s", seconds(item.start)), .init("e", seconds(item.end)), .init("k", .string(item.kind.rawValue)),
            .init("l", .array(item.labels.map(text))), .init("t", text(item.title)), .init("f", frame(item.frame)),
            .init("told", .bool(item.isTold)), .init("bad", .bool(item.isDamaged)),
            .init(
                "flaws",
                .array(item.flaws.prefix(500).map { .array([seconds($0.lowerBound), seconds($0.upperBound)]) })
            ),
        ])
    }

    private func spectrogram(_ track: SoundTrack, _ pictures: inout ByteBudget) -> [JSONValue] {
        let length = max(1, axis.length.inSeconds)
        let perSecond = min(Limit.columnsPerSecond, Double(Limit.columns) / length)
        var image = SpectrogramImage()
        var found: [JSONValue] = []
        let total = Int((length * perSecond).rounded(.up))
        for column in stride(from: 0, to: total, by: Limit.columnsPerPicture) {
            let (start, count) = (Double(column) / perSecond, min(Limit.columnsPerPicture, total - column))
            guard let png = image.png(track, start: start, columns: count, perSecond: perSecond) else { continue }
            let text = PageSection.base64(png)
            guard pictures.take(text.utf8.count, isFailed: analyzed.fax.outcome.isFailure) else { continue }
            found.append(.array([seconds(start), seconds(start + Double(count) / perSecond), .string(text)]))
        }
        return found
    }

    // MARK: - Streams

    private func stream(_ stream: MediaStream) -> JSONValue? {
        guard let series = StreamSeries(stream, formats: analyzed.call.signalling.sessions) else { return nil }
        let name = [stream.direction?.rawValue, stream.kind.rawValue, stream.codec].compactMap(\.self)
        return .object([
            .init("name", text(name.joined(separator: " "))), .init("way", text("\(stream.from) → \(stream.to)")),
            .init("start", seconds(axis.seconds(series.start))),
            .init("step", .measure(series.interval.inSeconds, digits: 3)),
            .init("packets", .array(series.packets.map { .integer($0) })),
            .init("lost", .array(series.lost.map { .integer($0) })),
            .init("repaired", .array(series.repaired.map { .integer($0) })),
            .init("jitter", .array(series.jitter.map { .measure($0, digits: 2) })),
            .init("delay", .array(series.delay.map { .measure($0, digits: 2) })),
            .init("gap", .array(series.gap.map { .measure($0, digits: 1) })),
        ])
    }
}
