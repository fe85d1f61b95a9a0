import FaxCore
import FaxDSP
import FaxWire
import Foundation

/// A fax call that two engines held over a line without faults: what each sent, as samples of the same clock, and what
/// each made of it.
public struct EngineCall: Sendable {
    public var caller: [Int16]
    public var answerer: [Int16]
    public var callerReport: FaxStationReport
    public var answererReport: FaxStationReport
    /// The pages that the answerer wrote.
    public var received: [PageBitmap]
    /// When its last sample of both was made, in samples.
    public var sampleCount: Int { caller.count }

    /// Every frame that the receiving side of it handled as whole: V.21 and, with ECM, those of pages; sender's first.
    public func framesTaken(from role: FaxStation.Role) -> [[UInt8]] {
        (role == .caller ? answererReport : callerReport).frames.filter { !$0.isSent }.map(\.octets)
    }
}

/// Runs two ``FaxEngine``s against each other in virtual time, 20 ms a step; the caller sends pages.
public struct FaxCallMaker: Sendable {
    public enum Failure: Error, Sendable {
        case noEngine
        /// The call did not end within ``limitSeconds``.
        case endless
    }

    public var caller = FaxStation(.caller)
    public var answerer = FaxStation(.answerer)
    public var pages: [PageBitmap]
    /// Noise falls into this many TCFs from the first one on, so that the answerer asks for lower rates (T.30 5.3.6.1.4).
    public var damagedTrainings = 0
    /// One way, in steps of 20 ms.
    public var delaySteps = 1
    public var limitSeconds = 240
    /// Silence after the last DCN.
    public var tailSeconds = 0.5

    private static let step = 160

    /// Both stations the same but for their names.
    public init(
        pages: [PageBitmap], modems: [FaxStation.Modem] = FaxStation.Modem.allCases, hasECM: Bool = true,
        compressions: [FaxStation.Compression] = FaxStation.Compression.allCases
    ) {
        self.pages = pages
        caller.identification = "+1 555 0100"
        answerer.identification = "+1 555 0200"
        caller.modems = modems
        answerer.modems = modems
        caller.hasECM = hasECM
        answerer.hasECM = hasECM
        caller.compressions = compressions
        answerer.compressions = compressions
    }

    /// Makes the call. libspandsp wants files for its pages: they stand in a folder of their own while it lasts.
    public func call() throws -> EngineCall {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fax-call-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (sent, received) = (folder.appending(path: "sent.tif"), folder.appending(path: "received.tif"))
        try Data(TIFFDocument.write(pages)).write(to: sent)
        var (caller, answerer) = (caller, answerer)
        caller.documentPath = sent.path(percentEncoded: false)
        answerer.receptionPath = received.path(percentEncoded: false)
        var call = try run(caller, answerer)
        if let octets = try? Data(contentsOf: received) {
            call.received = (try? TIFFDocument.read(Array(octets))) ?? []
        }
        return call
    }

    private func run(_ callerStation: FaxStation, _ answererStation: FaxStation) throws -> EngineCall {
        guard var caller = FaxEngine(callerStation), var answerer = FaxEngine(answererStation) else {
            throw Failure.noEngine
        }
        let quiet = [Int16](repeating: 0, count: Self.step)
        var forth = [[Int16]](repeating: quiet, count: max(delaySteps, 1))
        var back = forth
        var call = EngineCall(
            caller: [], answerer: [], callerReport: caller.report, answererReport: answerer.report, received: [])
        var damage = TrainingDamage(count: damagedTrainings)
        var tail = Int(tailSeconds * 50)
        while tail > 0 {
            guard call.caller.count < limitSeconds * 8_000 else { throw Failure.endless }
            let fromAnswerer = answerer.step(forth.removeFirst())
            let fromCaller = damage.apply(caller.step(back.removeFirst()), answerer.report, at: call.caller.count)
            call.caller += fromCaller
            call.answerer += fromAnswerer
            forth.append(fromCaller)
            back.append(fromAnswerer)
            if caller.isDone, answerer.isDone { tail -= 1 }
        }
        caller.hangUp()
        answerer.hangUp()
        call.callerReport = caller.report
        call.answererReport = answerer.report
        return call
    }
}

extension FaxCallMaker {
    /// What a station's engine makes of samples that are not meant for it: a yardstick of what a real receiver would have
    /// decoded. It answers, but nobody listens; as long as it understands, it stays in step with the call.
    public static func hear(_ samples: [Int16], as station: FaxStation) throws -> FaxStationReport {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fax-call-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var station = station
        station.receptionPath = folder.appending(path: "received.tif").path(percentEncoded: false)
        guard var engine = FaxEngine(station) else { throw Failure.noEngine }
        for start in stride(from: 0, to: samples.count, by: step) {
            _ = engine.step(Array(samples[start..<min(start + step, samples.count)]))
        }
        engine.hangUp()
        return engine.report
    }
}

/// Noise in the TCF that follows a DCS, in pieces too close for a receiver to find a second of zeros between them.
private struct TrainingDamage {
    private var left: Int
    private var seen = 0
    /// Where the TCF of the last DCS is well under way.
    private var start: Int?
    private var random = SeededRandom(seed: 7)

    private static let length = 10_000
    private static let period = 2_400
    private static let piece = 480

    init(count: Int) { left = count }

    mutating func apply(_ samples: [Int16], _ answerer: FaxStationReport, at place: Int) -> [Int16] {
        noteCommands(answerer, place)
        guard left > 0, let start, place >= start else { return samples }
        if place - start >= Self.length {
            left -= 1
            self.start = nil
            return samples
        }
        guard (place - start) % Self.period < Self.piece else { return samples }
        return samples.map { _ in Int16(clamping: Int((random.unit() * 2 - 1) * 8_000)) }
    }

    private mutating func noteCommands(_ answerer: FaxStationReport, _ place: Int) {
        let frames = answerer.frames
        for frame in frames[min(seen, frames.count)...] where !frame.isSent {
            let frame = T30Frame(lax: frame.octets)
            guard frame.signal == .dcs, let modem = DigitalCommand(information: frame.information).modulation?.modem
            else { continue }
            start = place + Self.samplesFromCommandToTCF(modem)
        }
        seen = frames.count
    }

    /// 75 ms of silence and the training, and 200 ms into the TCF (T.30 5.3.6.1.3; V.17 5.1, V.29 8, V.27ter 2.5).
    private static func samplesFromCommandToTCF(_ modem: T38Modem) -> Int {
        let trainingMilliseconds =
            switch modem {
            case .v17: 1_393
            case .v29: 253
            case .v27ter: 943
            case .v21, .v8, .v33, .v34: 1_393
            }
        return (75 + trainingMilliseconds + 200) * 8
    }
}
