/// Why a row may disagree although neither the simulator nor the analysis is wrong. Each was looked at in its capture.
enum SimTruthExplanation {
    private struct Entry {
        var fault: String
        /// One of these stands in the disagreement.
        var says: [String]
        var reason: String
    }

    private static let entries = [
        Entry(
            fault: "outage-DCS", says: ["not in the story"],
            reason:
                "the answerer's engine had handed CSI to its modem and broke off when it heard the caller: the record has "
                + "a frame that never was on the line"),
        Entry(
            fault: "noise", says: ["not in the story"],
            reason:
                "the answerer's engine broke a frame off when it heard the carrier that noise keeps up: the record has a "
                + "frame that never was on the line"),
        Entry(
            fault: "path-max-datagram", says: ["not in the story"],
            reason:
                "the caller broke its TSI and DCS off when CFR crossed them: the record has frames that were not sent whole"
        ),
        Entry(
            fault: "path-max-datagram", says: ["did not send"],
            reason:
                "the caller broke TSI off and sent DCN in the same signal of T.38: its own packets call the two one whole "
                + "frame"),
        Entry(
            fault: "path-max-datagram",
            says: ["root cause t4-collision", "root cause delay-round-trip-high", "root cause ifp-gap-timeout"],
            reason:
                "the packets are lost behind the capture and only those above a size: what it shows is that answers come "
                + "late, stand still or collide with repeats, and one of these is named"),
    ]

    /// `nil`: none is known.
    static func reason(for row: SimTruthRow) -> String? {
        let fault = row.name.split(separator: "@").first.map(String.init) ?? row.name
        let reasons = row.disagreements.map { disagreement in
            entries.first { entry in entry.fault == fault && entry.says.contains { disagreement.contains($0) } }?.reason
        }
        guard !reasons.isEmpty, !reasons.contains(nil) else { return nil }
        var known: [String] = []
        for reason in reasons.compactMap({ $0 }) where !known.contains(reason) { known.append(reason) }
        return known.joined(separator: "; ")
    }
}

extension SimTruthRow {
    /// Why it may disagree although neither the simulator nor the analysis is wrong; `nil`: no reason is known.
    public var explanation: String? { SimTruthExplanation.reason(for: self) }
}
