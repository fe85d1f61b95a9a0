import FaxCore
import FaxDSP
import FaxProtocol
import FaxReport
import Foundation
import Simulator
import TestSupport
import Testing

@testable import FaxEndpoint

/// A probe of a real fax machine: our own.
@Suite(.live) struct ProbeTests {
    /// A probe of `peer` with waits that are short where nothing comes.
    static func probe(
        _ peer: Endpoint, _ checks: Set<ProbeCheck>, _ transport: FaxTransport = .auto,
        profile: FaxProfile = FaxProfile(), over carrier: SIPTransport = .udp,
        change: @escaping (inout ProbeRun, inout EndpointSettings) -> Void = { _, _ in }
    ) async throws -> ProbeReport {
        try await OwnThread.run {
            var run = ProbeRun()
            run.patience.options = .seconds(2)
            run.pages.sample = [TextLikePage(heightPx: 100, seed: 5).bitmap()]
            run.timeout = .seconds(150)
            var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
            let first = UInt16.random(in: 300...640) * 100
            settings.mediaPorts = first...first + 99
            change(&run, &settings)
            let plan = ProbePlan(checks: checks, transport: transport, profile: profile)
            let parameter = carrier == .udp ? "" : ";transport=\(carrier.rawValue.lowercased())"
            return try run.run(plan, at: try ProbeTarget("sip:200@\(peer)\(parameter)"), settings)
        }
    }

    /// Answers faxes while `body` runs.
    private static func withReceiver<Value>(
        _ transport: FaxTransport = .auto, over carrier: SIPTransport = .udp, _ body: (Endpoint) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = EndpointSettings(ports: [SIPPath(carrier, FaxOnLoopback.anyPort)])
        settings.transport = transport
        let first = UInt16.random(in: 50...290) * 100
        settings.mediaPorts = first...first + 99
        settings.answering = Answering(folder: try ReceptionFolder(path: folder.path))
        let endpoint = try LiveEndpoint(settings)
        let value: Value
        do {
            value = try await body(endpoint.address)
        } catch {
            endpoint.stop(patience: .zero)
            endpoint.close()
            throw error
        }
        endpoint.stop(patience: .seconds(1))
        endpoint.close()
        return value
    }

    /// The first call, and OPTIONS, over a connection; a port that is closed says so.
    @Test func aProbeOverTCP() async throws {
        let checks: Set<ProbeCheck> = [.name, .reach, .options, .answer, .tone]
        let report = try await Self.withReceiver(over: .tcp) { try await Self.probe($0, checks, over: .tcp) }
        #expect(report.states[.reach] == .passed && report.states[.options] == .passed)
        #expect(report.states[.answer] == .passed && report.states[.tone] == .passed)
        let closed = try await Self.probe(Endpoint(FaxOnLoopback.address, 1), checks, over: .tcp)
        #expect(closed.states[.reach] == .failed && closed.states[.answer] == .notReached)
    }

    @Test func aFaxMachineThatOffersT38Passes() async throws {
        let quick = Set(ProbeCheck.allCases).subtracting(ProbeCheck.thorough)
        let report = try await Self.withReceiver { try await Self.probe($0, quick) }
        let text = ProbeText(report, usesColour: false).text
        #expect(report.verdict == .passed, "\(text)")
        #expect(report.states[.name] == .notApplicable && report.states[.register] == .notApplicable, "\(text)")
        for check in [ProbeCheck.reach, .options, .answer, .tone, .switch, .terms, .use, .nat, .dtmf] {
            #expect(report.states[check] == .passed, "\(check): \(text)")
        }
        #expect(report.calls.count == 1)
        #expect(report.value(.options, "Allow")?.contains("INVITE") == true)
        #expect(report.value(.switch, "offered by") == "them")
        #expect(report.value(.terms, "MaxDatagram") == "400 octets")
        #expect(report.value(.use, "error correction") == "redundancy" && report.value(.use, "ASN.1 form") == "1998")
        #expect(report.value(.use, "secondaries a packet") == "3", "\(text)")
        #expect(report.value(.answer, "time to 200") != nil && report.value(.answer, "time to 180") != nil)
        #expect(report.value(.tone, "heard") == "CED")
        #expect(report.value(.dtmf, "payload type") == "101")
    }

    /// The machine refuses T.38: we offer it in a call of our own, and go on in audio.
    @Test func aFaxMachineWithoutT38IsTold() async throws {
        var profile = FaxProfile()
        profile.maxRate = 4_800
        profile.hasECM = false
        let report = try await Self.withReceiver(.g711) {
            try await Self.probe($0, [.answer, .switch, .terms, .faxT38, .faxG711, .refresh], profile: profile)
        }
        let text = ProbeText(report, usesColour: false).text
        #expect(report.states[.switch] == .failed && report.reason(.switch) == "refused with 488", "\(text)")
        #expect(report.states[.terms] == .notApplicable && report.states[.faxT38] == .notApplicable, "\(text)")
        #expect(report.states[.refresh] == .notApplicable)
        #expect(report.states[.faxG711] == .passed && report.value(.faxG711, "rate") == "4800 bit/s", "\(text)")
        #expect(report.verdict == .limited && report.sentence.hasPrefix("Faxes pass over G.711."), "\(text)")
        #expect(report.calls.map(\.outcome) == ["success", "failed"], "\(text)")
    }

    @Test func aRefreshKeepsT38() async throws {
        let report = try await Self.withReceiver(.t38) { try await Self.probe($0, [.answer, .refresh], .t38) }
        let text = ProbeText(report, usesColour: false).text
        #expect(report.states[.refresh] == .passed, "\(text)")
        #expect(report.value(.refresh, "our re-INVITE") == "200" && report.value(.refresh, "T.38 kept") == "yes")
        #expect(report.value(.refresh, "session timer") == "yes", "\(text)")
    }

    /// The other way round: a call is waited for, and its caller looked into.
    @Test func aCallerIsLookedInto() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let report = try await OwnThread.run {
            let sender = try LiveEndpoint(EndpointSettings(listen: FaxOnLoopback.anyPort))
            defer { sender.close() }
            var run = ProbeRun()
            run.timeout = .seconds(120)
            run.onListening = { place in
                guard let document = try? OutgoingDocument([TextLikePage(heightPx: 100, seed: 5).bitmap()]) else {
                    return
                }
                sender.send(OutgoingFax(document, to: SIPTarget.destination("sip:200@\(place)", at: place)))
            }
            var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
            settings.mediaPorts = 64_100...64_199
            settings.answering = Answering(folder: try ReceptionFolder(path: folder.path))
            let plan = ProbePlan(checks: ProbeCheck.ofIncoming, transport: .auto, profile: FaxProfile())
            let report = try run.receive(plan, settings)
            sender.stop(patience: .seconds(1))
            return report
        }
        let text = ProbeText(report, usesColour: false).text
        for check in ProbeCheck.ofIncoming.subtracting([.faxG711]) {
            #expect(report.states[check] == .passed, "\(check): \(text)")
        }
        #expect(report.states[.faxG711] == nil && report.verdict == .passed, "\(text)")
        #expect(report.value(.tone, "heard") == "CNG" && report.value(.switch, "offered by") == "us", "\(text)")
        #expect(
            report.value(.use, "error correction") == "redundancy" && report.value(.answer, "user agent") == "faxprobe")
    }

    @Test func nobodyCalls() async throws {
        let report = try await OwnThread.run {
            var run = ProbeRun()
            run.timeout = .milliseconds(300)
            var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
            settings.mediaPorts = 64_200...64_299
            settings.answering = Answering(
                folder: try ReceptionFolder(path: FileManager.default.temporaryDirectory.path))
            let plan = ProbePlan(checks: ProbeCheck.ofIncoming, transport: .auto, profile: FaxProfile())
            return try run.receive(plan, settings)
        }
        #expect(!report.isClean && report.steps.allSatisfy { $0.state == .notReached && $0.reason == "nobody called" })
    }

    @Test func aPortThatIsClosedIsToldAtOnce() async throws {
        let socket = try BoundSocket(FaxOnLoopback.anyPort)
        close(socket.descriptor)
        let report = try await Self.probe(socket.endpoint, Set(ProbeCheck.allCases))
        let text = ProbeText(report, usesColour: false).text
        #expect(report.states[.reach] == .failed && report.reason(.reach)?.contains("refused") == true, "\(text)")
        #expect(report.states[.options] == .failed)
        for step in report.steps where step.check.needsCall { #expect(step.state == .notReached, "\(text)") }
        #expect(report.calls.isEmpty && report.verdict == .failed)
        #expect(report.sentence.contains("Reachable") && report.remedy?.contains("port") == true, "\(text)")
    }

    @Test func anAddressThatIsSilentIsGivenUp() async throws {
        let silent = try BoundSocket(FaxOnLoopback.anyPort)
        defer { close(silent.descriptor) }
        let report = try await Self.probe(silent.endpoint, [.reach, .options, .answer, .tone, .long])
        let text = ProbeText(report, usesColour: false).text
        #expect(report.states[.reach] == .failed && report.states[.answer] == .failed, "\(text)")
        #expect(report.states[.tone] == .notReached && report.states[.long] == .notReached, "\(text)")
        // By itself, not because its time was over.
        #expect(report.calls.count == 1 && report.reason(.tone) == "the call was not answered", "\(text)")
    }

    @Test func aPlanTellsItsCalls() {
        func plan(_ checks: Set<ProbeCheck>, _ transport: FaxTransport = .auto) -> ProbePlan {
            ProbePlan(checks: checks, transport: transport, profile: FaxProfile())
        }
        let all = Set(ProbeCheck.allCases)
        // First, our offer, six samples for each transport but the one that the first call is, long, refresh.
        #expect(plan(all).calls.count == 15 && plan(all).estimate > .seconds(600))
        #expect(plan(all.subtracting(ProbeCheck.thorough)).calls.count == 2)
        #expect(plan(all.subtracting(ProbeCheck.thorough), .g711).calls.count == 1)
        #expect(plan([.reach, .options]).calls.isEmpty && plan([.reach]).text == "no calls")
        #expect(plan([.faxG711], .t38).checks.isEmpty)
        #expect(!plan(all, .g711).checks.contains(.switch))
    }
}

extension ProbeReport {
    /// Of the first step of each check.
    var states: [ProbeCheck: ProbeStep.State] {
        Dictionary(steps.map { ($0.check, $0.state) }) { first, _ in first }
    }

    func value(_ check: ProbeCheck, _ name: String) -> String? {
        steps.first { $0.check == check }?.values.first { $0.name == name }?.text
    }

    func reason(_ check: ProbeCheck) -> String? { steps.first { $0.check == check }?.reason }
}
