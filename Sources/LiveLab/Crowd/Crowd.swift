import FaxCore
import FaxDSP
import FaxEndpoint
import FaxStation
import Foundation
import Simulator

/// Runs a ``CrowdPlan`` on the calling thread; each endpoint has its event loop on a thread of its own.
public final class Crowd {
    private let plan: CrowdPlan
    private let folder: URL
    private let caller: LiveEndpoint
    private let called: LiveEndpoint
    /// Who sends, and what; by turns.
    private let senders: [(endpoint: LiveEndpoint, fax: OutgoingFax)]
    private let clock = ContinuousClock()
    private var outcome = CrowdOutcome()
    /// Places in the outcome by Call-ID.
    private var places: [String: Int] = [:]
    /// Places of calls that were only counted, to be used again.
    private var freePlaces: [Int] = []
    private var begun = 0
    private var ended = 0
    private let openBefore: OpenFiles

    private static let address = IPAddress(v4: 0x7F00_0001)

    /// - Parameter folder: where received faxes are kept for the time being; it is removed at the end.
    public init(_ plan: CrowdPlan, folder: URL = .temporaryDirectory.appending(path: "faxlab-\(UUID().uuidString)"))
        throws
    {
        ProcessFigures.raiseDescriptorLimit()
        // It is held for as long as this is there.
        let document = try OutgoingDocument(plan.document.pages)
        openBefore = OpenFiles()
        self.plan = plan
        self.folder = folder
        var receiving = Self.settings(plan, 30_000...49_999)
        receiving.answering = Answering(folder: try ReceptionFolder(path: folder.path))
        called = try LiveEndpoint(receiving)
        var calling = Self.settings(plan, 10_000...29_999)
        if plan.goesBothWays {
            calling.answering = Answering(folder: try ReceptionFolder(path: folder.appending(path: "back").path))
        }
        caller = try LiveEndpoint(calling)
        var senders = [(caller, Self.fax(document, to: try plan.through(called.address)))]
        if plan.goesBothWays { senders.append((called, Self.fax(document, to: caller.address))) }
        self.senders = senders
    }

    private static func fax(_ document: OutgoingDocument, to target: Endpoint) -> OutgoingFax {
        OutgoingFax(document, to: SIPTarget.destination("sip:200@\(target)", at: target))
    }

    private static func settings(_ plan: CrowdPlan, _ ports: ClosedRange<UInt16>) -> EndpointSettings {
        var settings = EndpointSettings(listen: Endpoint(address, 0))
        settings.mediaPorts = ports
        settings.transport = plan.transport
        // One source that we know: what keeps strangers at bay would measure itself here.
        settings.limits.calls = 4 * plan.atOnce + 100
        settings.limits.callsPerSource = settings.limits.calls
        settings.limits.messageRate = 100_000
        settings.limits.messageBurst = 100_000
        settings.limits.openingRate = 100_000
        settings.limits.openingBurst = 100_000
        plan.adjust(&settings)
        return settings
    }

    public func run() throws -> CrowdOutcome {
        defer { try? FileManager.default.removeItem(at: folder) }
        try fill()
        _ = try (caller.takeTimes(), called.takeTimes())
        let (start, before) = (clock.now, ProcessFigures.now)
        stand()
        outcome.standing = clock.now - start
        outcome.cpu = ProcessFigures.now.cpu - before.cpu
        outcome.times.add(try caller.takeTimes())
        outcome.times.add(try called.takeTimes())
        drain()
        close()
        return outcome
    }

    // MARK: - Phases

    /// The first calls, one after the other.
    private func fill() throws {
        let start = clock.now
        while begun < first, !plan.shouldStop() {
            let due = Double(begun) / Double(max(first, 1))
            if clock.now - start >= plan.ramp * due { begin() } else { take(within: .milliseconds(5)) }
            take(within: .zero)
        }
    }

    private var first: Int {
        switch plan.length {
        case .calls(let count): min(plan.atOnce, count)
        case .hold: plan.atOnce
        }
    }

    /// Whoever ends makes room for the next.
    private func stand() {
        let start = clock.now
        var nextLook = start
        while isStanding(since: start), !plan.shouldStop() {
            while begun - ended < plan.atOnce, mayBegin(since: start) { begin() }
            take(within: .milliseconds(20))
            outcome.mostAtOnce = max(outcome.mostAtOnce, begun - ended)
            guard clock.now >= nextLook else { continue }
            nextLook = clock.now + .seconds(1)
            let figures = ProcessFigures.now
            outcome.residentKiB = max(outcome.residentKiB, figures.residentKiB)
            outcome.descriptors = max(outcome.descriptors, figures.descriptors)
        }
    }

    private func mayBegin(since start: ContinuousClock.Instant) -> Bool {
        switch plan.length {
        case .calls(let count): begun < count
        case .hold: isStanding(since: start)
        }
    }

    private func isStanding(since start: ContinuousClock.Instant) -> Bool {
        switch plan.length {
        case .calls(let count): begun < count || ended == 0
        case .hold(let time): clock.now - start < time
        }
    }

    private func drain() {
        let limit = clock.now + plan.patience
        while ended < begun, clock.now < limit { take(within: .milliseconds(50)) }
        // The other side's last word comes a moment later.
        let grace = clock.now + .seconds(10)
        while outcome.calls.contains(where: { $0.sent != nil && $0.received == nil }), clock.now < min(grace, limit) {
            take(within: .milliseconds(50))
        }
    }

    private func close() {
        caller.stop()
        called.stop()
        take(within: .zero)
        caller.close()
        called.close()
        outcome.calls.removeAll { $0.callID.isEmpty }
        if plan.comparesAtEnd { for place in outcome.calls.indices { compare(place) } }
        outcome.filesLeft = OpenFiles().since(openBefore)
    }

    // MARK: - Events

    private func begin() {
        let sender = senders[begun % senders.count]
        begun += 1
        sender.endpoint.send(sender.fax)
    }

    private func take(within patience: Duration) {
        var wait = patience
        while let event = caller.events.next(within: wait) {
            take(event)
            wait = .zero
        }
        while let event = called.events.next(within: .zero) { take(event) }
    }

    private func take(_ event: EndpointEvent) {
        switch event.kind {
        case .result(let result): take(result, of: event.call)
        case .trouble(let text): if event.call == nil { note(text) }
        case .refused(_, let status, let reason): note("\(status): \(reason)")
        default: break
        }
    }

    private static let troubleLimit = 100

    private func note(_ text: String) {
        if outcome.troubles.count < Self.troubleLimit { outcome.troubles.append(text) }
    }

    private func take(_ result: FaxResult, of number: Int?) {
        let id =
            result.callID ?? "call \(result.isSender ? "sent" : "received") as number \(number ?? 0), without an ID"
        let place = place(of: id)
        var result = result
        // Of calls that fail over hours only the reason is wanted: their frames would be what grows.
        if plan.countsOnly { result.report.frames = [] }
        if result.isSender {
            outcome.calls[place].sent = result
            outcome.calls[place].number = number
            ended += 1
        } else {
            outcome.calls[place].received = result
            if !plan.comparesAtEnd { compare(place) }
        }
        if plan.countsOnly, outcome.calls[place].isWhole { count(place, id) }
    }

    private func place(of id: String) -> Int {
        if let known = places[id] { return known }
        let place = freePlaces.popLast() ?? outcome.calls.count
        if place == outcome.calls.count {
            outcome.calls.append(CrowdCall(callID: id))
        } else {
            outcome.calls[place] = CrowdCall(callID: id)
        }
        places[id] = place
        return place
    }

    private func count(_ place: Int, _ id: String) {
        outcome.counted += 1
        outcome.calls[place] = CrowdCall(callID: "")
        places[id] = nil
        freePlaces.append(place)
    }

    /// Looks at the file that came, and removes it.
    private func compare(_ place: Int) {
        guard let path = outcome.calls[place].received?.files.first else { return }
        if let octets = try? Data(contentsOf: URL(filePath: path)), let pages = try? TIFFDocument.read(Array(octets)) {
            outcome.calls[place].areEqual = pages.map(\.octets) == plan.document.pages.map(\.octets)
        } else {
            outcome.calls[place].areEqual = false
        }
        try? FileManager.default.removeItem(atPath: path)
    }
}
