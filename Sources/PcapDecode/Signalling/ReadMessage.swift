import FaxCore
import FaxWire

/// A SIP message with what the dialogs ask of every one, so that the thread which reads packets can work it out for the
/// one that follows calls.
///
/// Held by reference: it goes from hand to hand, and each of the texts in it would be counted every time.
final class ReadMessage: Sendable {
    let message: SIPMessage
    /// `nil`: Call-ID or CSeq are missing or of no use.
    let head: MessageHead?
    /// Its session description, when it has one and it was to be read ahead.
    let sdp: DialogSDP?

    /// - Parameter describesSteps: as of the session description to read ahead; `nil`: leave it.
    init(_ message: SIPMessage, describesSteps: Bool? = nil) {
        self.message = message
        head = MessageHead(message)
        guard let describesSteps, head?.mayBeOfCall == true, let octets = message.sdp else {
            sdp = nil
            return
        }
        sdp = DialogSDP(octets, hash: DialogSDP.hash(octets), isDescribed: describesSteps)
    }

    /// A datagram that looks like SIP.
    /// - Parameter describesSteps: as of the session description to read ahead; `nil`: leave it to the dialog, which reads
    ///   the same one only once.
    static func datagram(_ payload: RawSpan, describesSteps: Bool?) -> Datagram {
        do throws(DecodeFailure) {
            let decoded = try SIPMessage.lax(payload)
            let read = ReadMessage(decoded.value, describesSteps: describesSteps)
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
