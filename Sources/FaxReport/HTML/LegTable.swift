import FaxCore
import PcapDecode
import T30Analyzer

/// What one leg of a call tells of capabilities: kept until its other leg is known too.
struct LegCapabilities {
    let call: Int
    /// Numbers of the calls that are taken for its other legs.
    let related: [Int]
    fileprivate let invited: Instant
    fileprivate let callerAddress: IPAddress?
    fileprivate let calleeAddress: IPAddress?
    fileprivate let frames: CapabilityFrames
    /// Why the DCS does not use all of the DIS, by the field of the DCS.
    fileprivate let reasons: [String: String]

    init(_ analyzed: AnalyzedCall) {
        let signalling = analyzed.call.signalling
        call = analyzed.call.id
        related = analyzed.call.related.map(\.call)
        invited = signalling.inviteTime ?? analyzed.call.firstTime
        callerAddress = signalling.callerAddress?.address
        calleeAddress = signalling.calleeAddress?.address
        frames = CapabilityFrames(analyzed.fax)
        let table = CapabilityTable(analyzed)
        var reasons: [String: String] = [:]
        for capability in CapabilityFrames.capabilities { reasons[capability.chosen] = table.reason(capability.chosen) }
        self.reasons = reasons
    }
}

/// DIS and DCS on both legs of one call, in the order in which they passed the box between them: what the one machine can,
/// what was passed on of it, what the other one chose, and what was passed on of that.
struct LegTable {
    /// The leg that a message entered the box on, and the one it left on.
    private let offer: (entered: LegCapabilities, left: LegCapabilities)
    private let command: (entered: LegCapabilities, left: LegCapabilities)

    /// `nil`: they are no legs of one call through a box, or one of them shows no capabilities.
    init?(_ one: LegCapabilities, _ other: LegCapabilities) {
        let (incoming, outgoing) = one.invited <= other.invited ? (one, other) : (other, one)
        guard let box = incoming.calleeAddress, box == outgoing.callerAddress, !incoming.frames.isEmpty,
            !outgoing.frames.isEmpty
        else { return nil }
        let offers = incoming.frames.offer ?? outgoing.frames.offer
        let commands = incoming.frames.first ?? outgoing.frames.first
        let offering = offers?.direction ?? commands?.direction?.other ?? .callee
        let isFromCaller = offering == .caller
        offer = isFromCaller ? (incoming, outgoing) : (outgoing, incoming)
        command = isFromCaller ? (outgoing, incoming) : (incoming, outgoing)
    }

    func write(to html: inout HTMLWriter, _ place: CallPlace) {
        html.element("h4", [:], "Both legs: what entered the box between them, and what left it")
        FigureTable(
            name: "Capabilities on both legs",
            columns: [
                .text(""), heading(offer.entered, offer.entered.frames.offer, "can", place),
                heading(offer.left, offer.left.frames.offer, "passed on", place),
                heading(command.entered, command.entered.frames.first, "chosen", place),
                heading(command.left, command.left.frames.first, "passed on", place), .text("what took it away"),
            ], rows: CapabilityFrames.capabilities.compactMap(row), place: place
        ).write(to: &html)
    }

    /// `callee can: DIS, call 2, frame 78`
    private func heading(_ leg: LegCapabilities, _ message: T30Message?, _ verb: String, _ place: CallPlace)
        -> FigureTable.Column
    {
        let name = place.sibling(leg.call).name
        guard let message else { return .text("\(verb): not seen, call \(name)") }
        let who = verb == "passed on" ? "" : (message.direction?.rawValue ?? "one side") + " "
        let frame = place.number(message.lastFrame ?? message.frame).map { ", frame \($0)" } ?? ""
        return .text("\(who)\(verb): \(message.name), call \(name)\(frame)")
    }

    private func row(_ capability: (name: String, offered: [String], chosen: String)) -> [FigureTable.Cell]? {
        let can = offer.entered.frames.offered(capability.offered)
        let passed = offer.left.frames.offered(capability.offered)
        let chosen = CapabilityFrames.value(capability.chosen, command.entered.frames.first)
        let arrived = CapabilityFrames.value(capability.chosen, command.left.frames.first)
        let cells = [can, passed, chosen, arrived]
        if cells.allSatisfy({ $0 == nil }) { return nil }
        var reasons: [String] = []
        if offer.entered.frames.offer != nil, let left = offer.left.frames.offer, can != passed {
            reasons.append("the box changes \(left.name)")
        }
        if let own = command.entered.reasons[capability.chosen] { reasons.append(own) }
        if command.entered.frames.first != nil, let left = command.left.frames.first, chosen != arrived {
            reasons.append("the box changes \(left.name)")
        }
        return [.text(capability.name)] + cells.map { .text($0 ?? "–") } + [.text(reasons.joined(separator: "; "))]
    }
}
