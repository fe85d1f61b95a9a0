import FaxCore
import FaxWire

/// The octets of a file or of standard input in order, unpacked when they are gzip or zstd (told by content). One
/// block of fixed size holds the window that the reader looks at; plain files are read straight into it.
///
/// The reader asks for octets with ``fill(_:)``, looks at them from ``pointer`` and moves on with ``consume(_:)``.
struct ByteSource: ~Copyable {
    enum Limit {
        /// Octets of the window: no record longer than this is seen whole. Small enough to stay in a core's cache.
        static let window = 5 << 16
        /// Octets read at one time where less is needed: what was just copied in is still near when it is looked at.
        static let chunk = 1 << 16
        /// What is read goes to the beginning of such a stretch, and from there in the file: processors copy slowly to
        /// places a few octets behind, modulo a page, those that they copy from (some to a quarter of their speed).
        static let alignment = 64
        static let page = 4096
        /// Octets of one block that are passed over in a stream, whose size is not known.
        static let streamedBlock = 1 << 26
    }

    enum Compression: Sendable, Hashable { case none, gzip, zstd }

    /// Why the octets ended before the file's own end.
    struct Stop: Hashable {
        var offset: Int
        var reason: String
    }

    /// The one that holds the window first.
    private var blocks: [OctetBlock]
    /// Its octets.
    private var buffer: UnsafeMutableRawPointer
    private let capacity: Int
    private var start = 0
    private var end = 0
    private var reachedEnd = false
    private var file: FileDescriptor
    private var gzip: GzipUnpacker?
    private var zstd: ZstdUnpacker?
    /// Offset of ``pointer`` in the unpacked octets.
    private(set) var position = 0
    private(set) var stop: Stop?
    let compression: Compression
    /// Called before a read that may wait for a live feed.
    var willRead: (() -> Void)?
    /// Told each block that holds the window from now on, and `nil` before it leaves its place there. Where somebody still
    /// holds the block then, the window goes on in another one; one that nobody holds is still in the cache.
    var onBlock: ((OctetBlock?) -> Void)? {
        didSet { onBlock?(blocks[0]) }
    }

    init(path: String, capacity: Int = Limit.window) throws(SystemError) {
        let file = try FileDescriptor(path: path)
        let first = try file.first(4)
        self.file = file
        self.capacity = capacity
        blocks = [OctetBlock(capacity: capacity + Limit.alignment)]
        buffer = blocks[0].start
        compression = ByteSource.compression(first.span.bytes)
        switch compression {
        case .none:
            buffer.copyMemory(from: first, byteCount: first.count)
            end = first.count
            reachedEnd = first.count < 4
        case .gzip: gzip = GzipUnpacker(packed: first.span.bytes)
        case .zstd: zstd = ZstdUnpacker(packed: first.span.bytes)
        }
    }

    private static func compression(_ first: RawSpan) -> Compression {
        if first.byteCount >= 4, first.be16(0) == 0x1F8B { return .gzip }
        if first.byteCount >= 4, first.le32(0) == 0xFD2F_B528 || first.le32(0) & 0xFFFF_FFF0 == 0x184D_2A50 {
            return .zstd
        }
        return .none
    }

    /// Octets of the file where it is a plain one of known size.
    var size: Int64? { compression == .none ? file.size : nil }

    /// Octets in the window from ``pointer`` on.
    var available: Int { end &- start }

    /// The first octet not yet consumed; valid until the next ``fill(_:)`` or ``skip(_:)``.
    var pointer: UnsafeRawPointer { UnsafeRawPointer(buffer + start) }

    /// Makes at least `count` octets available, or returns `false`: the file ends before (or `count` passes the window).
    @inline(__always)
    mutating func fill(_ count: Int) -> Bool {
        if end &- start >= count { return true }
        return refill(count)
    }

    @inline(never)
    private mutating func refill(_ count: Int) -> Bool {
        if count > capacity { return false }
        if start >= Limit.alignment { moveToFront() }
        while available < count, !reachedEnd { readMore(count - available) }
        return available >= count
    }

    /// Moves the window to the front of its block, or of another one, and there so that it ends where reading is quick.
    private mutating func moveToFront() {
        let window = UnsafeRawPointer(buffer + start)
        let count = available
        onBlock?(nil)
        if onBlock != nil { takeFreeBlock() }
        buffer = blocks[0].start
        start = -count & (Limit.alignment - 1)
        end = start + count
        (buffer + start).copyMemory(from: window, byteCount: count)
        onBlock?(blocks[0])
    }

    /// Brings a block that nobody else holds to the front; there are as many as are in use at one time.
    private mutating func takeFreeBlock() {
        for place in blocks.indices where isKnownUniquelyReferenced(&blocks[place]) {
            return blocks.swapAt(0, place)
        }
        blocks.append(OctetBlock(capacity: capacity + Limit.alignment))
        blocks.swapAt(0, blocks.count - 1)
    }

    private mutating func readMore(_ wanted: Int) {
        if file.size == nil { willRead?() }
        let room = capacity + Limit.alignment - end
        let chunk = Limit.chunk - (position + available) % Limit.page
        do throws(UnpackError) {
            let got = try unpack(into: buffer + end, count: min(room, max(chunk, wanted)))
            if got == 0 { reachedEnd = true }
            end += got
        } catch {
            reachedEnd = true
            stop = Stop(offset: position + end - start, reason: ByteSource.reason(error, compression))
        }
    }

    private mutating func unpack(into target: UnsafeMutableRawPointer, count: Int) throws(UnpackError) -> Int {
        if gzip != nil { return try gzip?.unpack(file, into: target, count: count) ?? 0 }
        if zstd != nil { return try zstd?.unpack(file, into: target, count: count) ?? 0 }
        do throws(SystemError) { return try file.read(into: target, count: count) } catch { throw .system(error) }
    }

    private static func reason(_ error: UnpackError, _ compression: Compression) -> String {
        switch error {
        case .system(let error): "reading failed: \(error.text)"
        case .cut: "the \(compression) data are cut off"
        case .damaged(let what): "the \(compression) data are damaged: \(what)"
        }
    }

    /// Whether a pcapng block of `length` octets can begin here: in a file it ends with the same length again, in a
    /// stream its length is bounded.
    func holdsBlock(_ length: Int, _ order: ByteOrder) -> Bool {
        guard let size else { return length <= Limit.streamedBlock }
        guard Int64(position) + Int64(length) <= size else { return false }
        let trailer = file.octets(4, at: Int64(position) + Int64(length) - 4)
        return trailer.count == 4 && Int(trailer.span.bytes.u32(0, order)) == length
    }

    /// Moves past `count` octets of the window.
    @inline(__always)
    mutating func consume(_ count: Int) {
        start = start &+ count
        position = position &+ count
    }

    /// Moves past `count` octets, reading on where they pass the window. Returns how many there were.
    mutating func skip(_ count: Int) -> Int {
        var left = count
        while left > 0 {
            let step = min(left, available)
            consume(step)
            left -= step
            if left > 0, !fill(1) { break }
        }
        return count - left
    }
}
