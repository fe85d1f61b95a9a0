/// A frame as evidence: its number counts from 1 in file order, as Wireshark counts; `file` tells which of several
/// files read as one capture it stands in (0 for the first or only one). The number 0 is no frame (``none``).
@frozen
public struct FrameRef: Hashable, Comparable, Sendable {
    /// File and number in one word: it goes with every packet, and is read and written at once.
    public var word: UInt64

    /// Stands where there are no frames: in recordings.
    public static let none = FrameRef(number: 0)

    @inlinable
    public init(file: UInt32 = 0, number: UInt32) {
        word = UInt64(file) << 32 | UInt64(number)
    }

    @inlinable
    public var file: UInt32 {
        get { UInt32(truncatingIfNeeded: word >> 32) }
        set { word = UInt64(newValue) << 32 | UInt64(number) }
    }

    @inlinable
    public var number: UInt32 {
        get { UInt32(truncatingIfNeeded: word) }
        set { word = UInt64(file) << 32 | UInt64(newValue) }
    }

    @inlinable
    public static func < (left: FrameRef, right: FrameRef) -> Bool { left.word < right.word }
}

extension FrameRef: CustomStringConvertible {
    public var description: String { file == 0 ? "frame \(number)" : "frame \(number) of file \(file)" }
}
