import FaxCore
import FaxDSP
import FaxEndpoint
import FaxStation
import Foundation

/// One end of a ``SoftwareCall``: an endpoint of ours, with a soft modem and a program on it where the fax is not our own.
final class SoftwareEnd {
    private let party: SoftwareCall.Party
    private let endpoint: LiveEndpoint
    private let folder: URL
    /// The terminal of its modem.
    private var device = ""
    private var program: (any FaxProgram)?
    private var events: [EndpointEvent] = []
    private let peer: Endpoint?

    /// - Parameter calling: the other end, of a sender.
    init(
        _ party: SoftwareCall.Party, _ transport: FaxTransport, _ folder: URL, calling peer: Endpoint? = nil,
        record: String?
    ) throws {
        self.party = party
        self.folder = folder
        self.peer = peer
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let loopback = Endpoint(IPAddress(v4: 0x7F00_0001), 0)
        var settings = EndpointSettings(listen: loopback)
        settings.transport = transport
        settings.recordPath = record
        let first = UInt16.random(in: 5...59) * 1_000 + (peer == nil ? 0 : 500)
        settings.mediaPorts = first...first + 499
        if party != .faxprobe {
            var modems = ModemSettings(
                link: folder.appending(path: "modem").path, target: "sip:{number}@\(peer ?? loopback)",
                peer: peer ?? loopback)
            modems.ringInterval = .seconds(1)
            settings.modems = modems
        } else if peer == nil {
            settings.answering = Answering(folder: try ReceptionFolder(path: folder.appending(path: "in").path))
        }
        endpoint = try LiveEndpoint(settings)
        if party != .faxprobe { try waitForModem() }
    }

    var address: Endpoint { endpoint.address }

    private func waitForModem() throws {
        while let event = endpoint.events.next(within: .seconds(10)) {
            events.append(event)
            if case .modem(let modem) = event.kind, case .ready(_, let terminal) = modem.kind {
                device = terminal
                return
            }
        }
        throw HylaFAXSpool.Failure(description: "the soft modem did not come up: \(events.map { "\($0.kind)" })")
    }

    // MARK: - The fax

    func receive() throws {
        switch party {
        case .efax: program = try Efax.receive(on: device, in: folder)
        case .hylafax: program = try HylaFAX.receive(on: device, in: folder)
        case .driver: program = try SerialModem.receive(on: device, in: folder)
        case .faxprobe: break
        }
    }

    func send(_ pages: [PageBitmap], to number: String) throws {
        switch party {
        case .efax: program = try Efax.send(pages, to: number, on: device, in: folder)
        case .hylafax: program = try HylaFAX.send(pages, to: number, on: device, in: folder)
        case .driver: program = try SerialModem.send(pages, to: number, on: device)
        case .faxprobe:
            guard let peer else { return }
            let destination = SIPTarget.destination("sip:\(number)@\(peer)", at: peer)
            endpoint.send(OutgoingFax(try OutgoingDocument(pages), to: destination))
        }
    }

    func waitUntilReady(_ limit: ContinuousClock.Instant) -> Bool {
        guard let program else { return true }
        while ContinuousClock.now < limit {
            if program.isReady, isModemOpen { return true }
            Thread.sleep(forTimeInterval: 0.1)
        }
        return false
    }

    /// A call before that is refused: no software has the modem open.
    private var isModemOpen: Bool {
        drain()
        var isOpen = false
        for event in events {
            guard case .modem(let modem) = event.kind else { continue }
            switch modem.kind {
            case .opened: isOpen = true
            case .closed: isOpen = false
            default: continue
            }
        }
        return isOpen
    }

    func waitForEnd(_ limit: ContinuousClock.Instant) -> Bool {
        if let program { return program.waitForEnd(limit - .now) }
        while ContinuousClock.now < limit {
            if let result { return result.isSuccess }
            if let event = endpoint.events.next(within: .milliseconds(100)) { events.append(event) }
        }
        return false
    }

    private var result: FaxResult? {
        for event in events { if case .result(let result) = event.kind { return result } }
        return nil
    }

    func receivedPages() throws -> [PageBitmap] {
        if let program { return try program.receivedPages() }
        return try (result?.files ?? []).flatMap { try TIFFDocument.read(Array(Data(contentsOf: URL(filePath: $0)))) }
    }

    // MARK: - Afterwards

    private func drain() { while let event = endpoint.events.next(within: .zero) { events.append(event) } }

    var carriedBy: FaxCall.Media? {
        drain()
        var media: FaxCall.Media?
        for event in events { if case .call(.mediaBegan(let began)) = event.kind { media = began } }
        return media
    }

    var story: String {
        drain()
        return events.compactMap { EventText.line($0) }.joined() + (program?.story ?? "")
    }

    func close() {
        program?.end()
        endpoint.stop(patience: .seconds(1))
        endpoint.close()
    }
}
