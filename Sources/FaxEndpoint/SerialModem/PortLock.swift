import Glibc

/// A device for one program at a time: a lock file as UUCP, HylaFAX, mgetty and minicom know them (`LCK..ttyS0` with the process
/// number in ten places), where the system has a folder for those.
final class PortLock {
    private var files: [String] = []

    static let folders = ["/run/lock", "/var/lock"]

    /// - Parameter path: of the device; a link is locked with what it leads to.
    init(_ path: String, folders: [String] = PortLock.folders) throws(SerialPort.Failure) {
        guard let folder = folders.first(where: { access($0, W_OK) == 0 }) else { return }
        for name in Self.names(path) {
            let file = "\(folder)/LCK..\(name)"
            do {
                try take(file, for: path)
            } catch {
                release()
                throw error
            }
        }
    }

    private static func names(_ path: String) -> [String] {
        var names = [name(path)]
        if let target = realpath(path, nil) {
            let other = name(String(cString: target))
            free(target)
            if !names.contains(other) { names.append(other) }
        }
        return names
    }

    /// Behind `/dev/`, slashes as underlines.
    private static func name(_ path: String) -> String {
        let tail = path.hasPrefix("/dev/") ? path.dropFirst(5) : path.split(separator: "/").last ?? ""
        return String(tail.map { $0 == "/" ? "_" : $0 })
    }

    private func take(_ file: String, for path: String) throws(SerialPort.Failure) {
        for _ in 0..<2 {
            let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            if descriptor >= 0 {
                defer { close(descriptor) }
                let number = String(getpid())
                let text = Array((String(repeating: " ", count: max(0, 10 - number.count)) + number + "\n").utf8)
                _ = write(descriptor, text, text.count)
                files.append(file)
                return
            }
            // Some systems have locks as a matter of root's alone.
            guard errno == EEXIST else { return }
            if let owner = Self.owner(of: file) {
                throw SerialPort.Failure(
                    description: "\(path) is in use by process \(owner) (\(file)); end it, or name another device")
            }
            // Its owner is gone.
            unlink(file)
        }
    }

    /// A process that lives; `nil`: there is none.
    private static func owner(of file: String) -> Int? {
        let text = (try? FileOctets.read(file, limit: 64)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard let number = Int(text.filter { $0.isASCII && $0.isNumber }), let process = pid_t(exactly: number),
            process > 0
        else { return nil }
        return kill(process, 0) == 0 || errno == EPERM ? number : nil
    }

    private func release() {
        for file in files { unlink(file) }
        files = []
    }

    deinit { release() }
}
