import FaxDSP
import Foundation

/// Draws PDF pages by a program of the system: Ghostscript, else poppler. It is a child process with limits on time,
/// memory and output, it gets the document on a file of its own, and nothing of the document runs.
enum PageDrawing {
    private static let octetsOfPage = 4 << 20

    /// Each page fitted into 215 × 297 mm, greys as halftones, 204 × 196 dots an inch, or 204 × 98.
    static func draw(_ pdf: [UInt8], isFine: Bool) throws(DocumentProblem) -> [PageBitmap] {
        let rows = isFine ? 2_292 : 1_146
        let dpi = isFine ? 196 : 98
        guard let program = Program.found else {
            throw DocumentProblem("cannot be drawn: neither gs (Ghostscript) nor pdftoppm (poppler) is installed")
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "document.pdf")
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            try Data(pdf).write(to: file)
        } catch {
            throw DocumentProblem("cannot be drawn: \(error.localizedDescription)")
        }
        let run = ChildRun(
            program.path, program.arguments(file.path, rows: rows, dpi: dpi),
            outputLimit: octetsOfPage * (DocumentImport.Limit.pages + 1))
        let outcome = try run.run()
        let pages = PBMReader.pages(outcome.output, dpiX: 204, dpiY: dpi)
        guard !pages.isEmpty else { throw problem(outcome) }
        if outcome.status != 0 { throw problem(outcome) }
        return pages.map { $0.widthPx == PageFit.width ? $0 : PageFit.fit($0) }
    }

    private static func problem(_ outcome: ChildRun.Outcome) -> DocumentProblem {
        if outcome.errors.localizedCaseInsensitiveContains("password") { return DocumentProblem("is encrypted") }
        return DocumentProblem("is broken: no page of it can be drawn whole")
    }

    private enum Program {
        case ghostscript(String), poppler(String)

        static var found: Program? {
            if let path = ChildRun.find("gs") { return .ghostscript(path) }
            return ChildRun.find("pdftoppm").map { .poppler($0) }
        }

        var path: String {
            switch self {
            case .ghostscript(let path), .poppler(let path): path
            }
        }

        func arguments(_ file: String, rows: Int, dpi: Int) -> [String] {
            let last = DocumentImport.Limit.pages + 1
            switch self {
            case .ghostscript:
                return [
                    "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-dNOPROMPT", "-sDEVICE=pbmraw", "-sstdout=%stderr",
                    "-sOutputFile=%stdout", "-r204x\(dpi)", "-g\(PageFit.width)x\(rows)", "-dFIXEDMEDIA",
                    "-dPDFFitPage",
                    "-dPDFSTOPONERROR", "-dLastPage=\(last)", file,
                ]
            case .poppler:
                return ["-mono", "-rx", "204", "-ry", "\(dpi)", "-l", "\(last)", file]
            }
        }
    }
}
