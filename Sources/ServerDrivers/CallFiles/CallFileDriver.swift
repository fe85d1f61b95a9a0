import FaxEndpoint
import Foundation
import Glibc

/// Asterisk by call files: one is put into its spool folder, and what becomes of the file is all that is ever said.
public final class CallFileDriver: FaxServerDriver {
    public struct Setting: Sendable {
        /// `<astspooldir>/outgoing`.
        public var spool: String
        /// What is dialled: `{number}` stands for the number.
        public var dial: String
        public var share: ServerShare

        public init(spool: String, dial: String, share: ServerShare) {
            self.spool = spool
            self.dial = dial
            self.share = share
        }
    }

    public let product: String? = "Asterisk (call files)"
    public private(set) var words = ServerWords()
    private let setting: Setting
    /// Beside the spool folder: `<astspooldir>`.
    private let parent: String
    private let done: String
    /// Documents of jobs that have not ended yet.
    private var documents: [String: String] = [:]
    private var heard: [String: ServerJobStatus] = [:]

    public init(_ setting: Setting) {
        self.setting = setting
        parent = URL(filePath: setting.spool).deletingLastPathComponent().path(percentEncoded: false)
        done = URL(filePath: setting.spool).deletingLastPathComponent().appending(path: "outgoing_done")
            .path(percentEncoded: false)
    }

    public func open() throws(ServerFailure) {
        guard setting.spool.hasSuffix("/outgoing") else {
            throw .unsupported("\(setting.spool) is no spool folder of Asterisk: that is called outgoing")
        }
        for folder in [setting.spool, parent] {
            var status = stat()
            guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw .unreachable("\(folder) is no folder: the spool folder of an Asterisk on this machine is wanted")
            }
            guard access(folder, W_OK | X_OK) == 0 else {
                throw .unreachable("\(folder) may not be written to: run as Asterisk's user, or as one of its group")
            }
        }
    }

    /// The call file is written beside the spool folder and moved in whole, as Asterisk wants it: it reads what it finds there at once.
    public func submit(_ fax: ServerFax) throws(ServerFailure) -> String {
        let job = UUID().uuidString.lowercased()
        let channel = try fax.dialled(setting.dial)
        var file = CallFile(channel: channel, document: setting.share.path(for: job))
        file.callerNumber = fax.callerNumber
        file.retries = max(0, fax.tries - 1)
        let lines = try file.lines()
        let document = try setting.share.put(fax, for: job).here
        documents[job] = document
        do throws(ServerFailure) {
            try move(lines, job)
        } catch {
            forget(job)
            throw error
        }
        for line in lines { words.said(line) }
        return job
    }

    private func move(_ lines: [String], _ job: String) throws(ServerFailure) {
        let made = "\(parent)/.faxprobe-\(job).call"
        defer { unlink(made) }
        do {
            try FileOctets.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: made)
        } catch {
            throw .unsupported("the call file cannot be written beside the spool folder: \(error)")
        }
        // Asterisk writes into it, and sets its time: it has to own it, or the folder's group has to.
        var folder = stat()
        if stat(setting.spool, &folder) == 0 {
            _ = chown(made, geteuid() == 0 ? folder.st_uid : uid_t.max, folder.st_gid)
            chmod(made, 0o660)
        }
        guard rename(made, path(of: job)) == 0 else {
            throw .refused(step: "the call file", said: String(cString: strerror(errno)))
        }
    }

    public func status(of job: String) throws(ServerFailure) -> ServerJobStatus {
        guard UUID(uuidString: job) != nil else { throw .noSuchJob(job) }
        let job = job.lowercased()
        let status: ServerJobStatus
        // It goes from the one to the other, never back.
        if let octets = try read(path(of: job)) {
            status = CallFileRecord.status(octets, in: .outgoing)
        } else if let octets = try read("\(done)/\(Self.name(of: job))") {
            status = CallFileRecord.status(octets, in: .done)
        } else {
            forget(job)
            throw .noSuchJob(job)
        }
        if heard[job] != status { words.heard(status.said) }
        heard[job] = status
        if status.state.isEnd { forget(job) }
        return status
    }

    /// `nil`: there is none.
    private func read(_ path: String) throws(ServerFailure) -> [UInt8]? {
        guard access(path, F_OK) == 0 else { return nil }
        do {
            return try FileOctets.read(path, limit: CallFileRecord.octetLimit)
        } catch {
            // Moved in between.
            if access(path, F_OK) != 0 { return nil }
            throw .unreadable("\(error)")
        }
    }

    /// A file that waits is taken away. Nothing is described that ends a call which runs.
    public func cancel(_ job: String) throws(ServerFailure) {
        switch try status(of: job).state {
        case .waiting:
            guard unlink(path(of: job)) == 0 else {
                throw .refused(step: "the removal of the call file", said: String(cString: strerror(errno)))
            }
            forget(job)
        case .running, .unknown:
            throw .unsupported("a call that runs is not ended by call files: end it at the far side")
        case .done, .failed, .ended: return
        }
    }

    public func receptions() throws(ServerFailure) -> [ServerReception] {
        throw .unsupported("call files tell nothing of received faxes: asterisk:// (the manager interface) does")
    }

    public func collect(_ reception: ServerReception) throws(ServerFailure) -> [UInt8] {
        throw .unsupported("call files give out no received faxes")
    }

    /// Documents of calls that may still run stay.
    public func close() {}

    private func forget(_ job: String) {
        if let document = documents.removeValue(forKey: job.lowercased()) { unlink(document) }
    }

    private static func name(of job: String) -> String { "faxprobe-\(job.lowercased()).call" }
    private func path(of job: String) -> String { "\(setting.spool)/\(Self.name(of: job))" }
}
