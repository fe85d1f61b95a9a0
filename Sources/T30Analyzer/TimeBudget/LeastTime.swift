import FaxCore
import FaxWire

/// The least time in which T.30 carries the pages of a fax: no delay, nothing sent twice, the first rate that both
/// sides had.
struct LeastTime {
    /// CED lasts 2.6 s to 4 s (T.30 4.2).
    static let answerTone = Duration.milliseconds(2_600)
    /// Between signals (T.30 5.3).
    static let turnaround = Duration.milliseconds(75)
    /// T.30 5.3.6.1.3.
    static let trainingCheck = Duration.milliseconds(1_500)
    /// Flags before the first frame of a partial page (T.4 A.3.1).
    static let flagsOfBlock = Duration.milliseconds(200)
    /// Octets of an FCD besides its data: flag, address, control, control field, number, FCS; and of three RCP.
    static let frameOverhead = 7
    static let returnOctets = 18
    static let framesOfBlock = 256
    /// Post-message commands and responses: three octets, PPS seven.
    static let plainFrame = 3
    static let partialPageFrame = 7

    private(set) var rateBps: Int?
    private var lengths: [Duration]
    private var signals = 0

    init(_ fax: FaxSession, _ turns: [Turn]) {
        lengths = TimeBudget.Kind.allCases.map { _ in .zero }
        rateBps = fax.trainings.compactMap(\.rateBps).first ?? fax.rateBps
        let modem = fax.trainings.compactMap(\.modem).first ?? fax.modem
        let training = T38Modem(rawValue: modem ?? "")
        add(.answerTone, Self.answerTone)
        for turn in Self.opening(turns) { add(.v21, Self.length(of: turn.messages.map(\.octets.count))) }
        if !fax.trainings.isEmpty {
            let long = training.flatMap { ModemTiming.training($0, rateBps: rateBps, isShort: false) } ?? .zero
            add(.training, long + Self.trainingCheck)
            add(.v21, Self.length(of: [Self.plainFrame]))
        }
        let short = training.flatMap { ModemTiming.training($0, rateBps: rateBps, isShort: true) } ?? .zero
        for page in fax.distinctPages { addPage(page, training: short) }
        add(.v21, Self.length(of: [Self.plainFrame]))
        lengths[TimeBudget.Kind.waiting.place] = Self.turnaround * max(0, signals - 1)
    }

    func length(of kind: TimeBudget.Kind) -> Duration { lengths[kind.place] }

    private mutating func add(_ kind: TimeBudget.Kind, _ length: Duration) {
        lengths[kind.place] += length
        signals += 1
    }

    /// What the two sides said of themselves first: DIS, DTC, DCS, each with the frames that came with it.
    private static func opening(_ turns: [Turn]) -> [Turn] {
        ["DIS", "DTC", "DCS"].compactMap { name in
            turns.first { turn in turn.messages.contains { $0.name == name && $0.crcOK != false } }
        }
    }

    /// A preamble of a second, then the frames with FCS and a flag each, at 300 bit/s.
    private static func length(of octets: [Int]) -> Duration {
        let bits = octets.reduce(0) { $0 + ($1 + 3) * 8 }
        return ModemTiming.preamble + .nanoseconds(Int64(bits) * 1_000_000_000 / 300)
    }

    private mutating func addPage(_ page: FaxPage, training: Duration) {
        guard let octets = page.octets, let rateBps, rateBps > 0 else { return }
        let frames = page.ecm == true ? page.ecmFrames ?? 0 : 0
        let blocks = max(1, (frames + Self.framesOfBlock - 1) / Self.framesOfBlock)
        let overhead = frames * Self.frameOverhead + (page.ecm == true ? blocks * Self.returnOctets : 0)
        let seconds = Double(octets + overhead) * 8 / Double(rateBps)
        lengths[TimeBudget.Kind.image.place] += .seconds(seconds)
        for _ in 0..<blocks {
            add(.training, training)
            if page.ecm == true { lengths[TimeBudget.Kind.image.place] += Self.flagsOfBlock }
            add(.v21, Self.length(of: [page.ecm == true ? Self.partialPageFrame : Self.plainFrame]))
            add(.v21, Self.length(of: [Self.plainFrame]))
        }
    }
}
