/// A frame as evidence: its number counts from 1 in file order, as Wireshark counts; `file` tells which of several
/// files read as one capture it stands in (0 for the first or only one). The number 0 is no frame (``none``).
@frozen
public struct FrameRef: Hashable, Comparable, Sendable {
    public var file: UInt32
    public var number: UInt32

    /// Stands where there are no frames: in recordings.
    public static let none = FrameRef(number: 0)

    @inlinable
    public init(file: UInt32 = 0, number: UInt32) {
        self.file = file
        self.number = number
    }

    @inlinable
    public static func < (left: FrameRef, right: FrameRef) -> Bool {
        left.file == right.file ? left.number < right.number : left.file < right.file
    }
}
