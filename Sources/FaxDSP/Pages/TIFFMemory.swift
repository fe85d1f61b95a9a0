import CTIFF

/// A TIFF in memory, open in libtiff. Nothing of it touches a file, so a document is written to disk in one piece.
struct TIFFHandle: ~Copyable {
    /// What libtiff sees as the file.
    private final class Storage {
        var octets: [UInt8]
        var offset = 0

        init(_ octets: [UInt8]) { self.octets = octets }
    }

    private let storage: Storage
    private let tiff: OpaquePointer

    /// The document must stay small enough for 32-bit offsets.
    static let octetLimit = 1 << 30

    /// Opens `octets` to read. `nil`: not a TIFF.
    init?(reading octets: [UInt8]) {
        self.init(storage: Storage(octets), mode: "rm")
    }

    /// Opens an empty document to write.
    static func forWriting() -> TIFFHandle? { TIFFHandle(storage: Storage([]), mode: "wm") }

    private init?(storage: Storage, mode: String) {
        Self.silence
        let context = Unmanaged.passUnretained(storage).toOpaque()
        let opened = TIFFClientOpen(
            "page", mode, context,
            { context, buffer, count in TIFFHandle.read(context, buffer, count) },
            { context, buffer, count in TIFFHandle.write(context, buffer, count) },
            { context, offset, whence in TIFFHandle.seek(context, offset, whence) },
            { _ in 0 },
            { context in toff_t(TIFFHandle.storage(context)?.octets.count ?? 0) },
            { _, _, _ in 0 },
            { _, _, _ in })
        guard let opened else { return nil }
        self.storage = storage
        tiff = opened
    }

    deinit { TIFFClose(tiff) }

    /// libtiff prints to standard error unless told not to.
    private static let silence: Void = {
        TIFFSetErrorHandler(nil)
        TIFFSetWarningHandler(nil)
    }()

    // MARK: libtiff's view of the storage

    private static func storage(_ context: UnsafeMutableRawPointer?) -> Storage? {
        context.map { Unmanaged<Storage>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func read(
        _ context: UnsafeMutableRawPointer?, _ buffer: UnsafeMutableRawPointer?, _ count: tmsize_t
    ) -> tmsize_t {
        guard let storage = storage(context), let buffer, storage.offset < storage.octets.count else { return 0 }
        let taken = min(max(0, Int(count)), storage.octets.count - storage.offset)
        storage.octets.withUnsafeBytes { octets in
            let slice = UnsafeRawBufferPointer(rebasing: octets[storage.offset..<storage.offset + taken])
            UnsafeMutableRawBufferPointer(start: buffer, count: taken).copyMemory(from: slice)
        }
        storage.offset += taken
        return tmsize_t(taken)
    }

    private static func write(
        _ context: UnsafeMutableRawPointer?, _ buffer: UnsafeMutableRawPointer?, _ count: tmsize_t
    ) -> tmsize_t {
        guard let storage = storage(context), let buffer, count > 0 else { return 0 }
        guard count <= octetLimit else { return -1 }
        let end = storage.offset + Int(count)
        guard end <= octetLimit else { return -1 }
        if storage.octets.count < end {
            storage.octets.append(contentsOf: repeatElement(0, count: end - storage.octets.count))
        }
        let offset = storage.offset
        storage.octets.withUnsafeMutableBytes { octets in
            UnsafeMutableRawBufferPointer(rebasing: octets[offset..<end])
                .copyMemory(from: UnsafeRawBufferPointer(start: buffer, count: Int(count)))
        }
        storage.offset = end
        return count
    }

    private static func seek(_ context: UnsafeMutableRawPointer?, _ offset: toff_t, _ whence: Int32) -> toff_t {
        guard let storage = storage(context) else { return toff_t.max }
        let base: Int
        switch whence {
        case SEEK_CUR: base = storage.offset
        case SEEK_END: base = storage.octets.count
        default: base = 0
        }
        let place = base &+ Int(truncatingIfNeeded: offset)
        guard place >= 0, place <= octetLimit else { return toff_t.max }
        storage.offset = place
        return toff_t(place)
    }

    // MARK: Fields

    func set(_ tag: Int32, _ values: any CVarArg...) -> Bool {
        withVaList(values) { TIFFVSetField(tiff, UInt32(tag), $0) } == 1
    }

    func set(_ tag: Int32, text: String) -> Bool {
        text.withCString { pointer in withVaList([pointer]) { TIFFVSetField(tiff, UInt32(tag), $0) } } == 1
    }

    func uint16(_ tag: Int32) -> UInt16? {
        var value: UInt16 = 0
        let found = withUnsafeMutablePointer(to: &value) { pointer in
            withVaList([pointer]) { TIFFVGetFieldDefaulted(tiff, UInt32(tag), $0) }
        }
        return found == 1 ? value : nil
    }

    func uint32(_ tag: Int32) -> UInt32? {
        var value: UInt32 = 0
        let found = withUnsafeMutablePointer(to: &value) { pointer in
            withVaList([pointer]) { TIFFVGetField(tiff, UInt32(tag), $0) }
        }
        return found == 1 ? value : nil
    }

    func float(_ tag: Int32) -> Float? {
        var value: Float = 0
        let found = withUnsafeMutablePointer(to: &value) { pointer in
            withVaList([pointer]) { TIFFVGetField(tiff, UInt32(tag), $0) }
        }
        return found == 1 ? value : nil
    }

    // MARK: Data

    var scanlineOctets: Int { max(0, Int(TIFFScanlineSize(tiff))) }

    /// Row `index` as stored photometrically; `nil` when it cannot be decoded.
    func row(_ index: Int) -> [UInt8]? {
        var row = [UInt8](repeating: 0, count: scanlineOctets)
        let status = row.withUnsafeMutableBytes { TIFFReadScanline(tiff, $0.baseAddress, UInt32(index), 0) }
        return status == 1 ? row : nil
    }

    /// The coded octets of all strips of the current page, one after the other.
    func rawStrips() -> [UInt8] {
        var octets: [UInt8] = []
        for strip in 0..<TIFFNumberOfStrips(tiff) {
            let size = TIFFRawStripSize64(tiff, strip)
            guard size > 0, size <= Self.octetLimit - octets.count else { break }
            var data = [UInt8](repeating: 0, count: Int(size))
            let read = data.withUnsafeMutableBytes { TIFFReadRawStrip(tiff, strip, $0.baseAddress, tmsize_t($0.count)) }
            guard read > 0 else { break }
            octets += data.prefix(Int(read))
        }
        return octets
    }

    /// Writes the page's only strip and its directory.
    func writePage(_ octets: [UInt8]) -> Bool {
        var octets = octets
        let written = octets.withUnsafeMutableBytes {
            TIFFWriteEncodedStrip(tiff, 0, $0.baseAddress, tmsize_t($0.count))
        }
        return written >= 0 && TIFFWriteDirectory(tiff) == 1
    }

    func nextPage() -> Bool { TIFFReadDirectory(tiff) == 1 }

    /// The document as written so far.
    func writtenOctets() -> [UInt8]? { TIFFFlush(tiff) == 1 ? storage.octets : nil }
}
