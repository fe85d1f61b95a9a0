import CZlib
import CZstd
import FaxCore

/// Packed octets on their way into a library that unpacks: what was read and not yet used up.
private struct PackedInput: ~Copyable {
    static let capacity = 1 << 17

    let buffer: UnsafeMutablePointer<UInt8>
    var used = 0
    var count: Int

    init(_ first: RawSpan) {
        buffer = .allocate(capacity: max(PackedInput.capacity, first.byteCount))
        count = first.byteCount
        first.withUnsafeBytes { UnsafeMutableRawPointer(buffer).copyMemory(from: $0) }
    }

    deinit { buffer.deallocate() }

    var isEmpty: Bool { used == count }

    /// Reads more when everything is used up; `false` at the file's end.
    mutating func refill(_ file: borrowing FileDescriptor) throws(SystemError) -> Bool {
        if !isEmpty { return true }
        used = 0
        count = 0
        count = try file.read(into: buffer, count: PackedInput.capacity)
        return count > 0
    }
}

private extension UnsafeMutableRawPointer {
    /// Copies `buffer` here.
    func copyMemory(from source: UnsafeRawBufferPointer) {
        if let base = source.baseAddress { copyMemory(from: base, byteCount: source.count) }
    }
}

/// Why unpacking stopped.
enum UnpackError: Error {
    case system(SystemError)
    case cut
    case damaged(String)
}

/// A gzip file, of one or several members, unpacked as it is read.
struct GzipUnpacker: ~Copyable {
    private var input: PackedInput
    private let stream: UnsafeMutablePointer<z_stream>
    private var isReady: Bool
    /// Inside a member: the end of the file here means that it was cut.
    private var isInMember = true

    init(packed first: RawSpan) {
        input = PackedInput(first)
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 window bits, + 16: gzip framing only.
        isReady = inflateInit2_(stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        if isReady { inflateEnd(stream) }
        stream.deallocate()
    }

    /// Unpacks up to `count` octets to `target`; 0 at the end.
    mutating func unpack(
        _ file: borrowing FileDescriptor, into target: UnsafeMutableRawPointer, count: Int
    ) throws(UnpackError) -> Int {
        guard isReady else { throw .damaged("zlib could not be started") }
        while true {
            let more: Bool
            do throws(SystemError) { more = try input.refill(file) } catch { throw .system(error) }
            if !more {
                if isInMember { throw .cut }
                return 0
            }
            if !isInMember {
                // What follows a member is another one, or padding that is passed over.
                guard input.buffer[input.used] == 0x1F else { return 0 }
                inflateReset(stream)
                isInMember = true
            }
            stream.pointee.next_in = input.buffer + input.used
            stream.pointee.avail_in = UInt32(input.count - input.used)
            stream.pointee.next_out = target.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(count)
            let status = inflate(stream, Z_NO_FLUSH)
            input.used = input.count - Int(stream.pointee.avail_in)
            let got = count - Int(stream.pointee.avail_out)
            switch status {
            case Z_OK, Z_BUF_ERROR: break
            case Z_STREAM_END: isInMember = false
            default:
                if got > 0 { return got }
                throw .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "inflate error \(status)")
            }
            if got > 0 { return got }
        }
    }
}

/// A zstd file, of one or several frames, unpacked as it is read.
struct ZstdUnpacker: ~Copyable {
    enum Limit {
        /// Log2 of the largest window that a frame may ask for: 128 MB, what the zstd command accepts by itself.
        static let windowLog: Int32 = 27
        /// Octets asked for at a time: what the library unpacked in a call that fails is lost.
        static let piece = 4096
        /// The first piece is small, so that the library does not take a short file in one step.
        static let firstPiece = 64
    }

    private var input: PackedInput
    private let stream: OpaquePointer?
    private var isInFrame = true
    private var piece = Limit.firstPiece

    init(packed first: RawSpan) {
        input = PackedInput(first)
        stream = ZSTD_createDStream()
        ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Limit.windowLog)
    }

    deinit { ZSTD_freeDStream(stream) }

    /// Unpacks up to `count` octets to `target`; 0 at the end.
    mutating func unpack(
        _ file: borrowing FileDescriptor, into target: UnsafeMutableRawPointer, count: Int
    ) throws(UnpackError) -> Int {
        guard let stream else { throw .damaged("zstd could not be started") }
        while true {
            // Inside a frame the library may still hold output when all input is used up: it is asked before the file.
            if !isInFrame, try !refill(file) { return 0 }
            var source = ZSTD_inBuffer(src: input.buffer, size: input.count, pos: input.used)
            var output = ZSTD_outBuffer(dst: target, size: min(count, piece), pos: 0)
            let status = ZSTD_decompressStream(stream, &output, &source)
            input.used = source.pos
            if ZSTD_isError(status) != 0 {
                if output.pos > 0 { return output.pos }
                throw .damaged(String(cString: ZSTD_getErrorName(status)))
            }
            isInFrame = status != 0
            piece = Limit.piece
            if output.pos > 0 { return output.pos }
            if isInFrame, input.isEmpty, try !refill(file) { throw .cut }
        }
    }

    private mutating func refill(_ file: borrowing FileDescriptor) throws(UnpackError) -> Bool {
        do throws(SystemError) { return try input.refill(file) } catch { throw .system(error) }
    }
}
