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

    /// Leaves the session description to the dialog, which reads the same one only once.
    init(_ message: SIPMessage) {
        self.message = message
        head = MessageHead(message)
        sdp = nil
    }

    /// With its session description.
    init(_ message: SIPMessage, describesSteps: Bool, _ known: inout KnownMedia) {
        self.message = message
        head = MessageHead(message)
        guard head?.mayBeOfCall == true, let octets = message.sdp else {
            sdp = nil
            return
        }
        sdp = DialogSDP(octets, hash: DialogSDP.hash(octets), isDescribed: describesSteps, &known)
    }

    /// A datagram that looks like SIP.
    static func datagram(_ payload: RawSpan, read: (SIPMessage) -> ReadMessage = { ReadMessage($0) }) -> Datagram {
        do throws(DecodeFailure) {
            let decoded = try SIPMessage.lax(payload)
            return .message(read(decoded.value), stoppedBy: decoded.stoppedBy)
        } catch {
            return .unreadable(error)
        }
    }

    enum Datagram: Sendable {
        case message(ReadMessage, stoppedBy: DecodeFailure?)
        case unreadable(DecodeFailure)
    }
}
