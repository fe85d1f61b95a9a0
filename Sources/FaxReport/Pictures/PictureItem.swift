import FaxCore
import PcapDecode
import T30Analyzer

/// A signal, a frame or a stretch of page data as a box on the time axis.
struct PictureItem: Sendable {
    /// The raw value is the style of its box.
    enum Kind: String, CaseIterable, Sendable {
        case tone, preamble, command, training, check, page, negotiation, sound

        var meaning: String {
            switch self {
            case .tone: "tone"
            case .preamble: "V.21 preamble"
            case .command: "T.30 frame"
            case .training: "training"
            case .check: "TCF"
            case .page: "page data"
            case .negotiation: "V.8, V.34"
            case .sound: "other sound"
            }
        }
    }

    var kind: Kind
    var party: Party?
    /// Seconds on the call's axis.
    var start: Double
    var end: Double
    /// Of its first packet.
    var frame: FrameRef?
    /// From the longest to the shortest: the first that fits is shown in the box.
    var labels: [String]
    /// Shown below the box when it does not fit into it.
    var isTold = false
    /// A frame whose check sequence is wrong.
    var isDamaged = false
    /// Damaged frames within page data, in seconds.
    var flaws: [ClosedRange<Double>] = []
    /// What a viewer shows under the pointer.
    var title = ""

    var isOfMessageChannel: Bool {
        switch kind {
        case .training, .check, .page: true
        case .tone, .preamble, .command, .negotiation, .sound: false
        }
    }
}

/// All items of a call in order of time.
struct PictureItems {
    private(set) var items: [PictureItem] = []
    private let fax: FaxSession
    private let axis: CallAxis

    /// Frames further apart than this, in seconds, are not one stretch of page data.
    private static let pause = 0.5
    private static let flawLimit = 10_000
    private static let burstLimit = 500

    init(_ analyzed: AnalyzedCall, axis: CallAxis) {
        fax = analyzed.fax
        self.axis = axis
        for signal in fax.signals { add(signal) }
        addMessages()
        for stream in analyzed.call.streams where !stream.isOtherHop {
            for event in stream.events { add(event, stream.direction) }
        }
        for index in items.indices { items[index].title = title(items[index]) }
        addQuality()
        let end = axis.seconds(axis.end)
        items.removeAll { $0.end < 0 || $0.start > end }
        let order = items.indices.sorted { (items[$0].start, $0) < (items[$1].start, $1) }
        items = order.map { items[$0] }
    }

    private func item(_ kind: PictureItem.Kind, _ party: Party?, _ start: Instant, _ end: Instant, _ labels: [String])
        -> PictureItem
    {
        PictureItem(
            kind: kind, party: party, start: axis.seconds(start), end: axis.seconds(max(start, end)), labels: labels)
    }

    // MARK: - Signals

    private mutating func add(_ signal: FaxSignal) {
        let kind = Self.kind(signal.name)
        var labels = [TerminalText.harmless(signal.name, limit: 40)]
        switch kind {
        case .preamble: labels.append("V.21")
        case .training:
            let words = signal.name.split(separator: " ")
            labels += [words.dropLast().joined(separator: " "), words.prefix(2).joined(separator: " ")]
        case .page:
            let page = page(at: signal.start)
            let told = [page.map { "page \($0.number)" } ?? signal.name, Self.speed(page)].compactMap(\.self)
            labels = [told.joined(separator: " · "), told[0]]
        case .tone, .command, .check, .negotiation, .sound: break
        }
        var item = item(kind, signal.direction, signal.start, signal.end, labels)
        item.frame = signal.firstFrame
        item.isTold = kind == .tone || kind == .negotiation || kind == .check
        items.append(item)
    }

    private static func kind(_ name: String) -> PictureItem.Kind {
        if name.contains("preamble") { return .preamble }
        if name.contains("training") { return .training }
        if name == "TCF" { return .check }
        if name.hasPrefix("page data") { return .page }
        if name.hasPrefix("V.8") || name.hasPrefix("V.34") { return .negotiation }
        let tones = ["CNG", "CED", "ANS", "/ANS", "DTMF", "dial", "busy", "ringback", "congestion", "SIT"]
        return tones.contains { name.hasPrefix($0) } ? .tone : .sound
    }

    private mutating func add(_ event: TelephoneEventRecord, _ party: Party?) {
        var item = item(.tone, party, event.time, event.time + event.duration, ["event \(event.name)", event.name])
        item.frame = event.frame
        item.isTold = true
        items.append(item)
    }

    // MARK: - Frames

    private mutating func addMessages() {
        var runs: [Party?: [T30Message]] = [:]
        for message in fax.messages {
            let run = runs[message.direction] ?? []
            if let last = run.last, !message.isImageFrame || (message.time - last.end).inSeconds > Self.pause {
                addImageFrames(run)
                runs[message.direction] = []
            }
            if message.isImageFrame { runs[message.direction, default: []].append(message) } else { add(message) }
        }
        for party in [Party.caller, .callee, nil] { if let run = runs[party], !run.isEmpty { addImageFrames(run) } }
    }

    private mutating func add(_ message: T30Message) {
        // Of a damaged frame the name may be damaged, too.
        let name = TerminalText.harmless(message.name, limit: 24) + (message.crcOK == false ? "?" : "")
        let isNegotiation = ["CI", "CM", "JM", "CJ"].contains(message.name)
        var item = item(isNegotiation ? .negotiation : .command, message.direction, message.time, message.end, [name])
        item.isTold = true
        item.frame = message.frame
        item.isDamaged = message.crcOK == false
        item.title = MessageText.brief(message) + (item.isDamaged ? " (FCS wrong)" : "")
        items.append(item)
    }

    /// `run` is not empty.
    private mutating func addImageFrames(_ run: [T30Message]) {
        // Nothing but damage need not be page data: only its name says so.
        if run.allSatisfy({ $0.crcOK == false }) { return run.forEach { add($0) } }
        let data = run.filter { $0.name.hasPrefix("FCD") }
        let page = page(at: run[0].time)
        let name = page.map { "page \($0.number)" } ?? "page data"
        let count = data.isEmpty ? "RCP" : "\(data.count) ECM frame\(data.count == 1 ? "" : "s")"
        let told = [name, Self.speed(page), count].compactMap(\.self)
        var item = item(
            .page, run[0].direction, run[0].time, run[run.count - 1].end,
            [told.joined(separator: " · "), "\(name) · \(count)", name])
        item.frame = run[0].frame
        let damaged = run.filter { $0.crcOK == false }
        item.flaws = damaged.prefix(Self.flawLimit).map {
            axis.seconds($0.time)...axis.seconds(max($0.time, $0.end))
        }
        let numbers = data.compactMap { Int($0.name.dropFirst(4)) }
        item.title = NumberRanges.text(numbers).map { "FCD \($0)" } ?? ""
        if !damaged.isEmpty { item.title += ", \(damaged.count) with wrong FCS" }
        items.append(item)
    }

    private func page(at time: Instant) -> FaxPage? {
        fax.pages.first { page in
            guard let start = page.start, let end = page.end else { return false }
            return start - .milliseconds(50) <= time && time <= end
        }
    }

    private static func speed(_ page: FaxPage?) -> String? {
        guard let page, let modem = page.modem else { return nil }
        return page.rateBps.map { "\(modem) \($0)" } ?? modem
    }

    /// How bursts were received, to their trainings and data.
    private mutating func addQuality() {
        for burst in fax.bursts.prefix(Self.burstLimit) {
            let told = ConstellationPicture.quality(burst)
            let (from, to) = (
                axis.seconds(burst.training.lowerBound), axis.seconds((burst.data ?? burst.training).upperBound)
            )
            if told.isEmpty { continue }
            for index in items.indices where items[index].party == burst.party && items[index].isOfMessageChannel {
                let middle = (items[index].start + items[index].end) / 2
                if from <= middle, middle <= to { items[index].title += ", \(told)" }
            }
        }
    }

    /// Name, place and what else is known, in one line.
    private func title(_ item: PictureItem) -> String {
        let from = item.party.map { ", from the \($0.rawValue)" } ?? ""
        let times = [item.start, item.end].map { Decimals.text($0, digits: 3) ?? "?" }
        let more = item.title.isEmpty ? "" : ": \(item.title)"
        return "\(item.labels.first ?? "")\(from), \(times[0])–\(times[1]) s\(more)"
    }
}
