import FaxDSP
import Simulator

/// What a probe sends: pages that say what they are, so that nobody who finds them wonders.
struct ProbePages {
    /// Instead of those; for tests.
    var sample: [PageBitmap]?

    func document(_ count: Int) throws -> OutgoingDocument {
        if let sample { return try OutgoingDocument((0..<count).map { sample[$0 % sample.count] }) }
        let text = (1...count).map { Self.text($0, of: count) }.joined(separator: "\u{0C}")
        do {
            return try OutgoingDocument(PageDrawing.draw(PlainPDF.pages(text: text), PageForm(resolution: .standard)))
        } catch {
            // Nothing is there that draws.
            return try OutgoingDocument(
                (1...count).map { TextLikePage(heightPx: 1_100, seed: UInt64($0)).bitmap() })
        }
    }

    private static func text(_ number: Int, of count: Int) -> String {
        let rows = (1...44).map { row in
            "\(row)".count < 2 ? " \(row)  \(line(row * number))" : "\(row)  \(line(row * number))"
        }
        return """
            faxprobe: test page \(number) of \(count)
            =============================

            This fax checks the line that it came over. It needs no answer.
            Its lines are alike on every such page, so that damage can be seen.


            """ + rows.joined(separator: "\n")
    }

    /// Letters and digits in turn, other ones on every line.
    private static func line(_ seed: Int) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<60).map { letters[($0 * 7 + seed * 11) % letters.count] })
    }
}
