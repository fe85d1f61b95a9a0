import FaxCore
import FaxDSP
import Glibc

/// Where faxes are received: each grows under a temporary name and gets its own when it is whole and on the disk.
public struct ReceptionFolder: Sendable {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    public let path: String
    /// Octets that have to be free before a call is answered.
    public static let spaceNeeded = 16 << 20

    /// Makes the folder when it is missing.
    public init(path: String) throws(Failure) {
        self.path = path
        if mkdir(path, 0o755) != 0, errno != EEXIST {
            throw Failure(description: "cannot make the folder \(path): \(Self.reason)")
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw Failure(description: "\(path) is no folder")
        }
    }

    /// A file for one fax that may be about to come.
    /// - Parameter name: ours, without extension; nothing of the call is in it.
    func begin(_ name: String) throws(Failure) -> Reception {
        var space = statvfs()
        if statvfs(path, &space) == 0, UInt64(space.f_bavail) * UInt64(space.f_frsize) < UInt64(Self.spaceNeeded) {
            throw Failure(description: "\(path): the disk is full")
        }
        let reception = Reception(folder: path, name: name)
        let descriptor = open(reception.temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure(description: "cannot write into \(path): \(Self.reason)")
        }
        close(descriptor)
        return reception
    }

    static var reason: String { String(cString: strerror(errno)) }
}

/// One fax on its way in.
struct Reception: Sendable {
    let folder: String
    let name: String
    /// Where the T.30 engine writes.
    var temporaryPath: String { "\(folder)/\(name).part" }
    var path: String { "\(folder)/\(name).tif" }

    /// The engine has closed the file: what is in it is kept under its name, flushed to the disk first. Pages that were
    /// confirmed are kept whatever became of the call; a file without pages is removed.
    /// - Parameter confirmed: pages of which the sender was told that they are here.
    /// - Returns: the file and its pages; `nil`: there are none.
    func commit(confirmed: Int) throws(ReceptionFolder.Failure) -> (path: String, pages: [PageBitmap])? {
        let octets = try contents()
        let pages = octets.isEmpty ? [] : (try? TIFFDocument.read(octets)) ?? []
        guard pages.count >= confirmed else {
            throw ReceptionFolder.Failure(
                description: "\(pages.count) of \(confirmed) confirmed pages can be read in \(temporaryPath)")
        }
        guard !pages.isEmpty else {
            unlink(temporaryPath)
            return nil
        }
        try flush(temporaryPath)
        guard link(temporaryPath, path) == 0 else {
            throw ReceptionFolder.Failure(description: "cannot write \(path): \(ReceptionFolder.reason)")
        }
        unlink(temporaryPath)
        try flush(folder)
        return (path, pages)
    }

    /// Nothing came of it.
    func discard() { unlink(temporaryPath) }

    private func contents() throws(ReceptionFolder.Failure) -> [UInt8] {
        do {
            return try FileOctets.read(temporaryPath, limit: Self.octetLimit)
        } catch {
            throw ReceptionFolder.Failure(description: error.description)
        }
    }

    /// Of a received file: more than any fax call can carry in a day.
    static let octetLimit = 1 << 30

    private func flush(_ path: String) throws(ReceptionFolder.Failure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ReceptionFolder.Failure(description: "cannot open \(path): \(ReceptionFolder.reason)")
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw ReceptionFolder.Failure(description: "cannot flush \(path): \(ReceptionFolder.reason)")
        }
    }
}
