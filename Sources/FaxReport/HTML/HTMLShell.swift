import Crypto
import Foundation

/// The file around a report for a browser: what it may do and how it looks. It needs nothing else: no network, and no
/// script or style but its own.
package struct HTMLShell {
    private let style: String
    private let script: String

    /// - Parameters:
    ///   - style: behind that of all reports.
    ///   - script: from ``script(_:)``; it runs when the page stands.
    package init(style: String = "", script: String) {
        self.style = Self.houseStyle + style
        self.script = script
    }

    /// The document; `body` writes what is to be seen.
    package func text(title: String, _ body: (inout HTMLWriter) -> Void) -> String {
        var html = HTMLWriter()
        html.append(raw: "<!doctype html>\n")
        html.element("html", ["lang": "en"]) { html in
            head(title, &html)
            html.element("body") { html in
                body(&html)
                html.append(raw: "<script>\(script)</script>\n")
            }
        }
        return html.text
    }

    /// Parts made one script: strict, and with a scope of its own.
    package static func script(_ parts: [[UInt8]]) -> String {
        "(() => {\n\"use strict\";\n" + parts.map { String(decoding: $0, as: UTF8.self) }.joined() + "})();\n"
    }

    /// Helpers and the choice of colours, for the scripts of other reports.
    package static let helpers = PackageResources.page_js

    private static let houseStyle = String(decoding: PackageResources.report_css, as: UTF8.self)
    /// Scripts run: what needs them may show.
    private static let mark = "document.documentElement.classList.add(\"js\");"

    private func head(_ title: String, _ html: inout HTMLWriter) {
        html.element("head") { html in
            html.void("meta", ["charset": "utf-8"])
            html.void("meta", ["http-equiv": "Content-Security-Policy", "content": policy])
            html.void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
            html.void("meta", ["name": "color-scheme", "content": "light dark"])
            html.void("meta", ["name": "referrer", "content": "no-referrer"])
            html.element("title", [:], title)
            html.append(raw: "<style>\(style)</style>\n<script>\(Self.mark)</script>\n")
        }
    }

    private var policy: String {
        "default-src 'none'; script-src 'sha256-\(Self.hash(Self.mark))' 'sha256-\(Self.hash(script))'; "
            + "style-src 'sha256-\(Self.hash(style))'; img-src data:; base-uri 'none'; form-action 'none'"
    }

    private static func hash(_ text: String) -> String {
        Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
    }
}
