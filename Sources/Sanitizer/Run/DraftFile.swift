import Foundation

/// A file under a name of its own until it takes its place, whole or not at all.
struct DraftFile {
    private let path: String
    private let draft: String

    /// - Parameter isPrivate: only its owner may read it.
    init(_ octets: Data, for path: String, isPrivate: Bool = false) throws(SanitizeError) {
        self.path = path
        draft = path + ".\(getpid()).part"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, isPrivate ? 0o600 : 0o644)
        guard descriptor >= 0 else { throw .notWritten(path: path, reason: Self.reason(errno)) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: octets)
            try file.close()
        } catch {
            unlink(draft)
            let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            let reason = underlying.map { Self.reason(Int32(truncatingIfNeeded: $0.code)) }
            throw .notWritten(path: path, reason: reason ?? error.localizedDescription)
        }
    }

    /// The draft itself, to be read.
    var readable: String { draft }

    /// A link fails when the name exists, a rename replaces it: both in one step.
    func takePlace(overwriting: Bool) throws(SanitizeError) {
        let status = overwriting ? rename(draft, path) : link(draft, path)
        let number = errno
        if !overwriting || status != 0 { unlink(draft) }
        if status == 0 { return }
        throw number == EEXIST ? .exists(path: path) : .notWritten(path: path, reason: Self.reason(number))
    }

    func remove() { unlink(draft) }

    private static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }
}
