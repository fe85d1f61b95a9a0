import CSpanDSP
import Glibc

/// A file that is in memory only, for libraries that want the path of one. Gone with its owner.
public struct MemoryFile: ~Copyable, Sendable {
    public enum Failure: Error, Equatable, Sendable {
        /// The kernel gives no such file, or takes no more octets; the value is `errno`.
        case refused(Int32)
        /// Longer than ``MemoryFile/lengthLimit``.
        case tooLong
    }

    /// 1 GB.
    public static let lengthLimit = 1 << 30

    private let descriptor: Int32

    /// Holds `octets` from the start.
    public init(_ octets: [UInt8] = []) throws(Failure) {
        let created = faxprobe_memory_file()
        guard created >= 0 else { throw .refused(errno) }
        guard Self.append(octets, to: created) else {
            let reason = errno
            close(created)
            throw .refused(reason)
        }
        descriptor = created
    }

    deinit { close(descriptor) }

    private static func append(_ octets: [UInt8], to descriptor: Int32) -> Bool {
        var written = 0
        while written < octets.count {
            let count = octets.withUnsafeBytes { octets in
                write(descriptor, octets.baseAddress?.advanced(by: written), octets.count - written)
            }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    /// Opens the file anew, from its start, as long as its owner lives; in this process only.
    public var path: String { "/proc/self/fd/\(descriptor)" }

    /// All octets that are in it now.
    public func octets() throws(Failure) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .refused(errno) }
        let length = Int(status.st_size)
        guard length <= Self.lengthLimit else { throw .tooLong }
        var failure: Int32 = 0
        let octets = [UInt8](unsafeUninitializedCapacity: length) { buffer, filled in
            while filled < length {
                let place = buffer.baseAddress?.advanced(by: filled)
                let count = pread(descriptor, place, length - filled, off_t(filled))
                if count < 0 { failure = errno }
                guard count > 0 else { return }
                filled += count
            }
        }
        guard failure == 0 else { throw .refused(failure) }
        return octets
    }
}
