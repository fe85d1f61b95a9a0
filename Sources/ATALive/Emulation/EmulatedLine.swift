import FaxCore
import FaxEndpoint
import FaxProtocol
import FaxStation
import Foundation
import Synchronization

/// The first line of an emulated device while its settings stay: an endpoint, and what its state page says of it.
final class EmulatedLine: Sendable {
    struct View: Sendable {
        var isRegistered = false
        var hasFailed = false
        var call: Call?
    }

    struct Call: Sendable {
        var number: Int
        var isIncoming: Bool
        var peer: String
        var began: ContinuousClock.Instant
        var isConnected = false
        var isFax = false
        var carriage = FaxCarriage()
    }

    private struct State {
        var view = View()
        var results: [FaxResult] = []
        var isOver = false
    }

    /// Results that wait to be taken.
    private static let resultLimit = 1_000
    private let endpoint: LiveEndpoint
    private let state: Mutex<State>
    private let ended = DispatchSemaphore(value: 0)

    init(_ settings: EndpointSettings, _ registration: RegistrationRequest?) throws {
        endpoint = try LiveEndpoint(settings)
        state = Mutex(State())
        if let registration { endpoint.register(registration) }
        Thread.detachNewThread { [self] in follow() }
    }

    var view: View { state.withLock { $0.view } }

    func takeResults() -> [FaxResult] {
        state.withLock { state in
            defer { state.results = [] }
            return state.results
        }
    }

    func send(_ fax: OutgoingFax) { endpoint.send(fax) }

    /// Hangs up, takes the registration back, and waits for that.
    func stop() {
        endpoint.stop(patience: .seconds(2))
        state.withLock { $0.isOver = true }
        ended.wait()
        endpoint.close()
    }

    private func follow() {
        while true {
            if let event = endpoint.events.next(within: .milliseconds(200)) {
                state.withLock { Self.take(event, &$0) }
            } else if state.withLock({ $0.isOver }) {
                ended.signal()
                return
            }
        }
    }

    private static func take(_ event: EndpointEvent, _ state: inout State) {
        switch event.kind {
        case .registration(.registered):
            state.view.isRegistered = true
            state.view.hasFailed = false
        case .registration(.failed):
            state.view.isRegistered = false
            state.view.hasFailed = true
        case .registration(.unregistered): state.view.isRegistered = false
        case .began(let uri, _, let isIncoming):
            state.view.call = Call(number: event.call ?? 0, isIncoming: isIncoming, peer: uri, began: .now)
        case .call(let what): take(what, &state.view)
        case .progress(let progress): state.view.call?.carriage = progress.carriage
        case .loss(let carriage): state.view.call?.carriage = carriage
        case .result(let result):
            state.view.call = nil
            if state.results.count < resultLimit { state.results.append(result) }
        case .listening, .refused, .negotiated, .page, .gateway, .gatewayResult, .modem, .iax2, .trouble, .warning,
            .notReturned:
            break
        }
    }

    private static func take(_ event: FaxCall.Event, _ view: inout View) {
        switch event {
        case .answered: view.call?.isConnected = true
        case .mediaBegan(let media): if media == .t38 { view.call?.isFax = true }
        case .ended: view.call = nil
        case .calling, .incoming, .ringing, .offeredT38, .t38Refused, .refusedT38, .offeredAudio, .audioRefused,
            .faxEnded, .hungUp, .trouble:
            break
        }
    }
}
