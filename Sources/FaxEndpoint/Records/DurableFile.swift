import Glibc

/// Files that are whole after a crash, or as they were before.
enum DurableFile {
    /// Another file takes its place, flushed to the disk before and after.
    static func replace(_ path: String, with octets: [UInt8]) throws(FileOctets.Failure) {
        let temporary = "\(path).\(getpid()).new"
        do throws(FileOctets.Failure) {
            try FileOctets.write(octets, to: temporary)
            try flush(temporary)
            guard rename(temporary, path) == 0 else { throw failure("cannot write \(path)") }
        } catch {
            unlink(temporary)
            throw error
        }
        try flush(folder(of: path))
    }

    /// A file, or the names in a folder.
    static func flush(_ path: String) throws(FileOctets.Failure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot open \(path)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("cannot flush \(path)") }
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func failure(_ what: String) -> FileOctets.Failure {
        FileOctets.Failure(description: "\(what): \(String(cString: strerror(errno)))")
    }
}
