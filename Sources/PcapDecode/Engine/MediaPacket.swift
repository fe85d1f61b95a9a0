import FaxCore

/// What the media of a flow need to know of a datagram beside its octets: little enough to be handed on in registers.
struct MediaPacket {
    var frame: FrameRef
    var time: Instant
    /// The file holds less of the payload than was on the wire.
    var isTruncated = false
    /// 0 = not fragmented, else the number of IP fragments that made the datagram.
    var fragments: UInt16 = 0
}

extension PacketInfo {
    var media: MediaPacket {
        MediaPacket(frame: frame, time: time, isTruncated: isTruncated, fragments: fragments)
    }
}
