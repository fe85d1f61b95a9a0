import FaxWire
import T30Analyzer

/// What the T.30 frames of the ladder say field by field; frames that say the same share one list.
struct FrameFields {
    static let setLimit = 200

    private(set) var sets: [JSONValue] = []
    /// The list of a step, by the step's index.
    private(set) var ofSteps: [JSONValue.Member] = []

    init(_ fax: FaxSession, _ ladder: LadderTable) {
        let told = fax.messages.filter { !$0.isImageFrame && !$0.fields.isEmpty }
        var known: [[UInt8]: Int] = [:]
        var next = 0
        for (index, step) in ladder.steps.enumerated() where LadderTable.layer(step) == .t30 {
            // Steps and frames are both in order of time.
            while next < told.count, told[next].time < step.time { next += 1 }
            let candidates = told[next...].prefix { $0.time == step.time }
            guard let message = candidates.first(where: { step.text.hasPrefix($0.name) && $0.direction == step.from })
            else { continue }
            if known[message.octets] == nil, sets.count < Self.setLimit {
                known[message.octets] = sets.count
                sets.append(.array(message.fields.map(Self.row)))
            }
            if let set = known[message.octets] { ofSteps.append(.init("\(index)", .integer(set))) }
        }
    }

    private static func row(_ field: T30Field) -> JSONValue {
        .array(
            [.optional(field.bit)]
                + [field.name, field.value.text, field.meaning].map { .string(TerminalText.harmless($0, limit: 200)) })
    }
}
