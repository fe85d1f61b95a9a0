import FaxCore
import PcapDecode
import T30Analyzer

/// Two captures of the same calls at two places, held against each other.
public struct CaptureComparison: Sendable {
    /// What was read of one place.
    public struct Point: Sendable {
        public var files: [String]
        public var frames: Int
        public var firstTime: Instant
        public var lastTime: Instant
        public var calls: Int
        /// Numbers of the calls that the other place does not have, as far as ``CompareLimit/details``.
        public var unpaired: [Int]
        public var warnings: [CaptureWarning]
    }

    public struct Options: Sendable {
        /// Only this pair of calls.
        public var calls: (a: Int, b: Int)?
        /// Asked every so often; `true` stops reading.
        public var shouldStop: @Sendable () -> Bool = { false }

        public init() {}
    }

    public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        case noCalls(CapturePoint)
        case noSuchCall(CapturePoint, Int, of: Int)
        case notTheSameCall

        public var description: String {
            switch self {
            case .noCalls(let point): "\(point.rawValue) holds no call"
            case .noSuchCall(let point, let call, let count):
                "there is no call \(call) in \(point.rawValue), only \(count)"
            case .notTheSameCall:
                "the captures have no call in common: no Call-ID or SSRC is in both, nor a call of the same media or numbers at the same time; --call N,M holds "
                    + "one call against another all the same"
            }
        }
    }

    public var a: Point
    public var b: Point
    public var pairs: [PairComparison]
    /// Pairs past ``CompareLimit/pairs``.
    public var pairsDropped: Int
    public var warnings: [String]

    public init(_ a: PointSource, _ b: PointSource, options: Options = Options()) throws {
        let surveyA = try CaptureSurvey(a, shouldStop: options.shouldStop)
        let surveyB = try CaptureSurvey(b, shouldStop: options.shouldStop)
        let found = try Self.pair(surveyA, surveyB, options.calls)
        let chosen = found.prefix(CompareLimit.pairs)
        pairsDropped = found.count - chosen.count
        let readA = try PointReader(chosen.map { surveyA.cards[$0.a] }, a, shouldStop: options.shouldStop)
        let readB = try PointReader(chosen.map { surveyB.cards[$0.b] }, b, shouldStop: options.shouldStop)
        warnings = readA.warnings.map { "A: " + $0 } + readB.warnings.map { "B: " + $0 }
        pairs = chosen.compactMap { pair in
            guard let one = readA.calls[surveyA.cards[pair.a].id], let other = readB.calls[surveyB.cards[pair.b].id]
            else { return nil }
            return PairComparer(
                a: one, b: other, reason: pair.reason,
                spanA: surveyA.firstTime...max(surveyA.firstTime, surveyA.lastTime),
                spanB: surveyB.firstTime...max(surveyB.firstTime, surveyB.lastTime)
            ).compare()
        }
        self.a = Self.point(surveyA, paired: found.map(\.a))
        self.b = Self.point(surveyB, paired: found.map(\.b))
    }

    private static func pair(
        _ a: CaptureSurvey, _ b: CaptureSurvey, _ asked: (a: Int, b: Int)?
    ) throws(Failure) -> [CallPairing.Pair] {
        if a.cards.isEmpty { throw .noCalls(.a) }
        if b.cards.isEmpty { throw .noCalls(.b) }
        if let asked {
            guard let one = a.cards.firstIndex(where: { $0.id == asked.a }) else {
                throw .noSuchCall(.a, asked.a, of: a.cards.count)
            }
            guard let other = b.cards.firstIndex(where: { $0.id == asked.b }) else {
                throw .noSuchCall(.b, asked.b, of: b.cards.count)
            }
            return CallPairing(asked: one, other).pairs
        }
        let pairs = CallPairing(a.cards, b.cards).pairs
        if pairs.isEmpty { throw .notTheSameCall }
        return pairs
    }

    private static func point(_ survey: CaptureSurvey, paired: [Int]) -> Point {
        let paired = Set(paired)
        let unpaired = survey.cards.indices.filter { !paired.contains($0) }.map { survey.cards[$0].id }
        return Point(
            files: survey.files, frames: survey.frames, firstTime: survey.firstTime, lastTime: survey.lastTime,
            calls: survey.cards.count + survey.dropped, unpaired: Array(unpaired.prefix(CompareLimit.details)),
            warnings: survey.warnings)
    }

    /// Nothing was lost, changed or put in between the two places.
    public var isClean: Bool { pairs.allSatisfy { $0.findings.allSatisfy { $0.severity == .note } } }
}
