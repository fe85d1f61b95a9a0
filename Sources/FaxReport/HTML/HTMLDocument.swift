import Foundation
import T30Analyzer

/// The file around the calls: what it may do, how it looks, and where it comes from.
struct HTMLDocument {
    let entries: [HTMLReport.Entry]
    let summaries: [CaptureSummary]
    /// Octets of frames, for the script.
    let frames: JSONValue

    var text: String {
        var html = HTMLWriter()
        html.append(raw: "<!doctype html>\n")
        html.element("html", ["lang": "en"]) { html in
            head(&html)
            html.element("body") { html in
                html.element("a", ["class": "skip", "href": "#main"], "Skip to the report")
                banner(&html)
                html.element("main", ["id": "main"]) { html in content(&html) }
                foot(&html)
                html.data(frames, ["type": "application/json", "id": "frames"])
                html.append(raw: "<script>\(Self.script)</script>\n")
            }
        }
        return html.text
    }

    // MARK: - Head

    private func head(_ html: inout HTMLWriter) {
        html.element("head") { html in
            html.void("meta", ["charset": "utf-8"])
            html.void("meta", ["http-equiv": "Content-Security-Policy", "content": Self.policy])
            html.void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
            html.void("meta", ["name": "color-scheme", "content": "light dark"])
            html.void("meta", ["name": "referrer", "content": "no-referrer"])
            html.element("title", [:], title)
            html.append(raw: "<style>\(Self.style)</style>\n<script>\(Self.mark)</script>\n")
        }
    }

    private var title: String {
        if entries.count == 1, let only = entries.first { return only.row.summary }
        return "Fax report: " + OverviewTable.totals(entries.map(\.row))
    }

    /// No network, nothing but our own script and style, pictures from within the file.
    static let policy =
        "default-src 'none'; script-src 'sha256-\(hash(mark))' 'sha256-\(hash(script))'; style-src 'sha256-\(hash(style))'; img-src data:; "
        + "base-uri 'none'; form-action 'none'"

    static let style = String(decoding: PackageResources.report_css, as: UTF8.self)
    /// Scripts run: of several calls only one is laid out.
    static let mark = "document.documentElement.classList.add(\"js\");"
    /// Strict, and with a scope of its own.
    static let script: String = {
        let parts = [
            PackageResources.page_js, PackageResources.frames_js, PackageResources.timeline_js,
            PackageResources.drawing_js, PackageResources.overview_js, PackageResources.start_js,
        ]
        return "(() => {\n\"use strict\";\n" + parts.map { String(decoding: $0, as: UTF8.self) }.joined() + "})();\n"
    }()

    private static func hash(_ text: String) -> String { Data(SHA256.digest(Array(text.utf8))).base64EncodedString() }

    // MARK: - Body

    private func banner(_ html: inout HTMLWriter) {
        html.element("header", ["class": "banner"]) { html in
            html.element("h1", [:]) { html in
                html.words("Fax report")
                html.element("span", [:], names)
            }
            html.element("nav", ["aria-label": "Report", "class": "tools"])
        }
    }

    private var names: String { CaptureText.name(summaries.flatMap(\.files)) }

    private func content(_ html: inout HTMLWriter) {
        if entries.isEmpty { html.element("p", ["class": "lead"], "No call was found.") }
        if entries.count > 1 {
            OverviewTable(entries: entries).write(to: &html)
        }
        let left = entries.count { $0.section == nil }
        if left > 0 {
            html.element(
                "p", ["class": "quiet"], "\(left) calls are told in the overview only, to keep this file small.")
        }
        for entry in entries { if let section = entry.section { html.append(raw: section) } }
    }

    private func foot(_ html: inout HTMLWriter) {
        html.element("footer") { html in
            for summary in summaries {
                let text = CaptureText.text(summary, calls: summary.calls, isVerbose: false)
                for line in text.split(separator: "\n") { html.element("p", [:], String(line)) }
            }
            html.element("p", [:], "Made by faxprobe. Times are UTC; frames are numbered as Wireshark numbers them.")
        }
    }
}
