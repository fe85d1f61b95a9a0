import FaxCore
import FaxWire

extension CallAssembler {
    /// By its port, by a NEW, or because it answers one.
    func isIAX2(_ info: PacketInfo, _ payload: RawSpan) -> Bool {
        if info.source.port == IAX2Frame.port || info.destination.port == IAX2Frame.port {
            return IAX2Frame.looksLike(payload)
        }
        if IAX2Frame.looksLikeNew(payload) { return true }
        let answered = FlowKey(source: info.destination, destination: info.source)
        return iax2.speaks(answered) && IAX2Frame.looksLike(payload)
    }

    mutating func iax2(_ info: PacketInfo, _ payload: RawSpan) {
        do throws(DecodeFailure) {
            if try iax2.receive(info, payload, keepsAudio: options.keepsAudio) { return }
            if book.count >= options.limits.openCalls { closeIdlest() }
            let call = book.openCall(dialog: nil, time: info.time, frame: info.frame)
            _ = try iax2.receive(info, payload, keepsAudio: options.keepsAudio, newCall: call)
        } catch {
            if !info.isTruncated { warning(error, frame: info.frame) }
        }
    }
}
