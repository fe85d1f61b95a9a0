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
                .text(""), .text("\(who(offer)) can"), .text("passed on"), .text("\(who(command)) chose"),
                .text("passed on"), .text("what took it away"),
            ],
            rows: [sources(place)] + CapabilityFrames.capabilities.compactMap(row), place: place
        ).write(to: &html)
    }

    private typealias Way = (entered: LegCapabilities, left: LegCapabilities)

    private func who(_ way: Way) -> String {
        let message = way.entered.call == offer.entered.call ? way.entered.frames.offer : way.entered.frames.first
        return message?.direction?.rawValue ?? "one side"
    }

    /// `call 2, DIS 78`: where each column comes from.
    private func sources(_ place: CallPlace) -> [FigureTable.Cell] {
        let messages: [(LegCapabilities, T30Message?)] = [
            (offer.entered, offer.entered.frames.offer), (offer.left, offer.left.frames.offer),
            (command.entered, command.entered.frames.first), (command.left, command.left.frames.first),
        ]
        let cells = messages.map { leg, message -> FigureTable.Cell in
            let call = "call \(place.sibling(leg.call).name), "
            guard let message else { return .text(call + "not seen") }
            return .text(
                call + message.name + (place.number(message.lastFrame ?? message.frame).map { " " + $0 } ?? ""))
        }
        return [.text("frame")] + cells + [.text("")]
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
