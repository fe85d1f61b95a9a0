import CFileRoom
import FaxCore
import FaxDSP
import FaxReport
import Glibc

/// Where faxes are received: each grows under a temporary name and gets its own when it is whole and on the disk.
public struct ReceptionFolder: Sendable {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    public let path: String
    public enum Format: String, Sendable, Hashable, CaseIterable {
        case tiff, pdf, png
    }

    /// What each fax becomes: one TIFF, one PDF, a PNG a page.
    public var formats: [Format] = [.tiff]
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
        let reception = Reception(folder: path, name: name, formats: formats)
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
    let formats: [ReceptionFolder.Format]
    /// Where the T.30 engine writes.
    var temporaryPath: String { "\(folder)/\(name).part" }
    var path: String { "\(folder)/\(name).tif" }

    /// Sets room aside behind what has been written: the engine confirms a page before anybody knows whether the disk took
    /// it, so the room must be there before the page comes. File systems that cannot do that are taken as they are.
    func reserve() throws(ReceptionFolder.Failure) {
        let descriptor = open(temporaryPath, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ReceptionFolder.Failure(description: "cannot open \(temporaryPath): \(ReceptionFolder.reason)")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return }
        if faxprobe_set_room_aside(descriptor, status.st_size, off_t(Self.pageRoom)) != 0, errno == ENOSPC {
            throw ReceptionFolder.Failure(description: "\(folder): the disk is full")
        }
    }

    /// More than any page takes.
    private static let pageRoom = 4 << 20

    /// The engine has closed the file: what is in it is kept under its name, flushed to the disk first. Pages that were
    /// confirmed are kept whatever became of the call; a file without pages is removed.
    /// - Parameter confirmed: pages of which the sender was told that they are here.
    /// - Returns: the files, the TIFF first, and the pages; `nil`: there are none.
    func commit(confirmed: Int) throws(ReceptionFolder.Failure) -> (paths: [String], pages: [PageBitmap])? {
        // The engine removes a file into which no page came.
        guard confirmed > 0 || access(temporaryPath, F_OK) == 0 else { return nil }
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
        truncate(temporaryPath, off_t(octets.count))
        try flush(temporaryPath)
        guard link(temporaryPath, path) == 0 else {
            throw ReceptionFolder.Failure(description: "cannot write \(path): \(ReceptionFolder.reason)")
        }
        unlink(temporaryPath)
        let others = try writeOthers(pages)
        // Only now: whatever was confirmed has been on the disk in one form or another all the time.
        if !formats.isEmpty, !formats.contains(.tiff) { unlink(path) }
        try flush(folder)
        return ((formats.contains(.tiff) || others.isEmpty ? [path] : []) + others, pages)
    }

    private func writeOthers(_ pages: [PageBitmap]) throws(ReceptionFolder.Failure) -> [String] {
        var paths: [String] = []
        if formats.contains(.pdf) {
            let pdf = "\(folder)/\(name).pdf"
            try write(try? PDFWriter.octets(pages), to: pdf)
            paths.append(pdf)
        }
        guard formats.contains(.png) else { return paths }
        for (index, page) in pages.enumerated() {
            let png = "\(folder)/\(name)-\(index + 1).png"
            try write(PNGWriter.octets(page), to: png)
            paths.append(png)
        }
        return paths
    }

    /// Whole and flushed under its name, or not at all.
    private func write(_ octets: [UInt8]?, to path: String) throws(ReceptionFolder.Failure) {
        guard let octets else { throw ReceptionFolder.Failure(description: "\(path): the pages cannot be coded") }
        do {
            try FileOctets.write(octets, to: temporaryPath)
        } catch {
            throw ReceptionFolder.Failure(description: error.description)
        }
        try flush(temporaryPath)
        guard rename(temporaryPath, path) == 0 else {
            throw ReceptionFolder.Failure(description: "cannot write \(path): \(ReceptionFolder.reason)")
        }
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
