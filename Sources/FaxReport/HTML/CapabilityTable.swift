import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// DIS (and DTC) beside DCS: a row a capability, with what took it away where that can be told.
struct CapabilityTable {
    private(set) var columns: [FigureTable.Column] = []
    private(set) var rows: [[FigureTable.Cell]] = []

    private let fax: FaxSession
    private let place: CallPlace?
    private let limit: Int?
    private let frames: CapabilityFrames
    private var offer: T30Message? { frames.offer }
    private var first: T30Message? { frames.first }
    private var last: T30Message? { frames.last }

    /// Nothing without a DIS, DTC or DCS whose frame check is right.
    init(_ analyzed: AnalyzedCall, _ place: CallPlace? = nil) {
        self.place = place
        fax = analyzed.fax
        let parameters = analyzed.call.signalling.t38Switch
        limit = [parameters?.offer.maxBitRate, parameters?.answer?.maxBitRate].compactMap(\.self).min()
        frames = CapabilityFrames(fax)
        guard !frames.isEmpty else { return }
        let again = first?.octets != last?.octets
        columns = [.text(""), heading("can", offer), heading("sends with", first)]
        if again { columns.append(heading("at last", last)) }
        columns.append(.text("why not more"))
        rows = CapabilityFrames.capabilities.compactMap { row($0, again) }
    }

    private func heading(_ verb: String, _ message: T30Message?) -> FigureTable.Column {
        guard let message else { return .text(verb) }
        let who = message.direction?.rawValue ?? "one side"
        let frame = place?.number(message.lastFrame ?? message.frame).map { ", frame \($0)" } ?? ""
        return .text("\(who) \(verb) (\(message.name)\(frame))")
    }

    private func row(_ capability: (name: String, offered: [String], chosen: String), _ again: Bool)
        -> [FigureTable.Cell]?
    {
        let offered = frames.offered(capability.offered)
        let (chosen, finally) = (value(capability.chosen, first), value(capability.chosen, last))
        if offered == nil && chosen == nil && finally == nil { return nil }
        var cells: [FigureTable.Cell] = [
            .text(capability.name), .text(offered ?? "–"), .text(chosen ?? "–"),
        ]
        if again { cells.append(.text(finally ?? "–")) }
        return cells + [.text(reason(capability.chosen) ?? "")]
    }

    private func value(_ name: String, _ message: T30Message?) -> String? { CapabilityFrames.value(name, message) }

    // MARK: - Reasons

    /// What took a capability away, as far as the capture tells.
    func reason(_ chosen: String) -> String? {
        guard let offer, let first else { return nil }
        switch chosen {
        case "rate": return rateReason(offer, first)
        case "ecm":
            if !flag("ecm", offer) { return "the receiver does not offer it" }
            return flag("ecm", first) ? nil : "the sender does not use it"
        case "compression":
            guard let offered = list("compressions", offer), let used = value("compression", first),
                let place = offered.firstIndex(of: used), place + 1 < offered.count
            else { return nil }
            let better = offered[(place + 1)...].joined(separator: ", ")
            if offered.contains("MMR"), used != "MMR", !flag("ecm", first) { return "\(better): MMR needs ECM" }
            return "\(better): the sender does not use it"
        default: return nil
        }
    }

    private func rateReason(_ offer: T30Message, _ first: T30Message) -> String? {
        var reasons: [String] = []
        let failed = fax.trainings.count { $0.answer == "FTT" }
        if let highest = number("highest-rate", offer), let begun = Self.rate(value("rate", first)), begun < highest {
            if let limit, limit <= begun {
                reasons.append("T38MaxBitRate \(limit) in SDP")
            } else {
                reasons.append("the sender begins lower than \(highest)")
            }
        }
        if failed > 0, let begun = Self.rate(value("rate", first)), let ended = Self.rate(value("rate", last)),
            ended < begun
        {
            reasons.append("\(failed) failed training\(failed == 1 ? "" : "s") (FTT)")
        }
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    /// The number behind the modulation of `V.17 14400`.
    private static func rate(_ text: String?) -> Int? { text?.split(separator: " ").last.flatMap { Int($0) } }

    private func flag(_ name: String, _ message: T30Message) -> Bool {
        message.fields.contains { $0.name == name && $0.value == .flag(true) }
    }

    private func number(_ name: String, _ message: T30Message) -> Int? {
        guard case .number(let number)? = message.fields.first(where: { $0.name == name })?.value else { return nil }
        return number
    }

    private func list(_ name: String, _ message: T30Message) -> [String]? {
        guard case .list(let texts)? = message.fields.first(where: { $0.name == name })?.value else { return nil }
        return texts
    }
}
