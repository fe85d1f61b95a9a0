import FaxCore
import FaxWire

/// A SIP message with what the dialogs ask of every one, so that the thread which reads packets can work it out for the
/// one that follows calls.
struct ReadMessage: Sendable {
    let message: SIPMessage
    /// `nil`: Call-ID or CSeq are missing or of no use.
    let head: MessageHead?
    /// Its session description, when it has one and it was to be read ahead.
    private(set) var sdp: DialogSDP?

    init(_ message: SIPMessage) {
        self.message = message
        head = MessageHead(message)
    }

    /// Reads the session description ahead too.
    init(_ message: SIPMessage, describesSteps: Bool) {
        self.init(message)
        guard head?.mayBeOfCall == true, let octets = message.sdp else { return }
        sdp = DialogSDP(octets, hash: DialogSDP.hash(octets), isDescribed: describesSteps)
    }

    /// A datagram that looks like SIP.
    /// - Parameter describesSteps: as of the session description to read ahead; `nil`: leave it to the dialog, which reads
    ///   the same one only once.
    static func datagram(_ payload: RawSpan, describesSteps: Bool?) -> Datagram {
        do throws(DecodeFailure) {
            let decoded = try SIPMessage.lax(payload)
            let read =
                describesSteps.map { ReadMessage(decoded.value, describesSteps: $0) } ?? ReadMessage(decoded.value)
            return .message(read, stoppedBy: decoded.stoppedBy)
        } catch {
            return .unreadable(error)
        }
    }

    enum Datagram: Sendable {
        case message(ReadMessage, stoppedBy: DecodeFailure?)
        case unreadable(DecodeFailure)
    }
}
