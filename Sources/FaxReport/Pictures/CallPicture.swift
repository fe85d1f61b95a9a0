import FaxCore
import PcapDecode
import T30Analyzer

/// A call on its time axis as an SVG document: spectrograms, T.30 signals and frames, losses, SIP.
struct CallPicture {
    private typealias Layout = PictureLayout

    private let analyzed: AnalyzedCall
    private let axis: CallAxis
    private let sides: [PictureSide]
    private let marks: [SignallingMark]
    private var canvas = SVGCanvas()
    private var y = 0.0
    private var room = PictureLayout.elementLimit

    init(_ analyzed: AnalyzedCall) {
        self.analyzed = analyzed
        axis = CallAxis(analyzed)
        sides = PictureSide.sides(analyzed, axis: axis)
        marks = SignallingMark.marks(analyzed, axis: axis)
    }

    static func svg(_ analyzed: AnalyzedCall) -> String {
        var picture = CallPicture(analyzed)
        picture.drawHeader()
        picture.drawLegend()
        picture.drawRows()
        picture.drawNotes()
        return picture.canvas.document(
            width: Layout.width, height: picture.y + 14, title: "call \(analyzed.call.id)", style: Layout.style)
    }

    // MARK: - Header

    private mutating func drawHeader() {
        line("Call \(analyzed.call.id): " + OutcomeSentence.text(analyzed), "title", size: 18.5, step: 28)
        let signalling = analyzed.call.signalling
        let parties = [
            party("caller", signalling.caller, signalling.callerAddress, signalling.callerAgent),
            party("callee", signalling.callee, signalling.calleeAddress, signalling.calleeAgent),
        ].compactMap(\.self)
        if !parties.isEmpty { line(parties.joined(separator: "   →   "), "subtitle", size: 12, step: 19) }
        line(facts.joined(separator: "   ·   "), "subtitle", size: 12, step: 17)
    }

    private mutating func line(_ text: String, _ style: String, size: Double, step: Double) {
        y += step
        canvas.text(
            TextWidth.cut(TerminalText.harmless(text, limit: 400), to: Layout.width - 24, size: size), 10, y, style)
    }

    private func party(_ role: String, _ uri: String?, _ address: Endpoint?, _ agent: String?) -> String? {
        if uri == nil && address == nil { return nil }
        return [
            role, uri.map { TerminalText.harmless($0, limit: 80) }, address.map { "at \($0)" },
            agent.map { "(\(TerminalText.harmless($0, limit: 60)))" },
        ].compactMap(\.self).joined(separator: " ")
    }

    private var facts: [String] {
        let fax = analyzed.fax
        var facts = ["\(Clock.seconds(axis.length)) s"]
        if !analyzed.call.isRecording { facts.insert(Clock.date(analyzed.call.firstTime), at: 0) }
        if fax.carriedBy != "none" { facts.append("carried by \(fax.carriedBy)") }
        if let sender = fax.sender { facts.append("sent by the \(sender.rawValue)") }
        if let ident = fax.senderID { facts.append("TSI \"\(ident)\"") }
        if let ident = fax.receiverID { facts.append("CSI \"\(ident)\"") }
        return facts.map { TerminalText.harmless($0, limit: 60) }
    }

    // MARK: - Legend

    private mutating func drawLegend() {
        y += 12
        var x = 10.0
        let used = PictureItem.Kind.allCases.filter { kind in
            sides.contains { side in side.items.contains { $0.kind == kind } }
        }
        for kind in used { entry(kind.rawValue, kind.meaning, &x) }
        if sides.contains(where: { $0.items.contains { $0.isDamaged || !$0.flaws.isEmpty } }) {
            entry("damaged", "FCS wrong", &x)
        }
        for kind in PictureSide.Loss.Kind.allCases
        where sides.contains(where: { side in side.losses.contains { $0.kind == kind } }) {
            entry(kind.style, kind.meaning, &x)
        }
        if !marks.isEmpty { entry("siplines", "SIP (→ from the caller)", &x) }
        if sides.contains(where: { $0.track != nil }) {
            entry("absent", "no audio in the capture", &x)
            drawScale(x)
        }
        y += 24
    }

    private mutating func entry(_ style: String, _ text: String, _ x: inout Double) {
        switch style {
        case "siplines": canvas.line(x + 10, y, x + 10, y + 12, style)
        case "lost", "repaired", "slip": canvas.path("M\(SVGCanvas.number(x)) \(SVGCanvas.number(y + 6))h20", style)
        default: canvas.rect(x, y, 20, 12, style)
        }
        canvas.text(text, x + 25, y + 9.5, "label")
        x += 25 + TextWidth.of(text, size: Layout.type) + 16
    }

    private mutating func drawScale(_ x: Double) {
        let pixels = (0..<100).map { UInt8(1 + $0 * (SpectrogramImage.palette.count - 2) / 99) }
        guard let png = PNGWriter.octets(pixels: pixels, widthPx: 100, palette: SpectrogramImage.palette) else {
            return
        }
        canvas.image(png: png, x, y, 100, 12)
        canvas.rect(x, y, 100, 12, "frame")
        let levels = SpectrogramImage.levels
        let text = "\(Int(levels.lowerBound)) to \(Int(levels.upperBound)) dBm0 in 16 Hz"
        canvas.text(text, x + 106, y + 9.5, "label")
    }

    // MARK: - Rows

    private mutating func drawRows() {
        let length = axis.seconds(axis.end)
        let seconds = Layout.seconds(for: length)
        let phases = analyzed.fax.phases.map {
            (name: $0.phase.rawValue, start: axis.seconds($0.start), end: axis.seconds($0.end))
        }
        var image = SpectrogramImage()
        var empty: Double?
        for start in stride(from: 0, through: max(0, length - 0.001), by: seconds) {
            let row = PictureRow(start: start, seconds: seconds, end: length)
            if start > 0, row.isEmpty(sides, marks) {
                empty = empty ?? start
                continue
            }
            if let from = empty { note("Nothing from \(SVGCanvas.number(from)) s to \(SVGCanvas.number(start)) s.") }
            empty = nil
            y =
                row.draw(
                    &canvas, top: y + 8, sides: sides, marks: marks, phases: phases, image: &image, room: &room) + 6
        }
        if let from = empty { note("Nothing from \(SVGCanvas.number(from)) s on.") }
    }

    private mutating func note(_ text: String) {
        y += 20
        canvas.text(text, Layout.left, y, "subtitle")
    }

    private mutating func drawNotes() {
        if axis.isCut { note("The call goes on after what is shown here.") }
        if room <= 0 { note("More than \(Layout.elementLimit) signs: what came later has no boxes.") }
    }
}
