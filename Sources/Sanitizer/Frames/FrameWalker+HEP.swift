import FaxCore
import FaxWire

extension FrameWalker {
    /// A HEP message that fills `payload` from its start: addresses and payload of the packet that it carries; names and
    /// keys are not kept. Returns its octets, 0 when it is none.
    mutating func hep(_ payload: Piece) -> Int {
        let start = payload.range.lowerBound
        let bytes = Array(octets[payload.range])
        guard let claimed = HEP.length(bytes.span.bytes) else { return 0 }
        let message = HEP.read(bytes.span.bytes).value
        guard let source = message.source, let destination = message.destination else { return 0 }
        let end = start + min(claimed, bytes.count)
        var offset = start + HEP.headerLength
        while end - offset >= 6 {
            let length = be16(offset + 4)
            guard length >= 6, length <= end - offset else { break }
            let value = rest(from: offset + 6, to: offset + length)
            chunk(be16(offset) == 0 ? be16(offset + 2) : -1, value, message, source, destination)
            offset += length
        }
        unread.append(rest(from: offset, to: end))
        return end - start
    }

    private mutating func chunk(
        _ type: Int, _ value: Piece, _ message: HEP.Message, _ source: IPAddress, _ destination: IPAddress
    ) {
        switch (type, value.range.count) {
        case (3...4, 4): address(value.range.lowerBound, 4, .ipv4)
        case (5...6, 16): address(value.range.lowerBound, 16, .ipv6)
        // Transport, ports, time, kind and number of the agent.
        case (1...2, _), (7...12, _): break
        case (15, 1...):
            datagrams.append(
                Datagram(
                    source: Endpoint(source, message.sourcePort ?? 0),
                    destination: Endpoint(destination, message.destinationPort ?? 0), pieces: [value], isCut: false,
                    hepType: max(1, message.payloadType ?? 1), time: message.time ?? time))
        default: unread.append(value)
        }
    }

    /// The HEP messages of a TCP segment; `false` when it begins with none.
    mutating func hepMessages(_ payload: Piece) -> Bool {
        var offset = payload.range.lowerBound
        while offset < payload.range.upperBound {
            let length = hep(rest(from: offset, to: payload.range.upperBound))
            if length == 0 { break }
            offset += length
        }
        guard offset > payload.range.lowerBound else { return false }
        unread.append(rest(from: offset, to: payload.range.upperBound))
        return true
    }
}
