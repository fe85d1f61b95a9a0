import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

/// What an echo service sends back: a cover page that tells what came, and the pages that came.
struct EchoReply: Sendable {
    /// Number of the call that brought the fax.
    let call: Int
    let result: FaxResult
    let pages: [PageBitmap]
    /// Where the fax came from.
    let peer: SIPPath
    /// From of its INVITE.
    let from: String

    /// Only to where the fax came from, whatever the From says: nobody can have a third party called.
    var destination: SIPDestination {
        let user = SIPURI(from).user.map { "\($0)@" } ?? ""
        return SIPDestination(uri: "sip:\(user)\(peer.endpoint)\(peer.uriParameter)", path: peer)
    }

    /// Draws the cover page, which takes a moment and a child process; `problem`: it could not be drawn, and the pages
    /// go back alone.
    func document() throws -> (document: OutgoingDocument, problem: String?) {
        let cover: [PageBitmap]
        do {
            cover = try PageDrawing.draw(PlainPDF.pages(text: coverText), PageForm())
        } catch {
            return (try OutgoingDocument(pages), "the cover page \(error.text)")
        }
        return (try OutgoingDocument(cover + pages), nil)
    }

    private var coverText: String {
        let command = result.report.command
        let rows = [
            ("From", from), ("Calls itself", result.report.remoteIdentification),
            ("Pages received", "\(pages.count)"), ("Carried by", result.carriedBy?.documentName ?? "unknown"),
            ("Rate", command?.modulation?.text ?? "unknown"),
            ("Error correction", command.map { $0.ecm ? "yes" : "no" } ?? "unknown"),
            ("Coding", command?.compression.rawValue ?? "unknown"),
            ("Trainings", "\(result.report.trainings.count)"),
            ("Packets lost for good", "\(result.unrecoveredIFPs)"),
        ]
        let lines = rows.filter { !$0.1.isEmpty }.map { name, value in
            name + String(repeating: " ", count: max(1, 24 - name.utf8.count)) + String(value.prefix(60))
        }
        return (["Your fax, as it came", "====================", ""] + lines + ["", "The pages follow."])
            .joined(separator: "\n")
    }
}
