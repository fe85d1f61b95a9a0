import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import FaxStation
import Foundation

/// One endpoint of ours and what it tells of a single call, with its own record.
public struct SoloEndpoint {
    public struct Outcome: Sendable {
        public var result: FaxResult?
        public var events: [EndpointEvent] = []
        /// Of the received file.
        public var pages: [PageBitmap] = []

        public func has(_ event: FaxCall.Event) -> Bool {
            events.contains { if case .call(event) = $0.kind { true } else { false } }
        }
    }

    public let endpoint: LiveEndpoint
    public let record: URL

    /// - Parameter folder: for its record and what it receives; it stays.
    public init(
        _ transport: FaxTransport, in folder: URL, answers: Bool, adjust: (inout EndpointSettings) -> Void = { _ in }
    ) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        record = folder.appending(path: "call.pcapng")
        var settings = EndpointSettings(listen: LoopbackPort.any)
        settings.transport = transport
        settings.mediaPorts = 50_000...59_999
        settings.recordPath = record.path
        if answers {
            settings.answering = Answering(folder: try ReceptionFolder(path: folder.appending(path: "in").path))
        }
        adjust(&settings)
        endpoint = try LiveEndpoint(settings)
    }

    public func send(_ pages: [PageBitmap], to target: Endpoint) throws {
        try send(pages, to: SIPTarget.destination("sip:200@\(target)", at: target))
    }

    public func send(_ pages: [PageBitmap], to destination: SIPDestination) throws {
        endpoint.send(OutgoingFax(try OutgoingDocument(pages), to: destination))
    }

    /// Waits for the registrar's word; `false`: it refused, or said nothing.
    public func awaitsRegistration() -> Bool {
        let clock = ContinuousClock()
        let limit = clock.now + .seconds(20)
        while clock.now < limit {
            guard let event = endpoint.events.next(within: .milliseconds(100)) else { continue }
            if case .registration(let event) = event.kind {
                if case .registered = event { return true }
                return false
            }
        }
        return false
    }

    /// Until its call has ended and its result is told, or patience is over; then it is closed.
    /// - Parameters:
    ///   - moment: asked with the events so far, often, until it is true.
    ///   - act: done once when it is, on this thread.
    public func end(
        within patience: Duration, when moment: ([EndpointEvent]) -> Bool = { _ in false }, then act: () -> Void = {}
    ) -> Outcome {
        var outcome = Outcome()
        var hasActed = false
        let clock = ContinuousClock()
        let limit = clock.now + patience
        while outcome.result == nil, clock.now < limit {
            if let event = endpoint.events.next(within: .milliseconds(20)) { take(event, &outcome) }
            if !hasActed, moment(outcome.events) {
                hasActed = true
                act()
            }
        }
        endpoint.stop()
        while let event = endpoint.events.next(within: .zero) { take(event, &outcome) }
        endpoint.close()
        if let path = outcome.result?.files.first, let octets = try? Data(contentsOf: URL(filePath: path)) {
            outcome.pages = (try? TIFFDocument.read(Array(octets))) ?? []
        }
        return outcome
    }

    private func take(_ event: EndpointEvent, _ outcome: inout Outcome) {
        outcome.events.append(event)
        if case .result(let result) = event.kind { outcome.result = outcome.result ?? result }
    }
}
