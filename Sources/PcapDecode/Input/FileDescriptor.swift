#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An open file for reading, closed with its owner; standard input is only borrowed.
struct FileDescriptor: ~Copyable {
    private let number: Int32
    private let closes: Bool
    /// Octets of a regular file, `nil` for pipes and devices.
    let size: Int64?

    /// Opens `path`, or standard input for `-`.
    init(path: String) throws(SystemError) {
        let opened = try FileDescriptor.opened(path)
        number = opened.number
        closes = opened.number != 0
        size = opened.size
    }

    private static func opened(_ path: String) throws(SystemError) -> (number: Int32, size: Int64?) {
        let number = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        if number < 0 { throw SystemError(code: errno) }
        var status = stat()
        let failure = fstat(number, &status) != 0 ? errno : status.st_mode & S_IFMT == S_IFDIR ? EISDIR : 0
        if failure != 0 {
            if number != 0 { close(number) }
            throw SystemError(code: failure)
        }
        return (number, status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil)
    }

    deinit {
        if closes { close(number) }
    }

    /// The first `count` octets, fewer where the file ends before; a pipe may give them one by one.
    func first(_ count: Int) throws(SystemError) -> [UInt8] {
        var octets: [UInt8] = []
        while octets.count < count {
            var octet: UInt8 = 0
            if try read(into: &octet, count: 1) == 0 { break }
            octets.append(octet)
        }
        return octets
    }

    /// `count` octets at `offset` of a regular file, fewer where they cannot be read.
    func octets(_ count: Int, at offset: Int64) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, got in
            got = max(0, pread(number, buffer.baseAddress, count, off_t(offset)))
        }
    }

    /// Reads up to `count` octets to `target`; 0 at the end. A read that a signal interrupts fails: whoever catches
    /// signals wants to go on with what there is, and whoever does not is never interrupted.
    func read(into target: UnsafeMutableRawPointer, count: Int) throws(SystemError) -> Int {
        let got = systemRead(number, target, count)
        guard got >= 0 else { throw SystemError(code: errno) }
        return got
    }
}

private func systemRead(_ number: Int32, _ target: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(number, target, count)
}

/// What the operating system answered.
struct SystemError: Error, Hashable {
    var code: Int32

    var isNotFound: Bool { code == ENOENT || code == ENOTDIR }
    var isForbidden: Bool { code == EACCES || code == EPERM }
    var isFolder: Bool { code == EISDIR }
    var text: String { String(cString: strerror(code)) }
}
