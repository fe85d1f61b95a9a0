import FaxCore
import FaxDSP
import FaxEndpoint
import Foundation

/// rtpengine between an endpoint of ours on T.38 and one on G.711: it makes the one into the other, both ways.
enum RTPEngineRows {
    static var all: [InteropRow] {
        [(RTPEngineProxy.Party.caller, "to"), (.callee, "from")].flatMap { side, way in
            [true, false].map { hasECM in
                InteropRow(
                    "rtpengine-\(side == .caller ? "t38-g711" : "g711-t38")\(hasECM ? "" : "-plain")",
                    peer: "rtpengine",
                    role: .both, carriage: "t38 \(way) g711", hasECM: hasECM,
                    "the sender is on \(side == .caller ? "T.38, the receiver on G.711" : "G.711, the receiver on T.38")"
                ) { bench in
                    try call(side, hasECM, bench.folder)
                }
            }
        }
    }

    private static func call(_ side: RTPEngineProxy.Party, _ hasECM: Bool, _ folder: URL) throws -> InteropAttempt {
        let (ours, theirs): (FaxTransport, FaxTransport) = side == .caller ? (.t38, .g711) : (.g711, .t38)
        let receiver = try SoloEndpoint(theirs, in: folder, answers: true)
        let proxy = try RTPEngineProxy(target: receiver.endpoint.address, t38: side, codec: 0)
        defer { proxy.stop() }
        let sender = try SoloEndpoint(ours, in: folder.appending(path: "sender"), answers: false) {
            $0.fax.hasECM = hasECM
        }
        try sender.send([FaxMaterial.page], to: proxy.address)
        let sent = sender.end(within: .seconds(150))
        let received = receiver.end(within: .seconds(20))
        let pages = [FaxMaterial.page]
        let problems =
            FaxCheck.problems(sent, pages: pages, carriage: ours.rawValue).map { "sender: \($0)" }
            + FaxCheck.problems(received, pages: pages, carriage: theirs.rawValue).map { "receiver: \($0)" }
        let told = problems.isEmpty ? [] : sent.result?.reason.map { ["the sender says: \($0)"] } ?? []
        return InteropAttempt(succeeded: problems.isEmpty ? 1 : 0, problems: problems + told, record: receiver.record)
    }
}
