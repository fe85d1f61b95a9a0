import CZlib
import FaxCore
import FaxWire

extension NetworkDecoder {
    /// Hands out the packet that a HEP message carries, with its own addresses, ports and time. Returns the octets of the
    /// message, 0 when it is none.
    mutating func hep<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, to sink: inout Sink) -> Int {
        guard let length = HEP.length(bytes) else { return 0 }
        let decoded = HEP.read(bytes)
        let message = decoded.value
        guard let source = message.source, let destination = message.destination, let range = message.payload else {
            return 0
        }
        if let failure = decoded.stoppedBy { lost(failure, &sink) }
        let outer = info
        defer { info = outer }
        info.source = Endpoint(source, message.sourcePort ?? 0)
        info.destination = Endpoint(destination, message.destinationPort ?? 0)
        info.transport = message.transport ?? Transport.udp
        info.hepType = max(1, message.payloadType ?? 1)
        info.time = message.time ?? outer.time
        info.depth = outer.depth &+ 1
        info.ipID = 0
        info.ttl = 0
        info.checksum = 0
        info.isTruncated = outer.isTruncated && decoded.stoppedBy != nil
        if message.isPacked {
            let unpacked = NetworkDecoder.unpack(bytes.extracting(range))
            if unpacked.isEmpty {
                lost(
                    DecodeFailure(
                        layer: .hep, field: "payload", offset: range.lowerBound,
                        reason: .invalid("cannot be unpacked")), &sink)
                return length
            }
            info.payloadLengthOnWire = unpacked.count
            sink.udp(info, payload: unpacked.span.bytes)
        } else {
            info.payloadLengthOnWire = range.count
            sink.udp(info, payload: bytes.extracting(range))
        }
        return length
    }

    /// HEP over TCP: the messages of a segment that begins with one. What a message has in the next segment is lost, and
    /// told. Returns `false` when the segment holds no whole message.
    mutating func hepMessages<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, to sink: inout Sink) -> Bool {
        var offset = 0
        while let length = HEP.length(bytes.extracting(offset...)), length <= bytes.byteCount - offset {
            if hep(bytes.extracting(offset..<offset + length), to: &sink) == 0 { break }
            offset += length
        }
        if offset > 0, offset < bytes.byteCount {
            lost(short(.hep, "message over TCP", offset, bytes.byteCount - offset + 1, bytes.byteCount - offset), &sink)
        }
        return offset > 0
    }

    /// Unpacks zlib data to at most ``Limit/hepUnpackedOctets``; empty when they are damaged.
    private static func unpack(_ packed: RawSpan) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Limit.hepUnpackedOctets) { buffer, count in
            var length = uLongf(Limit.hepUnpackedOctets)
            let status = packed.withUnsafeBytes { octets in
                uncompress(
                    buffer.baseAddress, &length, octets.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    uLong(octets.count))
            }
            count = status == Z_OK ? Int(length) : 0
        }
    }
}
