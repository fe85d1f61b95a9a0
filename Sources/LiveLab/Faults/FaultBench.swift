import FaxCore
import FaxDSP
import FaxEndpoint
import FaxStation
import Foundation
import Simulator

/// What the fault rows share: two short pages, where things lie, and what must be true whatever befalls a call.
struct FaultBench {
    /// The command under test.
    let faxprobe: URL
    let folder: URL

    static let pages = [3, 4].map { TextLikePage(heightPx: 300, seed: $0).bitmap() }
    /// Everything ends within this, whatever befalls it: T.30's timers and repetitions, SIP's, and ours for dead calls.
    static let bound = Duration.seconds(240)

    /// The document as a file.
    func document() throws -> URL {
        let file = folder.appending(path: "pages.tif")
        try Data(TIFFDocument.write(Self.pages)).write(to: file)
        return file
    }

    /// Pages that lie in a folder of receptions, in files that are whole and in what is left of others.
    static func pagesKept(in folder: URL) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.reduce(0) { most, name in
            guard name.hasSuffix(".tif") || name.hasSuffix(".part"),
                let octets = try? Data(contentsOf: folder.appending(path: name)),
                let pages = try? TIFFDocument.read(Array(octets))
            else { return most }
            let areThose = zip(pages, Self.pages).allSatisfy { $0.octets == $1.octets }
            return max(most, areThose ? pages.count : 0)
        }
    }

    /// What must hold of the side that is left. `kept`: pages that lie on the receiver's disk.
    static func problems(_ outcome: SoloEndpoint.Outcome, confirmed: Int, kept: Int, took: Duration) -> [String] {
        var problems: [String] = []
        if outcome.result == nil { problems.append("the call was never told as ended") }
        if took > bound { problems.append("it took \(LabText.number(took / .seconds(1), 0)) s") }
        if kept < confirmed { problems.append("\(confirmed) pages were confirmed to the sender, \(kept) are kept") }
        let hasEnded = outcome.events.contains { if case .call(.ended) = $0.kind { true } else { false } }
        if !hasEnded { problems.append("the call was left open") }
        return problems
    }

    /// `nil`: the port for receptions of the peer did not open.
    func receiver(_ options: [String] = [], wrapper: [String] = []) throws -> (PeerProgram, Endpoint) {
        let peer = try PeerProgram(
            faxprobe,
            ["receive", "--listen", "127.0.0.1:0", "--dir", kept.path, "--calls", "1", "--timeout", "300"] + options,
            wrapper: wrapper, folder: folder.appending(path: "peer"))
        guard let address = peer.address else {
            peer.end()
            throw FaxMaterial.Failure(description: "faxprobe receive did not start: \(peer.text)")
        }
        return (peer, address)
    }

    func sender(to target: Endpoint, _ options: [String] = [], wrapper: [String] = []) throws -> PeerProgram {
        try PeerProgram(
            faxprobe,
            ["send", "sip:200@\(target)", try document().path, "--listen", "127.0.0.1:0", "--timeout", "300"] + options,
            wrapper: wrapper, folder: folder.appending(path: "peer"))
    }

    /// Where the receiving side keeps what comes.
    var kept: URL { folder.appending(path: "in") }
}
