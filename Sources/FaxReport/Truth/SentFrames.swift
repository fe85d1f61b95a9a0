import FaxCore
import T30Analyzer

/// Every T.30 frame that the engines of a recorded call sent, octet by octet.
struct SentFrames: Sendable {
    struct Frame: Sendable {
        var party: Party
        var name: String
        /// Without FCS, least significant bit first on the line.
        var octets: [UInt8]

        var isMessage: Bool { name != "FCD" && name != "RCP" }
    }

    var frames: [Frame]
    /// FCD frames sent in all.
    var ecmFrames: Int?
    /// The recording holds all of what was sent.
    var isWhole: Bool

    /// What was read must be what was sent: the frames of each party in order, and the number of ECM frames. Of a line
    /// that lost something it must be a part of that: what loss left is not known.
    func verdict(_ fax: FaxSession) -> TruthCheck.Verdict {
        for party in [Party.caller, .callee] {
            let expected = frames.filter { $0.party == party && $0.isMessage }
            let found = fax.messages.filter { $0.direction == party && $0.isT30 && $0.crcOK == true && !$0.isPageFrame }
            if isWhole, expected.map(\.octets) == found.map(\.octets) { continue }
            if !isWhole, expected.map(\.octets).contains(inOrder: found.map(\.octets)) { continue }
            return .wrong(
                expected: "\(party): " + expected.map(\.name).joined(separator: " "),
                found: found.map(\.name).joined(separator: " "))
        }
        let found = fax.messages.count { $0.isECMFrame && $0.crcOK == true }
        if let ecmFrames, isWhole ? found != ecmFrames : found > ecmFrames {
            return .wrong(expected: "\(ecmFrames) ECM frames", found: "\(found)")
        }
        return .right
    }
}

extension Array where Element: Equatable {
    /// `part` stands in this in its order, with anything between.
    func contains(inOrder part: [Element]) -> Bool {
        var rest = self[...]
        for element in part {
            guard let place = rest.firstIndex(of: element) else { return false }
            rest = rest[(place + 1)...]
        }
        return true
    }
}

extension T30Message {
    /// A frame of page data.
    var isECMFrame: Bool { name == "FCD" || name.hasPrefix("FCD ") }
    /// A frame of the message channel, FCD or RCP.
    var isPageFrame: Bool { isECMFrame || name.hasPrefix("RCP") }
    /// A frame of T.30, no V.8 message.
    var isT30: Bool { octets.first == 0xFF }
    /// As a log names it: PPS and EOR without the command that they stand for.
    var loggedName: String {
        name.hasPrefix("PPS-") || name.hasPrefix("EOR-") ? String(name.prefix(3)) : name
    }
}
