import FaxCore
import FaxWire
import PcapDecode

extension CaptureEditor {
    /// Another synchronisation source from a time on, its numbers as far from the old ones as `step` says.
    public mutating func changeSource(of sender: Party, after start: Instant, to ssrc: UInt32, step: UInt16 = 20_000) {
        editMedia(.rtp, from: sender, after: start) { payload, _ in
            Self.put(ssrc, at: 8, &payload)
            Self.put16(Self.be16(2, payload) &+ step, at: 2, &payload)
        }
    }

    /// Timestamps leap by so many ticks from a time on, the numbers go on.
    public mutating func leapTimestamps(of sender: Party, after start: Instant, by ticks: Int32) {
        editMedia(.rtp, from: sender, after: start) { payload, _ in
            Self.put(Self.be32(4, payload) &+ UInt32(bitPattern: ticks), at: 4, &payload)
        }
    }

    /// Payload types exchanged.
    public mutating func changePayloadType(
        of sender: Party, after start: Instant? = nil, before end: Instant? = nil, to type: UInt8
    ) {
        editMedia(.rtp, from: sender, after: start, before: end) { payload, _ in
            payload[1] = payload[1] & 0x80 | type & 0x7F
        }
    }

    /// Moves the packets of one party by a clock that is so many millionths slow against the capture's.
    public mutating func slowClock(of sender: Party, ppm: Double) {
        let start = start
        for packet in media(.rtp, from: sender) {
            let since = (packet.time - start).inSeconds
            records[packet.place].time = packet.time + .nanoseconds(Int64(since * ppm * 1_000))
        }
    }

    /// A packet of RTP events (RFC 4733) after each voice packet between two times, under their numbers and in their place.
    public mutating func replaceByEvents(
        _ code: UInt8, of sender: Party, after start: Instant, before end: Instant, payloadType: UInt8
    ) {
        var first: UInt32?
        editMedia(.rtp, from: sender, after: start, before: end) { payload, _ in
            let time = Self.be32(4, payload)
            let began = first ?? time
            first = began
            payload = Array(payload[..<12])
            payload[1] = payloadType & 0x7F
            Self.put(began, at: 4, &payload)
            let length = UInt16(truncatingIfNeeded: time &- began &+ 160)
            payload += [code, 10, UInt8(length >> 8), UInt8(length & 0xFF)]
        }
        if first == nil { complain("no packets to put events in the place of") }
    }

    /// A receiver report (RFC 3550 §6.4.2) that one party sends of what it hears of the other, on the port of its media.
    public mutating func insertReport(by reporter: Party, lost: UInt32, at time: Instant) {
        guard let heard = media(.rtp, from: reporter.other).first?.payload,
            let own = media(.rtp, from: reporter, before: time).last
        else { return complain("no media to report on") }
        var report: [UInt8] = [0x81, 201, 0, 7]
        report += own.payload[8..<12] + heard[8..<12]
        report += [0, UInt8(truncatingIfNeeded: lost >> 16), UInt8(truncatingIfNeeded: lost >> 8), UInt8(lost & 0xFF)]
        report += [UInt8](repeating: 0, count: 16)
        `repeat`(own.place, after: time - own.time) { $0.setPayload(report) }
    }

    private static func be16(_ offset: Int, _ payload: [UInt8]) -> UInt16 {
        UInt16(payload[offset]) << 8 | UInt16(payload[offset + 1])
    }

    private static func be32(_ offset: Int, _ payload: [UInt8]) -> UInt32 {
        UInt32(be16(offset, payload)) << 16 | UInt32(be16(offset + 2, payload))
    }

    private static func put16(_ value: UInt16, at offset: Int, _ payload: inout [UInt8]) {
        payload[offset] = UInt8(value >> 8)
        payload[offset + 1] = UInt8(truncatingIfNeeded: value)
    }

    private static func put(_ value: UInt32, at offset: Int, _ payload: inout [UInt8]) {
        put16(UInt16(value >> 16), at: offset, &payload)
        put16(UInt16(truncatingIfNeeded: value), at: offset + 2, &payload)
    }
}
