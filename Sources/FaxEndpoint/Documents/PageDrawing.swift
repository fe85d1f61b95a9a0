import FaxDSP
import Foundation

/// Draws PDF pages by a program of the system: Ghostscript, else poppler. It is a child process with limits on time,
/// memory and output, it gets the document on a file of its own, and nothing of the document runs.
enum PageDrawing {
    /// More than a page of it takes.
    private static func octetsOfPage(_ form: PageForm) -> Int { max(4 << 20, form.widthPx / 8 * form.rows * 2) }

    /// Each page fitted into a sheet of that form, greys as halftones.
    /// - Parameter fits: `false`: each as wide as the sheet and as long as it is.
    static func draw(_ pdf: [UInt8], _ form: PageForm, fits: Bool = true) throws(DocumentProblem) -> [PageBitmap] {
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
            program.path, program.arguments(file.path, form, fits: fits),
            outputLimit: octetsOfPage(form) * (DocumentImport.Limit.pages + 1))
        let outcome = try run.run()
        let pages = PBMReader.pages(outcome.output, dpiX: form.dpi.x, dpiY: form.dpi.y)
        guard !pages.isEmpty else { throw problem(outcome) }
        if outcome.status != 0 { throw problem(outcome) }
        return pages.map { $0.widthPx == form.widthPx ? $0 : PageFit.fit($0, form) }
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

        func arguments(_ file: String, _ form: PageForm, fits: Bool) -> [String] {
            let last = DocumentImport.Limit.pages + 1
            switch self {
            case .ghostscript:
                let sheet = ["-g\(form.widthPx)x\(form.rows)", "-dFIXEDMEDIA", "-dPDFFitPage"]
                return [
                    "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-dNOPROMPT", "-sDEVICE=pbmraw", "-sstdout=%stderr",
                    "-sOutputFile=%stdout", "-r\(form.dpi.x)x\(form.dpi.y)",
                ] + (fits ? sheet : []) + ["-dPDFSTOPONERROR", "-dLastPage=\(last)", file]
            case .poppler:
                return ["-mono", "-rx", "\(form.dpi.x)", "-ry", "\(form.dpi.y)", "-l", "\(last)", file]
            }
        }
    }
}
