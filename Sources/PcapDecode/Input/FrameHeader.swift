import FaxCore
import FaxWire

/// What a capture file says of one frame, beside its octets.
public struct FrameHeader: Sendable, Hashable {
    public var ref: FrameRef
    public var time: Instant
    public var linkType: LinkType
    /// Index of the interface over the whole file: those of a later pcapng section count on.
    public var interface: UInt32
    /// Octets that the file holds of the frame.
    public var capturedLength: Int
    /// Octets of the frame on the wire, as the file says; never less than `capturedLength`.
    public var originalLength: Int

    public init(
        ref: FrameRef, time: Instant, linkType: LinkType, interface: UInt32, capturedLength: Int, originalLength: Int
    ) {
        self.ref = ref
        self.time = time
        self.linkType = linkType
        self.interface = interface
        self.capturedLength = capturedLength
        self.originalLength = originalLength
    }
}

/// Something that could not be read as it stands: the frame (or the frame that would have come next), the layer, the
/// offset in that layer's octets (for the layer `file`: in the unpacked file) and the reason.
public struct CaptureWarning: Sendable, Hashable, CustomStringConvertible {
    public var frame: FrameRef?
    public var layer: DecodeFailure.Layer
    public var offset: Int
    public var reason: String

    public init(frame: FrameRef?, layer: DecodeFailure.Layer, offset: Int, reason: String) {
        self.frame = frame
        self.layer = layer
        self.offset = offset
        self.reason = reason
    }

    public init(_ failure: DecodeFailure, frame: FrameRef?) {
        self.init(
            frame: frame, layer: failure.layer, offset: failure.offset,
            reason: "\(failure.field): \(failure.reasonText)")
    }

    public var description: String {
        let place = frame.map { "frame \($0.number), " } ?? ""
        return "\(place)\(layer.rawValue), octet \(offset): \(reason)"
    }
}

/// Warnings up to a limit; what comes after is counted.
public struct WarningList: Sendable {
    public enum Limit {
        public static let kept = 100
    }

    public private(set) var kept: [CaptureWarning] = []
    public private(set) var dropped = 0

    public init() {}

    public mutating func append(_ warning: CaptureWarning) {
        if kept.count < Limit.kept { kept.append(warning) } else { dropped += 1 }
    }
}
