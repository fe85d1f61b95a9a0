import FaxCore
import FaxProtocol
import FaxWire

extension FaxCall {
    /// What a datagram is for, told by the port of ours that it came to or leaves from.
    public enum Port: Sendable, Hashable {
        case sip, rtp, rtcp, udptl
        /// A port that no description names: a peer whose packets come from elsewhere (``UDPTLFaults/movesAfter``).
        case stray
    }

    public enum Output: Sendable, Equatable {
        /// A datagram of media.
        case send([UInt8], from: Port, to: Endpoint)
        /// A SIP message; over TCP and TLS the driver finds the connection.
        case signal([UInt8], to: SIPPath)
        /// What a person or a log may want to know.
        case event(Event)
    }

    /// What happened, in the order in which it did.
    public enum Event: Sendable, Equatable {
        case calling
        case incoming(from: String)
        case ringing
        case answered
        case mediaBegan(Media)
        case offeredT38
        case t38Refused(status: Int)
        case refusedT38(status: Int)
        /// T.38 was agreed on and stayed silent.
        case offeredAudio
        case audioRefused(status: Int)
        /// T.30 phase E, with the engine's completion code: 0 = success.
        case faxEnded(completion: Int)
        case hungUp
        case ended(SIPEnding)
        /// Something that should not be: an engine that could not be made, a description without use.
        case trouble(String)
    }

    public enum Media: String, Sendable, Hashable {
        case audio
        case t38
    }
}
