import FaxCore
import FaxWire
import PcapDecode

/// What IFP carried that this session has no room for.
enum IFPContentRules {
    static let rules = [
        Rule(["ifp-v8-in-v0": .cause(.session, of: IFPRules.effectsOfLostSignal)], newerSignals),
        Rule(["ifp-nsf-not-masked": .cause(.session, of: ["proprietary-mode", "unexpected-frame"])], once: unmasked),
        Rule(["t38-over-rtp-or-tcp": .remark], once: otherTransport),
    ]

    /// Less sure than what the other rules of the layer find.
    static let others = [
        Rule(["ifp-rtc-cut": .cause(.session, of: ["rtn", "no-mcf", "page-bad-lines"])], once: cutReturn)
    ]

    /// The edition that brought V.8 and V.34 (T.38 2002, `T38FaxVersion` 3 with V.34).
    private static let versionOfV34 = 3
    /// Zeros after RTC, so that a gateway that drops its carrier early does not cut rows.
    private static let padding = Duration.milliseconds(40)

    private static func newerSignals(_ facts: CallFacts) -> [Finding] {
        facts.call.streams.enumerated().compactMap { index, stream in
            guard let version = stream.t38?.negotiatedVersion, version < versionOfV34 else { return nil }
            let newer = facts.fax.ifpSignals.filter { $0.stream == index && $0.isOfVersion3 }
            guard let first = newer.first else { return nil }
            let name = first.indicator.flatMap { $0.isOfVersion3 ? $0.name : nil } ?? first.type?.name ?? "V.8"
            return Finding(
                "ifp-v8-in-v0", .ifp, facts.isFailed ? .error : .warning, .proof, "Signals of a later T.38 version",
                because: "\(IFPRules.senderFirst(stream.direction)) sent \(name) in a session that agreed on version "
                    + "\(version), which has no V.8 and no V.34 (\(counted(newer.count, "signal"))).",
                remedy: "Agree on version 3 on both sides, or let the gateway stay with G3 signals.",
                measures: [.init("version", Double(version), "", threshold: Double(versionOfV34))],
                party: stream.direction, frames: newer.map(\.firstFrame))
        }
    }

    /// NSF came through the relay with a maker's code, and the same maker's NSS answered it.
    private static func unmasked(_ facts: CallFacts) -> Finding? {
        guard !facts.fax.ifpSignals.isEmpty, let offer = facts.messages("NSF").last, offer.octets.count >= 6,
            let answer = facts.messages("NSS").first(where: { $0.direction != offer.direction }),
            answer.octets.count >= 6, answer.octets[3..<6] == offer.octets[3..<6],
            offer.octets[3..<6].contains(where: { $0 != 0 })
        else { return nil }
        let code = hexadecimal(offer.octets[3..<6])
        let vendor = NonStandardFacilities(information: Array(offer.octets.dropFirst(3))).vendor
        return Finding(
            "ifp-nsf-not-masked", .ifp, facts.isFailed ? .error : .warning, .strong, "NSF passed unmasked",
            because:
                "NSF \(code)\(vendor.map { " (\($0))" } ?? "") came through T.38, and NSS \(code) answered it: the two "
                + "machines go on in a way that a relay does not know.",
            remedy: "Let the gateway mask NSF (country and provider code to zero).", party: offer.direction,
            frames: [offer.frame, answer.frame])
    }

    /// Legal, so worth saying only of a page that the receiver did not like.
    private static func cutReturn(_ facts: CallFacts) -> Finding? {
        guard !facts.fax.ifpSignals.isEmpty else { return nil }
        let cut = facts.fax.pages.filter { page in
            guard page.hasEnd == true, let bits = page.bitsAfterEnd, let rate = page.rateBps,
                page.rejectedBy != nil || (facts.isFailed && page.confirmedBy == nil && isHeard(page, facts))
            else { return false }
            return bits * 1_000 < rate * Int(padding.inMilliseconds)
        }
        guard let first = cut.first, let bits = first.bitsAfterEnd, let rate = first.rateBps, rate > 0 else {
            return nil
        }
        let length = Double(bits) * 1_000 / Double(rate)
        return Finding(
            "ifp-rtc-cut", .ifp, .warning, .strong, "Data ends right after RTC",
            because:
                "Page \(cut.map { "\($0.number)" }.joined(separator: ", ")) ended \(Int(length.rounded())) ms after its "
                + "last end of line, and was not confirmed.",
            remedy: "Let the sender put 40 ms of zeros after RTC: some gateways drop the carrier early.",
            measures: [.init("padding", length.rounded(), "ms", threshold: 40)], party: facts.fax.sender,
            frames: cut.map(\.lastFrame))
    }

    /// The receiver said something after the page: a row that is cut off silences nobody.
    private static func isHeard(_ page: FaxPage, _ facts: CallFacts) -> Bool {
        guard let end = page.end, let receiver = facts.fax.sender?.other else { return false }
        return facts.commands.contains { $0.direction == receiver && $0.time > end }
    }

    private static func otherTransport(_ facts: CallFacts) -> Finding? {
        let streams = facts.t38.filter { $0.kind == .t38RTP || $0.kind == .t38TCP }
        guard let first = streams.first else { return nil }
        let how = first.kind == .t38RTP ? "RTP" : "TCP"
        return Finding(
            "t38-over-rtp-or-tcp", .ifp, .note, .proof, "T.38 over \(how)",
            because: "\(counted(streams.count, "stream")) of T.38 went over \(how), not UDPTL.",
            remedy: "None needed here; most other tools show nothing of it.", frames: streams.map(\.firstFrame))
    }
}

extension IFPSignal {
    fileprivate var isOfVersion3: Bool { indicator?.isOfVersion3 ?? false || type?.isOfVersion3 ?? false }
}

extension T38Indicator {
    /// Past the root of the enumeration of the first edition.
    fileprivate var isOfVersion3: Bool { rawValue >= T38Indicator.v8Ansam.rawValue }
}

extension T38DataType {
    fileprivate var isOfVersion3: Bool { rawValue >= T38DataType.v8.rawValue }
}
