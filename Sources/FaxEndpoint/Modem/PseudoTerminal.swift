import FaxCore
import Glibc

/// A terminal that a program on this machine can open as if a modem hung on it: our end of a pty, and a link to the other.
struct PseudoTerminal {
    struct Failure: Error, Sendable, CustomStringConvertible {
        let description: String

        fileprivate init(_ text: String) { description = "\(text): \(String(cString: strerror(errno)))" }

        fileprivate init(occupied path: String) {
            description = "\(path) exists and is no symbolic link; choose another --link"
        }
    }

    /// Our end: not blocking.
    let descriptor: Int32
    /// The other end, such as `/dev/pts/7`.
    let path: String
    /// Leads to ``path``.
    let link: String

    /// - Parameter mode: permissions of the other end, such as 0o600.
    init(link: String, mode: UInt32) throws(Failure) {
        self.link = link
        (descriptor, path) = try Self.open(mode: mode)
        do {
            try Self.point(link, to: path)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    /// Raw, and closed once at the other end: from then on the system says whether somebody has it open.
    private static func open(mode: UInt32) throws(Failure) -> (descriptor: Int32, path: String) {
        var attributes = termios()
        cfmakeraw(&attributes)
        attributes.c_cflag |= tcflag_t(CREAD | CLOCAL)
        cfsetspeed(&attributes, speed_t(B38400))
        var (ours, theirs): (Int32, Int32) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&ours, &theirs, &name, &attributes, nil) == 0 else {
            throw Failure("cannot open a pseudo-terminal")
        }
        defer { Glibc.close(theirs) }
        guard fchmod(theirs, mode) == 0, fcntl(ours, F_SETFL, O_NONBLOCK) == 0,
            fcntl(ours, F_SETFD, FD_CLOEXEC) == 0
        else {
            let failure = Failure("cannot set up a pseudo-terminal")
            Glibc.close(ours)
            throw failure
        }
        return (ours, String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// In one step, so that nobody finds it missing; takes the place of a link, never of anything else.
    private static func point(_ link: String, to path: String) throws(Failure) {
        var status = stat()
        if lstat(link, &status) == 0, status.st_mode & S_IFMT != S_IFLNK { throw Failure(occupied: link) }
        let draft = "\(link).\(getpid())"
        unlink(draft)
        guard symlink(path, draft) == 0, rename(draft, link) == 0 else {
            let failure = Failure("cannot make the link \(link)")
            unlink(draft)
            throw failure
        }
    }

    /// Octets that were taken, as many as there was room for; `nil`: the terminal is gone.
    func write(_ octets: ArraySlice<UInt8>) -> Int? {
        let count = octets.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    /// Takes the link away, when it still leads here. ``descriptor`` is closed by who reads from it.
    func removeLink() {
        var target = [CChar](repeating: 0, count: 128)
        let length = readlink(link, &target, target.count)
        guard length > 0 else { return }
        if target.prefix(length).map({ UInt8(bitPattern: $0) }).elementsEqual(path.utf8) { unlink(link) }
    }
}
