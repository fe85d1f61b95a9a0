import FaxDSP
import Foundation
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

/// Pages read from the wire against those that the receiver wrote.
@Suite struct ReceivedPagesTests {
    private func analyze(_ name: String) throws -> [AnalyzedCall] {
        var calls: [AnalyzedCall] = []
        let input = try CaptureInput(path: Corpus.file("captures/\(name)/capture.pcap").path)
        _ = try AnalysisRunner().run(input) { calls.append($0) }
        return calls
    }

    /// Pixels of the pages are those of the file that the receiver wrote.
    @Test(arguments: [
        "01-t38-clean-1page-ecm", "02-t38-clean-3pages-fine-noecm", "06-t38-redundancy-3pct-loss",
        "08-t38-fec-3pct-loss", "15b-t38-v29-9600", "15c-t38-v27ter-4800", "15g-t38-tcf-loss-fallback",
        "30-t38-ecm-outage-2s",
    ])
    func pagesAreThoseOfTheReceiver(name: String) throws {
        let received = try TIFFDocument.read(try Corpus.bytes("captures/\(name)/received.tif"))
        let pages = try analyze(name).flatMap { $0.fax.pages }.compactMap { $0.image }
        #expect(pages.map { $0.widthPx } == received.map { $0.widthPx })
        #expect(pages.map { $0.octets } == received.map { $0.octets })
    }
}
