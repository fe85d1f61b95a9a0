import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import FaxStation
import Foundation
import Synchronization

/// The line of an emulated server: an endpoint that answers, and one for each call that is placed, so that a call can be ended alone.
final class EmulatedServerLine: Sendable {
    private struct State {
        /// Jobs whose call runs, and those among them that were ended by command.
        var calls: Set<String> = []
        var killed: Set<String> = []
        var subscribers: [@Sendable (EmulatedNews) -> Void] = []
        var isClosed = false
    }

    private let answering: LiveEndpoint
    private let state = Mutex(State())
    private let transport: FaxTransport
    private let peer: Endpoint

    init(_ transport: FaxTransport, calling peer: Endpoint, in folder: URL) throws {
        self.transport = transport
        self.peer = peer
        var settings = Self.settings(transport)
        settings.answering = Answering(folder: try ReceptionFolder(path: folder.path))
        answering = try LiveEndpoint(settings)
        Thread.detachNewThread { [self] in
            follow(answering) { result in tell(.received(result)) }
        }
    }

    private static func settings(_ transport: FaxTransport) -> EndpointSettings {
        var settings = EndpointSettings(listen: LoopbackPort.any)
        settings.transport = transport
        settings.fax.identification = "+1 555 0300"
        settings.mediaPorts = 40_000...49_999
        return settings
    }

    var sipAddress: Endpoint { answering.address }
    func subscribe(_ subscriber: @escaping @Sendable (EmulatedNews) -> Void) {
        state.withLock { $0.subscribers.append(subscriber) }
    }
    func isCalling(_ job: String) -> Bool { state.withLock { $0.calls.contains(job) } }

    private func tell(_ news: EmulatedNews) {
        for subscriber in state.withLock({ $0.subscribers }) { subscriber(news) }
    }

    /// On a thread of its own: who asks may be an event loop, and an endpoint waits for its ports.
    func call(_ job: String, _ number: String, _ file: String) {
        Thread.detachNewThread { [self] in place(job, number, file) }
    }

    private func place(_ job: String, _ number: String, _ file: String) {
        guard let octets = try? FileOctets.read(file, limit: 64 << 20), let pages = try? TIFFDocument.read(octets),
            let document = try? OutgoingDocument(pages), let endpoint = try? LiveEndpoint(Self.settings(transport))
        else { return }
        _ = state.withLock { $0.calls.insert(job) }
        endpoint.send(OutgoingFax(document, to: SIPTarget.destination("sip:\(number)@\(peer)", at: peer)))
        var result: FaxResult?
        follow(endpoint, unless: job, answered: { tell(.answered(job: job)) }) { result = $0 }
        endpoint.stop(patience: .seconds(1))
        endpoint.close()
        let wasKilled = state.withLock { state in
            state.calls.remove(job)
            return state.killed.remove(job) != nil
        }
        if wasKilled { tell(.killed(job: job)) } else if let result { tell(.sent(job: job, result)) }
    }

    /// The thread of the call ends it: nobody else stops or closes its endpoint.
    func kill(_ job: String) {
        state.withLock { state in if state.calls.contains(job) { state.killed.insert(job) } }
    }

    /// Calls that run are ended by their threads.
    func close() {
        state.withLock { $0.isClosed = true }
        answering.stop(patience: .seconds(1))
        answering.close()
    }

    /// Until its one call ended or was killed, or, of the endpoint that answers, until all is closed.
    private func follow(
        _ endpoint: LiveEndpoint, unless job: String? = nil, answered: () -> Void = {}, _ ended: (FaxResult) -> Void
    ) {
        let isAnswering = endpoint === answering
        while !state.withLock({ $0.isClosed || job.map($0.killed.contains) == true }) {
            guard let event = endpoint.events.next(within: .milliseconds(200)) else { continue }
            if case .call(.answered) = event.kind { answered() }
            if case .result(let result) = event.kind {
                ended(result)
                if !isAnswering { return }
            }
        }
    }
}
