import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import Simulator

/// A scenario in the words of the command line and of suites; names and values as text, so that both read alike.
public struct ScenarioOptions: Sendable {
    /// A value that cannot be taken, and why.
    public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        public var option: String
        public var value: String
        public var problem: String

        public init(_ option: String, _ value: String, _ problem: String) {
            self.option = option
            self.value = value
            self.problem = problem
        }

        public var description: String { "\(option): '\(value)': \(problem)" }
    }

    /// Which direction of the network the options of impairment mean.
    public enum Direction: String, Sendable, CaseIterable {
        case both, forth, back
    }

    public var transport = CallScenario.Transport.t38
    public var hasECM = true
    public var maxRate: Int?
    /// Secondaries a packet; 0: the primary only.
    public var redundancy: Int?
    /// `span:entries`.
    public var fec: String?
    public var concealment: String?
    public var jitterBuffer: String?
    /// Of the answerer's clock against the caller's.
    public var skew: String?
    public var codec: String?
    public var packetTimeMs: Int?
    public var network: [NetworkSpec.Option] = []
    public var direction = Direction.both
    /// Names of the fault book, each with `@caller` or `@callee` behind it where the fault is not the usual one's.
    public var faults: [String] = []
    public var b2bua = CallScenario.Middle.none

    public init() {}

    public func scenario(
        _ document: SimulatedDocument, replay: (String) throws(NetworkSpecError) -> ReplayTrace = NetworkSpec.noReplay
    ) throws -> CallScenario {
        var scenario = CallScenario(document: document)
        scenario.transport = transport
        scenario.b2bua = b2bua
        try applyNetwork(to: &scenario, replay)
        for path in [\CallScenario.caller, \CallScenario.answerer] { try apply(to: &scenario[keyPath: path]) }
        if let skew { scenario.answerer.clockPPM = try Self.ppm(skew) }
        for fault in faults { try Self.apply(fault, to: &scenario) }
        return scenario
    }

    private static func apply(_ text: String, to scenario: inout CallScenario) throws {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard let fault = parts.first.flatMap({ FaultBook.fault(named: String($0)) }) else {
            throw Failure("fault", text, "no such fault; --list-faults shows all")
        }
        guard parts.count > 1 else { return try fault.apply(to: &scenario) }
        guard parts.count == 2, let party = Party(rawValue: String(parts[1])), fault.parties.contains(party) else {
            let known = fault.parties.map(\.rawValue).joined(separator: " or ")
            throw Failure("fault", text, "wants \(known) behind the @")
        }
        try fault.apply(to: &scenario, by: party)
    }

    /// The directions that are not meant keep the usual delay and nothing else.
    private func applyNetwork(
        to scenario: inout CallScenario, _ replay: (String) throws(NetworkSpecError) -> ReplayTrace
    ) throws {
        var options = network
        // A path without delay is said as --delay 0ms, or comes with the profile that has its own.
        if !options.contains(where: { ["delay", "profile", "replay"].contains($0.name) }) {
            options.append(NetworkSpec.Option("delay", "60ms"))
        }
        let spec = try NetworkSpec(options: options, replay: replay)
        if direction != .back { scenario.forth = spec }
        if direction != .forth { scenario.back = spec }
    }

    private func apply(to station: inout CallScenario.StationOptions) throws {
        station.hasECM = hasECM
        if let maxRate { try limit(&station, to: maxRate) }
        if let redundancy {
            guard (0...16).contains(redundancy) else { throw Failure("redundancy", "\(redundancy)", "wants 0 to 16") }
            station.t38.errorCorrections = redundancy == 0 ? [.none] : [.redundancy(.init(all: redundancy))]
        }
        if let fec { station.t38.errorCorrections = [try Self.parity(fec)] }
        if let concealment { station.audio.jitterBuffer.concealment = try Self.method(concealment) }
        if let jitterBuffer { station.audio.jitterBuffer.depth = try Self.depth(jitterBuffer) }
        if let codec { station.audio.codecs = [try Self.codec(codec)] }
        if let packetTimeMs {
            guard [10, 20, 30, 40, 50, 60].contains(packetTimeMs) else {
                throw Failure("ptime", "\(packetTimeMs)", "wants 10, 20, 30, 40, 50 or 60 milliseconds")
            }
            station.audio.packetTimeMs = packetTimeMs
        }
    }

    /// The highest rate is a matter of the modems that a station has (T.30 Table 2, DIS bits 11 to 14).
    private func limit(_ station: inout CallScenario.StationOptions, to rate: Int) throws {
        switch rate {
        case 14_400, 12_000: station.modems = [.v27ter, .v29, .v17]
        case 9_600, 7_200: station.modems = [.v27ter, .v29]
        case 4_800, 2_400: station.modems = [.v27ter]
        default:
            throw Failure(
                "max-rate", "\(rate)", "wants 14400, 12000 (V.17), 9600, 7200 (V.29), 4800 or 2400 (V.27ter)")
        }
        // Of the two rates of a modem the slower one: the sender begins there.
        if [12_000, 7_200, 2_400].contains(rate) { station.abilities.firstRateBps = rate }
        station.t38.maxBitRate = rate
    }

    private static func parity(_ text: String) throws -> UDPTLSender.Correction {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let span = parts[0], let entries = parts[1], span >= 1, entries >= 1,
            span * entries <= UDPTLSender.historyLimit
        else { throw Failure("fec", text, "wants SPAN:ENTRIES, such as 3:3, of which the product is at most 64") }
        return .fec(span: span, entries: entries)
    }

    private static func method(_ text: String) throws -> LossConcealment.Method {
        switch text {
        case "silence": .silence
        case "repeat": .repetition
        case "noise": .noise(gain: 1)
        case "appendix-i": .pitch
        default: throw Failure("plc", text, "wants silence, repeat, noise or appendix-i")
        }
    }

    private static func codec(_ text: String) throws -> AudioCapabilities.Codec {
        guard let codec = AudioCapabilities.Codec(rawValue: text.uppercased()) else {
            throw Failure("codec", text, "wants pcmu or pcma")
        }
        return codec
    }

    /// `fixed:60ms`, `adaptive:20ms:200ms[:packets|samples]`.
    private static func depth(_ text: String) throws -> JitterBuffer.Depth {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let failure = Failure(
            "jitter-buffer", text, "wants fixed:60ms, or adaptive:MINIMUM:MAXIMUM[:packets|samples]")
        switch parts.first {
        case "fixed":
            guard parts.count == 2 else { throw failure }
            return .fixed(try Quantity.duration(parts[1]))
        case "adaptive":
            guard (3...4).contains(parts.count) else { throw failure }
            let (minimum, maximum) = (try Quantity.duration(parts[1]), try Quantity.duration(parts[2]))
            guard minimum <= maximum else { throw failure }
            let unit = parts.count == 4 ? parts[3] : "packets"
            guard unit == "packets" || unit == "samples" else { throw failure }
            return .adaptive(
                .init(
                    minimum: minimum, maximum: maximum, initial: minimum,
                    unit: unit == "packets" ? .packets : .samples(1)))
        default: throw failure
        }
    }

    /// `60ppm`, `-60ppm`.
    private static func ppm(_ text: String) throws -> Double {
        guard text.hasSuffix("ppm"), let value = Double(text.dropLast(3)), abs(value) <= 1_000 else {
            throw Failure("skew", text, "wants parts per million from -1000ppm to 1000ppm, such as 60ppm")
        }
        return value
    }
}
