import ATADrivers
import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import FaxReport
import FaxStation
import FaxWire
import Foundation
import PcapDecode
import Regression
import Simulator
import T30Analyzer

/// One call of a cell: a network on both sides, our endpoint, the device's state while it runs, and what the record says.
struct DeviceCall: Sendable {
    let bench: DeviceBench
    let cell: DeviceSuite.Cell
    let document: Suite.Document
    let impairment: Suite.Impairment
    let timeout: Duration
    let seed: UInt64
    /// Of the record and what comes, within the bench's folder.
    let label: String
    let shouldStop: @Sendable () -> Bool

    private static let loopback = IPAddress(v4: 0x7F00_0001)

    /// - Parameter settings: those of the cell and the suite's fixed ones.
    func run(_ settings: [DeviceSuite.Value]) async -> DeviceOutcome {
        let network: (forth: NetworkSpec, back: NetworkSpec)
        let endpoint: LiveEndpoint
        let record = "\(bench.folder)/\(label).pcapng"
        do {
            let spec = try NetworkSpec(options: impairment.network)
            network = (
                impairment.direction == .back ? .ideal : spec, impairment.direction == .forth ? .ideal : spec
            )
            endpoint = try open(record)
        } catch {
            return DeviceOutcome(cell, .notRun, reason: "\(error)")
        }
        defer { endpoint.close() }
        var proxies: [ImpairProxy] = []
        defer { for proxy in proxies { proxy.close() } }
        do {
            proxies.append(
                try proxy(at: bench.ports.proxy, to: bench.ports.center, cell.direction == .send ? network : nil))
            try await prepare(settings)
            guard let binding = bench.registrar.binding(of: bench.number) else {
                throw ATAFailure.notRegistered(line: bench.line, seconds: 0, said: nil)
            }
            if cell.direction == .receive {
                let target = try SIPTarget.resolve(binding.contact)
                proxies.append(try proxy(at: bench.ports.device, to: target, network))
            }
            _ = bench.unit?.takeResults()
            try await dial(endpoint)
        } catch {
            await Self.stop(endpoint)
            return DeviceOutcome(cell, .notRun, reason: "\(error)")
        }
        let (result, told) = await follow(endpoint)
        return judge(result, told, record)
    }

    // MARK: - Before

    private func open(_ record: String) throws -> LiveEndpoint {
        var settings = EndpointSettings(ports: [SIPPath(.udp, bench.ports.center)])
        settings.registrar = bench.registrar
        settings.recordPath = record
        settings.answering = Answering(folder: try ReceptionFolder(path: "\(bench.folder)/\(label)"))
        settings.fax.identification = "4711"
        settings.media.audio.jitterBuffer = .fixed(.milliseconds(120))
        return try LiveEndpoint(settings)
    }

    private func proxy(
        at listen: Endpoint, to target: Endpoint, _ network: (forth: NetworkSpec, back: NetworkSpec)?
    ) throws -> ImpairProxy {
        var settings = ImpairSettings(
            listen: listen, target: target, forth: network?.forth ?? .ideal, back: network?.back ?? .ideal)
        settings.seed = seed
        return try ImpairProxy(settings)
    }

    /// The cell's settings are in force, and the device is registered here with them.
    private func prepare(_ settings: [DeviceSuite.Value]) async throws {
        let before = bench.registrar.registrations
        let hasWritten = try await bench.apply(settings)
        let limit = ContinuousClock.now + bench.ata.patience.registers
        while bench.registrar.binding(of: bench.number) == nil
            || (hasWritten && bench.registrar.registrations == before)
        {
            guard !shouldStop() else { throw CancellationError() }
            guard ContinuousClock.now < limit else {
                let line = try? await bench.ata.driver.status().line(bench.line)
                throw ATAFailure.notRegistered(
                    line: bench.line, seconds: Int(bench.ata.patience.registers.inSeconds), said: line?.registration)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        try await bench.ata.waitUntilRegistered(line: bench.line)
    }

    private func dial(_ endpoint: LiveEndpoint) async throws {
        let outgoing = try OutgoingDocument(document.document.pages)
        if cell.direction == .receive {
            let uri = "sip:\(bench.number)@\(bench.ports.device)"
            endpoint.send(OutgoingFax(outgoing, to: SIPTarget.destination(uri, at: bench.ports.device)))
        } else if let unit = bench.unit {
            try unit.send(outgoing, to: "4711")
        } else if let real = bench.real {
            try runCommand(real)
        }
    }

    /// The fax machine of a real device is driven by a program of the suite's.
    private func runCommand(_ real: DeviceSuite.Device.Real) throws {
        guard let program = real.send.first else {
            throw ATAFailure.unsupported("the suite has no send: a program that makes the device's fax machine send")
        }
        let file = "\(bench.folder)/\(document.name).tif"
        try FileOctets.write(document.document.octets, to: file)
        let words = real.send.dropFirst().map {
            $0.replacing("{file}", with: file).replacing("{number}", with: "4711")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + words
        try process.run()
        let limit = timeout
        // It has no more time than the call.
        Thread.detachNewThread {
            let end = Date(timeIntervalSinceNow: limit.inSeconds + 10)
            while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.5) }
            if process.isRunning { process.terminate() }
        }
    }

    // MARK: - While it runs

    private func follow(_ endpoint: LiveEndpoint) async -> (FaxResult?, ATAStatus.Call?) {
        let limit = ContinuousClock.now + timeout
        var told: ATAStatus.Call?
        var asked = ContinuousClock.now
        var result: FaxResult?
        while result == nil, ContinuousClock.now < limit, !shouldStop() {
            while let event = endpoint.events.next(within: .zero) {
                if case .result(let found) = event.kind { result = found }
            }
            if result == nil, ContinuousClock.now >= asked {
                asked = ContinuousClock.now + .seconds(1)
                let calls = (try? await bench.ata.driver.status())?.line(bench.line)?.calls ?? []
                if let call = calls.first(where: \.isActive) { told = call }
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
        await Self.stop(endpoint)
        while let event = endpoint.events.next(within: .zero) {
            if case .result(let found) = event.kind, result == nil { result = found }
        }
        return (result, told)
    }

    /// Stopping waits for the other side; no task's thread may.
    private static func stop(_ endpoint: LiveEndpoint) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                endpoint.stop()
                continuation.resume()
            }
        }
    }

    // MARK: - After

    private func judge(_ result: FaxResult?, _ told: ATAStatus.Call?, _ record: String) -> DeviceOutcome {
        guard let result else {
            var outcome = DeviceOutcome(cell, .failed, reason: "no call came within \(Int(timeout.inSeconds)) s")
            outcome.told = told
            return outcome
        }
        let pages = document.document.pages.count
        let isWhole = result.isSuccess && result.pagesConfirmed == pages
        var outcome = DeviceOutcome(cell, isWhole ? .passed : .failed)
        if !isWhole { outcome.reason = result.reason ?? "\(result.pagesConfirmed) of \(pages) pages" }
        outcome.carriedBy = result.carriedBy
        outcome.duration = result.duration
        outcome.rateBps = result.report.rateBps > 0 ? result.report.rateBps : nil
        outcome.told = told
        let diagnosis = RecordDiagnosis()
        var analysis = AnalyzeRun(write: { _ in }, complain: { _ in })
        analysis.analysis.decoder.keepsAudio = true
        analysis.exports = [diagnosis]
        _ = analysis.run([record])
        outcome.verdict = diagnosis.sentence
        outcome.cause = diagnosis.cause
        return outcome
    }
}

/// The diagnosis of the call in a record.
private final class RecordDiagnosis: CallExport {
    private(set) var sentence: String?
    private(set) var cause: String?
    let needs: ExportNeeds = []

    func add(_ analyzed: AnalyzedCall, of source: ReportSource) {
        guard sentence == nil else { return }
        sentence = OutcomeSentence.text(analyzed)
        cause = analyzed.rootCause?.id
    }

    func end(_ summary: CaptureSummary, of source: ReportSource) {}
    func finish() throws(OutputFolder.Failure) {}
}
