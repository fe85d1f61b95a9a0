import FaxCore
import FaxEndpoint
import Foundation
import ServerDrivers
import Synchronization

/// Asterisk's spool of call files, **emulated**: files in `outgoing` become real calls over SIP, and end in `outgoing_done` with a
/// `Status`. It looks into the folder ten times a second.
public final class EmulatedCallSpool: Sendable {
    private struct Job {
        var retries: Int
        var attempts = 1
        var number: String
        var document: String
    }

    private struct State {
        var jobs: [String: Job] = [:]
        var isClosed = false
    }

    /// `<astspooldir>/outgoing`.
    public let spool: URL
    private let done: URL
    private let fault: EmulatedServerFault?
    private let line: EmulatedServerLine
    private let state = Mutex(State())

    /// - Parameters:
    ///   - folder: `<astspooldir>`; made when missing.
    ///   - peer: who is called, whatever number is dialled.
    public init(
        _ transport: FaxTransport, fault: EmulatedServerFault? = nil, calling peer: Endpoint, in folder: URL
    ) throws {
        spool = folder.appending(path: "outgoing")
        done = folder.appending(path: "outgoing_done")
        self.fault = fault
        for folder in [spool, done] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        line = try EmulatedServerLine(transport, calling: peer, in: folder.appending(path: "fax"))
        line.subscribe { [weak self] news in self?.take(news) }
        Thread.detachNewThread { [weak self] in
            while self?.look() == true { Thread.sleep(forTimeInterval: 0.1) }
        }
    }

    public func close() {
        state.withLock { $0.isClosed = true }
        line.close()
    }

    /// `false`: it is closed.
    private func look() -> Bool {
        guard !state.withLock({ $0.isClosed }) else { return false }
        for file in (try? FileManager.default.contentsOfDirectory(at: spool, includingPropertiesForKeys: nil)) ?? [] {
            let name = file.lastPathComponent
            // Asterisk leaves files of the future for later.
            guard let time = try? file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate,
                time <= Date(), !state.withLock({ $0.jobs[name] != nil })
            else { continue }
            guard fault != .refuses, let job = read(file) else {
                end(name, "Failed")
                continue
            }
            state.withLock { $0.jobs[name] = job }
            begin(name, job)
        }
        return true
    }

    private func read(_ file: URL) -> Job? {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
        var fields: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        guard let channel = fields["channel"]?.split(separator: "/"), channel.count > 1,
            fields["application"] == "SendFAX", fields["archive"] == "yes", let document = fields["data"]
        else { return nil }
        let number = channel[channel.count - 1].prefix { $0 != "@" }
        return Job(retries: Int(fields["maxretries"] ?? "") ?? 0, number: String(number), document: document)
    }

    private func begin(_ name: String, _ job: Job) {
        append("\nStartRetry: 4711 \(job.attempts) (\(Int(Date().timeIntervalSince1970)))\n", to: spool, name)
        line.call(name, job.number, job.document)
    }

    private func take(_ news: EmulatedNews) {
        guard case .sent(let name, let result) = news, var job = state.withLock({ $0.jobs[name] }) else { return }
        switch fault {
        case .disconnects:
            try? FileManager.default.removeItem(at: spool.appending(path: name))
            return
        case .claimsSuccess: return end(name, "Completed")
        case .claimsFailure: return end(name, "Expired")
        case .garbage: return end(name, "\u{1}Bananas")
        case .neverEnds: return
        case .refuses, nil: break
        }
        if result.ending?.wasAnswered != false { return end(name, "Completed") }
        guard job.attempts <= job.retries else { return end(name, "Expired") }
        append("\nEndRetry: 4711 \(job.attempts) (\(Int(Date().timeIntervalSince1970)))\n", to: spool, name)
        job.attempts += 1
        state.withLock { [job] in $0.jobs[name] = job }
        begin(name, job)
    }

    /// The status is written when the file is in its new place.
    private func end(_ name: String, _ status: String) {
        let place = done.appending(path: name)
        try? FileManager.default.moveItem(at: spool.appending(path: name), to: place)
        append("Status: \(status)\n", to: done, name)
    }

    private func append(_ text: String, to folder: URL, _ name: String) {
        guard let file = try? FileHandle(forWritingTo: folder.appending(path: name)) else { return }
        defer { try? file.close() }
        _ = try? file.seekToEnd()
        try? file.write(contentsOf: Data(text.utf8))
    }
}
