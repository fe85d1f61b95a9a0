import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import FaxStation
import Foundation

/// One fax between fax software of others behind IAXmodem and our own endpoint over IAX2, on loopback.
public struct IAXModemCall: Sendable {
    public enum Direction: String, Sendable, Hashable, CaseIterable {
        /// The software dials, and our endpoint answers.
        case fromModem = "receive"
        /// Our endpoint calls, and the software answers.
        case toModem = "send"
    }

    /// What works the modem.
    public enum Software: String, Sendable, Hashable, CaseIterable {
        case efax, hylafax

        var party: SoftwareCall.Party { self == .efax ? .efax : .hylafax }
    }

    public var direction: Direction
    public var software = Software.efax
    public var pages: [PageBitmap]
    /// As IAXmodem's configuration names it: `ulaw`, `alaw` or `slinear`.
    public var codec = "ulaw"
    /// What the modem knows; the endpoint knows `right`.
    public var secret = IAXModemCall.right
    /// For the whole call, with the start of the programs.
    public var patience = Duration.seconds(150)
    /// Of every packet; `nil`: none.
    public var recordPath: String?

    public static let name = "fax0"
    public static let right = "a secret of tests"

    public init(_ direction: Direction, _ pages: [PageBitmap]) {
        self.direction = direction
        self.pages = pages
    }

    public struct Outcome: Sendable {
        public var isRegistered = false
        /// Our endpoint's own result; `nil`: there was no call.
        public var result: FaxResult?
        /// The other program says that its fax went well.
        public var isOthersSuccess = false
        public var arePagesEqual = false
        /// The format of the sound, as SDP would name it.
        public var encoding: String?
        public var story = ""

        /// Empty: all is as it should be.
        public var problems: [String] {
            var problems: [String] = []
            if !isRegistered { problems.append("the modem did not register") }
            if result?.isSuccess != true { problems.append("our endpoint says: \(result?.reason ?? "no call")") }
            if !isOthersSuccess { problems.append("the other program does not say that the fax went well") }
            if !arePagesEqual { problems.append("the pages that came are not those that were sent") }
            return problems
        }
    }

    /// Takes as long as the fax. Throws when a program is missing or cannot be set up.
    public func run() throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "iaxmodem-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let limit = ContinuousClock.now + patience
        var settings = IAX2EndpointSettings(
            listen: LoopbackPort.any, account: IAX2Account(name: Self.name, secret: Self.right))
        settings.recordPath = recordPath
        if direction == .fromModem {
            settings.answering = Answering(folder: try ReceptionFolder(path: folder.appending(path: "in").path))
        }
        let endpoint = try LiveIAX2(settings)
        defer { endpoint.close() }
        defer { endpoint.stop(patience: .seconds(1)) }
        let modem = try IAXModem(
            at: endpoint.address, name: Self.name, secret: secret, codec: IAXModem.Codec(rawValue: codec) ?? .ulaw,
            in: folder)
        defer { modem.end() }
        var run = Run(endpoint: endpoint)
        defer { run.program?.end() }
        var outcome = Outcome()
        outcome.isRegistered = run.wait(until: limit) { $0.contains(where: \.isRegistration) }
        if outcome.isRegistered {
            try begin(&run, modem, folder, limit)
            outcome.isOthersSuccess = try finish(&run, limit)
            outcome.arePagesEqual = SoftwareCall.areAsSent(
                try received(run), pages, by: direction == .fromModem ? software.party : .faxprobe)
        }
        outcome.result = run.result
        outcome.encoding = run.encoding
        outcome.story =
            run.events.compactMap { EventText.line($0) }.joined() + modem.story + (run.program?.story ?? "")
        return outcome
    }

    private func begin(
        _ run: inout Run, _ modem: IAXModem, _ folder: URL, _ limit: ContinuousClock.Instant
    ) throws {
        let place = folder.appending(path: software.rawValue)
        let device = try modem.terminal(until: limit)
        switch (direction, software) {
        case (.fromModem, .efax): run.program = try Efax.send(pages, to: "5550100", on: device, in: place)
        case (.fromModem, .hylafax): run.program = try HylaFAX.send(pages, to: "5550100", on: device, in: place)
        case (.toModem, _):
            run.program =
                software == .efax
                ? try Efax.receive(on: device, in: place) : try HylaFAX.receive(on: device, in: place)
            while ContinuousClock.now < limit, run.program?.isReady != true { Thread.sleep(forTimeInterval: 0.1) }
            run.endpoint.send([OutgoingIAX2Fax(try OutgoingDocument(pages), calledNumber: "5550100")])
        }
    }

    /// `true`: the other program says so.
    private func finish(_ run: inout Run, _ limit: ContinuousClock.Instant) throws -> Bool {
        _ = run.wait(until: limit) { $0.contains(where: \.isResult) }
        guard let program = run.program else { return false }
        let isGood = program.waitForEnd(min(limit - .now, .seconds(30)))
        // efax as a receiver may say that it failed although the page came: behind the end it reads its own last frame.
        if isGood || direction == .fromModem || software != .efax { return isGood }
        return try program.receivedPages().count == pages.count
    }

    private func received(_ run: Run) throws -> [PageBitmap] {
        switch direction {
        case .fromModem:
            try (run.result?.files ?? []).flatMap { try TIFFDocument.read(Array(Data(contentsOf: URL(filePath: $0)))) }
        case .toModem: try run.program?.receivedPages() ?? []
        }
    }

    /// What goes on meanwhile.
    private struct Run {
        let endpoint: LiveIAX2
        var program: (any FaxProgram)?
        var events: [EndpointEvent] = []

        mutating func wait(until limit: ContinuousClock.Instant, _ isEnough: ([EndpointEvent]) -> Bool) -> Bool {
            while !isEnough(events) {
                guard ContinuousClock.now < limit else { return false }
                if let event = endpoint.events.next(within: .milliseconds(200)) { events.append(event) }
            }
            return true
        }

        var result: FaxResult? {
            for event in events { if case .result(let result) = event.kind { return result } }
            return nil
        }

        var encoding: String? {
            for event in events { if case .iax2(.media(let encoding)) = event.kind { return encoding } }
            return nil
        }
    }
}

extension EndpointEvent {
    fileprivate var isRegistration: Bool {
        if case .iax2(.registered) = kind { return true }
        return false
    }

    fileprivate var isResult: Bool {
        if case .result = kind { return true }
        return false
    }
}
