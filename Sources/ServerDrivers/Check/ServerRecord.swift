import FaxCore
import FaxEndpoint
import FaxReport
import Foundation
import PcapDecode
import T30Analyzer

/// The record of a check's packets: the user's, or one that goes when it was read.
final class ServerRecord {
    let path: String
    private let isKept: Bool

    init(_ path: String?) {
        isKept = path != nil
        self.path =
            path
            ?? FileManager.default.temporaryDirectory
            .appending(path: "faxprobe-\(UUID().uuidString).pcapng").path
    }

    deinit { if !isKept { try? FileManager.default.removeItem(atPath: path) } }

    /// What the analysis says of each call in it.
    func read() throws -> [ServerFacts.Recorded] {
        var options = AnalysisRunner.Options()
        options.decoder.keepsAudio = true
        options.analyzer.decodePages = false
        options.jobs = 1
        var found: [ServerFacts.Recorded] = []
        _ = try AnalysisRunner(options).run(try CaptureInput(path: path, filter: nil)) { analyzed in
            var call = ServerFacts.Recorded(
                outcome: analyzed.fax.outcome.rawValue, sentence: OutcomeSentence.text(analyzed))
            call.callID = analyzed.call.signalling.callIDs.first
            call.pagesConfirmed = analyzed.fax.pagesConfirmed
            call.cause = analyzed.rootCause?.id
            found.append(call)
        }
        return found
    }
}
