import Foundation

/// Writes a file whole or not at all: under a temporary name in its folder first, then renamed.
enum NewFile {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    static func write(_ octets: [UInt8], to path: String, overwrites: Bool) throws(Failure) {
        try write(to: path, overwrites: overwrites) { descriptor in fill(descriptor, octets).map { reason($0) } }
    }

    /// - Throws: when there is a file of that name, as writing it would.
    static func expectFree(_ path: String) throws(OutputFolder.Failure) {
        if access(path, F_OK) == 0 { throw OutputFolder.Failure(description: occupied(path)) }
    }

    private static func occupied(_ path: String) -> String { "\(path) exists: --force overwrites it" }

    /// `body` writes to a descriptor, and gives the reason when it could not.
    static func write(to path: String, overwrites: Bool, _ body: (Int32) -> String?) throws(Failure) {
        let temporary = path + ".\(getpid()).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Failure(description: "cannot write \(path): \(reason(errno))") }
        let problem = body(descriptor)
        let closed = close(descriptor)
        if let problem = problem ?? (closed == 0 ? nil : reason(errno)) {
            unlink(temporary)
            throw Failure(description: "cannot write \(path): \(problem)")
        }
        try put(temporary, path, overwrites)
    }

    /// `nil`, or the error number.
    private static func fill(_ descriptor: Int32, _ octets: [UInt8]) -> Int32? {
        octets.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = Foundation.write(
                    descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
                if count > 0 { written += count } else if errno != EINTR { return errno }
            }
            return nil
        }
    }

    /// A link fails when the name exists, a rename replaces it: both in one step.
    private static func put(_ temporary: String, _ path: String, _ overwrites: Bool) throws(Failure) {
        let status = overwrites ? rename(temporary, path) : link(temporary, path)
        let number = errno
        if !overwrites || status != 0 { unlink(temporary) }
        if status == 0 { return }
        let text =
            number == EEXIST ? occupied(path) : "cannot write \(path): \(reason(number))"
        throw Failure(description: text)
    }

    static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }

    static func reason(of error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        return underlying.map { reason(Int32(truncatingIfNeeded: $0.code)) } ?? "\(error.localizedDescription)"
    }
}
