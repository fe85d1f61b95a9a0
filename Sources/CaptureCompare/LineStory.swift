import FaxCore
import T30Analyzer

/// What each party had on the line at one place, to tell what a lost packet carried.
struct LineStory: Sendable {
    private struct Item: Sendable {
        var party: Party?
        var start: Instant
        var end: Instant
        var name: String
    }

    private let items: [Item]

    init(_ fax: FaxSession) {
        let signals = fax.signals.filter(\.isFax).map {
            Item(party: $0.direction, start: $0.start, end: $0.end, name: $0.name)
        }
        let messages = fax.messages.map { message in
            Item(party: message.direction, start: message.time, end: message.end, name: message.name)
        }
        items = (signals + messages).sorted { ($0.start, $0.end, $0.name) < ($1.start, $1.end, $1.name) }
    }

    /// Names told of one span at most.
    private static let nameLimit = 6

    /// Frames and signals of the party in this span, frames of the image as ranges.
    func hits(_ span: ClosedRange<Instant>, of party: Party?) -> [String] {
        var names: [String] = []
        var image: [Int] = []
        for item in items where item.start <= span.upperBound && item.end >= span.lowerBound {
            guard item.party == party || item.party == nil || party == nil else { continue }
            if item.name.hasPrefix("FCD "), let number = Int(item.name.dropFirst(4)) {
                if !image.contains(number) { image.append(number) }
            } else if !names.contains(item.name) {
                names.append(item.name)
            }
        }
        if let low = image.min(), let high = image.max() {
            names.append(low == high ? "FCD \(low)" : "FCD \(low)–\(high)")
        }
        // What stands inside a signal tells more than the signal.
        let inner = names.filter { !Self.isCarrier($0) }
        return Array((inner.isEmpty ? names : inner).prefix(Self.nameLimit))
    }

    private static func isCarrier(_ name: String) -> Bool { name.hasSuffix("preamble") || name.hasSuffix("training") }
}
