import FaxCore
import FaxEndpoint
import Foundation

/// A whole HylaFAX installation (Debian's packages) with a spool, a scheduler, a protocol server and a soft modem of its own: it sends
/// what is handed in, and answers calls.
public final class HylaFAXServer {
    /// Where its protocol server listens.
    public let port: UInt16
    private let endpoint: LiveEndpoint
    private let spool: HylaFAXSpool
    private var programs: [ChildProgram] = []

    /// Takes some seconds, until its modem is idle. Throws when a program is missing or cannot be set up.
    /// - Parameter peer: who is called, whatever number is dialled.
    public init(_ transport: FaxTransport, in folder: URL, calling peer: Endpoint) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var settings = EndpointSettings(listen: LoopbackPort.any)
        settings.transport = transport
        settings.mediaPorts = 40_000...49_999
        var modems = ModemSettings(
            link: folder.appending(path: "modem").path, target: "sip:{number}@\(peer)", peer: peer)
        modems.ringInterval = .seconds(1)
        settings.modems = modems
        endpoint = try LiveEndpoint(settings)
        port = LoopbackPort.free()
        do {
            let device = try Self.device(endpoint)
            spool = try HylaFAXSpool(for: device, in: folder)
            try start("/usr/sbin/faxq", ["-D"])
            try start("/usr/sbin/hfaxd", ["-d", "-i", "\(port)"])
            try start("/usr/sbin/faxgetty", [device])
            try waitUntilReady()
        } catch {
            for program in programs.reversed() { program.endFamily() }
            endpoint.stop(patience: .seconds(1))
            endpoint.close()
            throw error
        }
    }

    /// Where its modem is called.
    public var sipAddress: Endpoint { endpoint.address }

    /// What its programs and its modem said.
    public var story: String {
        var events: [EndpointEvent] = []
        while let event = endpoint.events.next(within: .zero) { events.append(event) }
        return events.compactMap { EventText.line($0) }.joined() + spool.story + programs.map { $0.output() }.joined()
    }

    public func close() {
        for program in programs.reversed() { program.endFamily() }
        programs = []
        endpoint.stop(patience: .seconds(1))
        endpoint.close()
    }

    private static func device(_ endpoint: LiveEndpoint) throws -> String {
        while let event = endpoint.events.next(within: .seconds(10)) {
            if case .modem(let modem) = event.kind, case .ready(_, let terminal) = modem.kind { return terminal }
        }
        throw HylaFAXSpool.Failure(description: "the soft modem did not come up")
    }

    private func start(_ path: String, _ arguments: [String]) throws {
        programs.append(
            try ChildProgram(
                path, ["-q", spool.folder.path] + arguments, folder: spool.folder, log: "program\(programs.count).log"))
    }

    private func waitUntilReady() throws {
        let status = spool.folder.appending(path: "status/\(spool.modem)")
        let limit = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < limit {
            let said = try? String(contentsOf: status, encoding: .isoLatin1)
            if said?.contains("Running and idle") == true, LoopbackPort.answers(port) { return }
            Thread.sleep(forTimeInterval: 0.1)
        }
        throw HylaFAXSpool.Failure(description: "HylaFAX's modem did not become idle: \(story)")
    }
}
