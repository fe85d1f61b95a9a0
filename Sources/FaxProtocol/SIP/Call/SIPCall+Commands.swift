import FaxCore
import FaxWire

// What the side above wants.
extension SIPCall {
    mutating func perform(_ command: Command, at now: Instant) {
        switch command {
        case .invite(let destination, let offer): invite(destination, offer: offer?.octets, at: now)
        case .ring(let status, let description): ring(status: status, description: description?.octets, at: now)
        case .accept(let description): accept(description?.octets, at: now)
        case .reject(let status, let contacts): reject(status: status, contacts: contacts, at: now)
        case .offer(let description, let carrier): offer(description?.octets, by: carrier, at: now)
        case .answer(let description): answer(description.octets, at: now)
        case .refuse(let status): refuse(status: status, at: now)
        case .info(let content): sendInside(.info, .info, content, at: now)
        case .options: sendInside(.options, .options, nil, at: now)
        case .cancelOffer: cancelOffer(at: now)
        case .hangUp(let reason): hangUp(reason, at: now)
        }
    }

    private mutating func sendInside(
        _ method: SIPMethod, _ purpose: SIPClientRequest.Purpose, _ content: SIPContent?, at now: Instant
    ) {
        guard isEstablished, let dialog else { return emit(.commandRefused(.wrongState)) }
        if !start(plan(method, purpose, in: dialog, content: content), at: now) {
            emit(.commandRefused(.wrongState))
        }
    }

    private mutating func cancelOffer(at now: Instant) {
        guard let index = clients.firstIndex(where: { $0.isOpenModification && $0.method == .invite }) else {
            return emit(.commandRefused(.wrongState))
        }
        cancel(index, at: now)
    }

    mutating func hangUp(_ reason: SIPReason?, at now: Instant) {
        let reasons = reason.map { [$0] } ?? []
        switch phase {
        case .idle, .ended: emit(.commandRefused(.wrongState))
        case .calling:
            cancelInitial(at: now)
            end(.us, .cancelled, reasons: reasons, at: now)
        case .called(let called):
            if let index = openServer(called.key) { respond(to: index, status: 480, at: now) }
            end(.us, .refused(SIPRefusal(status: 480, reason: SIPStatus.phrase(480))), at: now)
        case .established:
            if case .theirsInResponse(.finalResponse, let owed, _) = session.exchange {
                acknowledge(owed.sequence, answer: nil)
            }
            if unacknowledged.contains(where: \.isInitial) {
                delayedBye = reasons
            } else {
                sendBye(reasons, at: now)
            }
            end(.us, .bye, reasons: reasons, at: now)
        }
    }
}
