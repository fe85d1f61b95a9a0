import FaxCore
import Foundation

/// What the network between the hosts dropped: one JSON object a line, written by the network itself.
struct ImpairLog: Sendable {
    struct Drop: Sendable {
        var time: Instant
        /// The host that sent it: 0 = A, 1 = B, 2 = G.
        var sender: Int
        var from: UInt16
        var to: UInt16
    }

    private struct Line: Decodable {
        var t: Double
        var ev: String
        var `in`: Int?
        var sport: UInt16?
        var dport: UInt16?
    }

    var drops: [Drop]

    init(_ file: URL) throws {
        let decoder = JSONDecoder()
        drops = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).compactMap { text in
            let line = try decoder.decode(Line.self, from: Data(text))
            guard line.ev == "drop", let sender = line.in, let from = line.sport, let to = line.dport else {
                return nil
            }
            return Drop(time: Instant(seconds: line.t), sender: sender, from: from, to: to)
        }
    }

    static let hosts = ["A", "B", "G"]
}
