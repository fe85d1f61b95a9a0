import Glibc

/// Whole files, no longer than told.
public enum FileOctets {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String

        public init(description: String) { self.description = description }
    }

    public static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(description: "cannot open \(path): \(reason)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure(description: "cannot read \(path): \(reason)") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(description: "\(path) is no file") }
        guard Int(status.st_size) <= limit else {
            throw Failure(description: "\(path) is longer than \(limit >> 20) MB")
        }
        var octets: [UInt8] = []
        octets.reserveCapacity(Int(status.st_size))
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = part.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(description: "cannot read \(path): \(reason)")
            }
            if count == 0 { return octets }
            octets += part[..<count]
            guard octets.count <= limit else { throw Failure(description: "\(path) is longer than \(limit >> 20) MB") }
        }
    }

    /// Writes a new file, or over an old one.
    public static func write(_ octets: [UInt8], to path: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Failure(description: "cannot write \(path): \(reason)") }
        defer { close(descriptor) }
        guard append(octets, to: descriptor) else { throw Failure(description: "cannot write \(path): \(reason)") }
    }

    /// `false`: not all of it could be written, and `errno` says why.
    static func append(_ octets: [UInt8], to descriptor: Int32) -> Bool {
        var written = 0
        while written < octets.count {
            let count = octets.withUnsafeBytes { octets in
                Glibc.write(descriptor, octets.baseAddress?.advanced(by: written), octets.count - written)
            }
            if count > 0 { written += count } else if errno != EINTR { return false }
        }
        return true
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
