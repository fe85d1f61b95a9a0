import FaxCore
import Foundation
import PcapDecode
import T30Analyzer

/// The record of a probe's packets: the user's, or one that goes when the probe is over.
final class ProbeRecord {
    let path: String
    /// The user named it.
    let isKept: Bool

    init(_ path: String?) throws {
        isKept = path != nil
        self.path =
            path
            ?? FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString).pcapng").path
    }

    deinit { if !isKept { try? FileManager.default.removeItem(atPath: path) } }

    /// Gives each call of the evidence what the analyser says of it.
    func analyze(_ evidence: inout ProbeEvidence) throws {
        var options = AnalysisRunner.Options()
        options.decoder.keepsAudio = true
        options.decoder.describesSteps = true
        options.analyzer.decodePages = false
        options.jobs = 2
        var found: [AnalyzedCall] = []
        _ = try AnalysisRunner(options).run(try CaptureInput(path: path, filter: nil)) { found.append($0) }
        for place in evidence.calls.indices {
            guard let id = evidence.calls[place].result?.callID else { continue }
            evidence.calls[place].analyzed = found.first { $0.call.signalling.callIDs.contains(id) }
        }
    }
}
