import FaxCore

/// One row of a call's picture: a stretch of time with the SIP messages above, and below for each side its losses, its
/// spectrogram and its signals.
struct PictureRow {
    private typealias Layout = PictureLayout

    let start: Double
    let seconds: Double
    /// Where the call's axis ends.
    let end: Double
    private var perSecond: Double { Layout.plot / seconds }

    init(start: Double, seconds: Double, end: Double) {
        self.start = start
        self.seconds = seconds
        self.end = end
    }

    /// Seconds of the call in this row.
    private var shown: ClosedRange<Double> { start...max(start, min(start + seconds, end)) }

    private func x(_ time: Double) -> Double {
        Layout.left + (max(shown.lowerBound, min(shown.upperBound, time)) - start) * perSecond
    }

    private func isHere(_ from: Double, _ to: Double) -> Bool {
        to >= start && (from < start + seconds || from == end) && from <= shown.upperBound
    }

    func isEmpty(_ sides: [PictureSide], _ marks: [SignallingMark]) -> Bool {
        let places = Int(start * 8_000)..<Int((start + seconds) * 8_000)
        return !marks.contains { isHere($0.time, $0.time) }
            && !sides.contains { side in
                side.items.contains { isHere($0.start, $0.end) } || side.losses.contains { isHere($0.start, $0.end) }
                    || side.track?.hasSound(in: places) == true
            }
    }

    // MARK: - Drawing

    /// Draws downwards from `top`. `room`: elements that may still be drawn. Returns where the row ends.
    func draw(
        _ canvas: inout SVGCanvas, top: Double, sides: [PictureSide], marks: [SignallingMark],
        phases: [(name: String, start: Double, end: Double)], image: inout SpectrogramImage, room: inout Int
    ) -> Double {
        let here = Array(marks.filter { isHere($0.time, $0.time) }.prefix(max(0, room)))
        room -= here.count
        let stack = signallingLabels(here)
        let axis = top + Double(stack.levels) * Layout.labelRow + 12
        drawAxis(&canvas, axis)
        var y = axis + 4
        if drawPhases(&canvas, y, phases) { y += 12 }
        for side in sides { y = draw(side, &canvas, y + 5, &image, &room) }
        drawSignalling(&canvas, here, stack, axis: axis, bottom: y)
        return y
    }

    private func drawAxis(_ canvas: inout SVGCanvas, _ y: Double) {
        canvas.line(Layout.left, y, Layout.left + (shown.upperBound - start) * perSecond, y, "axis")
        canvas.text("time/s", Layout.left - 6, y - 1, "small", anchor: .end)
        let tick = Layout.tick(rowSeconds: seconds)
        for time in stride(from: (start / tick).rounded(.up) * tick, through: shown.upperBound, by: tick) {
            canvas.line(x(time), y - 4, x(time), y, "axis")
            canvas.text(SVGCanvas.number(time), x(time) + 3, y - 2, "small")
        }
    }

    private func drawPhases(
        _ canvas: inout SVGCanvas, _ y: Double, _ phases: [(name: String, start: Double, end: Double)]
    ) -> Bool {
        var any = false
        for (index, phase) in phases.enumerated() where isHere(phase.start, phase.end) && phase.end > phase.start {
            let (from, to) = (x(phase.start), x(phase.end))
            guard to - from >= 1 else { continue }
            any = true
            canvas.rect(from, y, to - from, 11, "phase\(index % 2)", title: "phase \(phase.name)")
            let text = to - from > 60 ? "phase \(phase.name)" : phase.name
            if to - from > 12 { canvas.text(text, (from + to) / 2, y + 8.5, "small", anchor: .middle) }
        }
        return any
    }

    // MARK: - SIP

    /// Messages that follow each other closely share a label.
    private func signallingLabels(_ marks: [SignallingMark]) -> LabelStack {
        var wanted: [LabelStack.Label] = []
        for mark in marks {
            if let last = wanted.last, x(mark.time) - last.x < 10 {
                wanted[wanted.count - 1].text += " " + mark.label
            } else {
                wanted.append(LabelStack.Label(x: x(mark.time), text: mark.label))
            }
        }
        for index in wanted.indices {
            wanted[index].text = TextWidth.cut(wanted[index].text, to: 330, size: Layout.type)
        }
        return LabelStack(
            wanted, right: Layout.width - 4, size: Layout.type, limit: Layout.labelRows)
    }

    private func drawSignalling(
        _ canvas: inout SVGCanvas, _ marks: [SignallingMark], _ stack: LabelStack, axis: Double, bottom: Double
    ) {
        for mark in marks { canvas.line(x(mark.time), axis - 12, x(mark.time), bottom, "siplines", title: mark.title) }
        for label in stack.labels {
            let y = axis - 13 - Double(label.level) * Layout.labelRow
            if label.level > 0 { canvas.line(label.x, y + 1, label.x, axis - 12, "siplines") }
            canvas.text(label.text, label.textX + (label.textX < label.x ? 0 : 1), y - 1, "sip")
        }
    }

    // MARK: - Sides

    private func draw(
        _ side: PictureSide, _ canvas: inout SVGCanvas, _ top: Double, _ image: inout SpectrogramImage,
        _ room: inout Int
    ) -> Double {
        var y = top
        let nameY = y + 13
        if drawLosses(side, &canvas, y) { y += Layout.losses + 2 }
        if drawSpectrogram(side, &canvas, y, &image) { y += Double(SpectrogramImage.heightPx) + 3 }
        canvas.text(TextWidth.cut(side.name, to: Layout.left - 34, size: 12), 6, nameY, "side")
        if !side.codecs.isEmpty {
            canvas.text(TextWidth.cut(side.codecs, to: Layout.left - 30, size: 9), 6, nameY + 12, "small")
        }
        // A line whose parties are told apart has its signals with them.
        let hasLane = side.track == nil || !side.items.isEmpty || side.party != nil
        return max(hasLane ? drawItems(side, &canvas, y, &room) : y, nameY + 14)
    }

    /// One stroke a pixel at most.
    private func drawLosses(_ side: PictureSide, _ canvas: inout SVGCanvas, _ y: Double) -> Bool {
        var paths = PictureSide.Loss.Kind.allCases.map { _ in "" }
        var drawn = paths.map { _ in -Double.infinity }
        for loss in side.losses where isHere(loss.start, loss.end) {
            let kind = loss.kind.rawValue
            let from = max(x(loss.start), drawn[kind])
            let to = max(x(loss.end), x(loss.start) + 1.5)
            guard to - from >= 0.5 else { continue }
            paths[kind] += "M\(SVGCanvas.number(from)) \(SVGCanvas.number(y + 3.5))H\(SVGCanvas.number(to))"
            drawn[kind] = to
        }
        for kind in PictureSide.Loss.Kind.allCases { canvas.path(paths[kind.rawValue], kind.style) }
        return paths.contains { !$0.isEmpty }
    }

    private func drawSpectrogram(
        _ side: PictureSide, _ canvas: inout SVGCanvas, _ y: Double, _ image: inout SpectrogramImage
    ) -> Bool {
        let columns = Int(((shown.upperBound - start) * perSecond).rounded(.up))
        guard let track = side.track,
            let png = image.png(track, start: start, columns: columns, perSecond: perSecond)
        else { return false }
        let height = Double(SpectrogramImage.heightPx)
        canvas.image(png: png, Layout.left, y, Double(columns), height)
        for kilohertz in 0...4 {
            let line = y + height * Double(4 - kilohertz) / 4
            let unit = kilohertz == 4 ? " kHz" : ""
            canvas.text("\(kilohertz)\(unit)", Layout.left - 5, line + (kilohertz == 4 ? 8 : 3), "small", anchor: .end)
            if (1...3).contains(kilohertz) {
                canvas.line(Layout.left, line, Layout.left + Double(columns), line, "grid")
            }
        }
        let tick = Layout.tick(rowSeconds: seconds)
        for time in stride(from: (start / tick).rounded(.up) * tick, to: shown.upperBound, by: tick) where time > start
        {
            canvas.line(x(time), y, x(time), y + height, "grid")
        }
        canvas.rect(Layout.left, y, Double(columns), height, "frame")
        return true
    }

    private func drawItems(_ side: PictureSide, _ canvas: inout SVGCanvas, _ y: Double, _ room: inout Int) -> Double {
        var wanted: [LabelStack.Label] = []
        var last: (kind: PictureItem.Kind, pixel: Double)?
        for item in side.items where isHere(item.start, item.end) {
            let (from, to) = (x(item.start), max(x(item.end), x(item.start) + 1.5))
            // A box in the pixel of another one would not be seen.
            if let last, last.kind == item.kind, to <= last.pixel + 1 { continue }
            guard room > 0 else { break }
            room -= 1
            last = (item.kind, to)
            canvas.rect(
                from, y, to - from, Layout.lane, item.isDamaged ? "damaged" : item.kind.rawValue, title: item.title)
            drawFlaws(item, &canvas, y)
            if let label = item.labels.first(where: { TextWidth.of($0, size: Layout.type) + 4 <= to - from }) {
                canvas.text(label, (from + to) / 2, y + 12, "label", anchor: .middle)
            } else if item.isTold, item.start >= start, let label = item.labels.last {
                wanted.append(LabelStack.Label(x: from + 1, text: label))
            }
        }
        let stack = LabelStack(wanted, right: Layout.width - 4, size: Layout.type, limit: Layout.labelRows)
        for label in stack.labels {
            let base = y + Layout.lane + 10 + Double(label.level) * Layout.labelRow
            canvas.line(label.x, y + Layout.lane, label.x, base, "hang")
            canvas.text(label.text, label.textX + (label.textX < label.x ? -2 : 2), base, "label")
        }
        return y + Layout.lane + Double(stack.levels) * Layout.labelRow + 3
    }

    private func drawFlaws(_ item: PictureItem, _ canvas: inout SVGCanvas, _ y: Double) {
        var path = ""
        var drawn = -Double.infinity
        for flaw in item.flaws where isHere(flaw.lowerBound, flaw.upperBound) {
            let from = max(x(flaw.lowerBound), drawn)
            let to = max(x(flaw.upperBound), x(flaw.lowerBound) + 1)
            guard to - from >= 0.5 else { continue }
            path += "M\(SVGCanvas.number(from)) \(SVGCanvas.number(y + 2.5))H\(SVGCanvas.number(to))"
            drawn = to
        }
        canvas.path(path, "flaw")
    }
}
