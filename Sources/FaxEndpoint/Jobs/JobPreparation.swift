import Crypto
import Dispatch
import FaxCore
import FaxDSP
import FaxProtocol
import Foundation
import Synchronization

/// A fax that is ready to be called for.
struct PreparedJob: Sendable {
    let job: Int
    let document: OutgoingDocument
    /// SHA-256 of the files.
    let digest: String
    /// In all, those confirmed before among them.
    let pages: Int
    let destination: SIPDestination
}

/// Reads documents and looks names up, which takes its time, beside the thread that follows the calls.
final class JobPreparation: Sendable {
    enum Outcome: Sendable {
        case ready(PreparedJob)
        case failed(job: Int, reason: String)
    }

    private struct Document: Sendable {
        let stamp: String
        let pages: [PageBitmap]
        let whole: OutgoingDocument
        let digest: String
    }

    private let queue = DispatchQueue(label: "faxprobe.jobs")
    private let outcomes = Mutex<[Outcome]>([])
    /// The last ones: many jobs send the same document.
    private let documents = Mutex<[(files: [String], document: Document)]>([])
    private static let documentLimit = 8
    private let proxy: String?
    private let form: PageForm

    init(_ settings: JobSettings) { (proxy, form) = (settings.proxy, settings.form) }

    /// - Parameters:
    ///   - confirmed: pages that were confirmed before, left out now.
    ///   - digest: of the files when they were.
    func begin(_ number: Int, _ job: FaxJob, confirmed: Int, digest: String?) {
        queue.async { [self] in
            let outcome: Outcome
            do {
                outcome = .ready(try prepare(number, job, confirmed: confirmed, digest: digest))
            } catch {
                outcome = .failed(job: number, reason: "\(error)")
            }
            outcomes.withLock { $0.append(outcome) }
        }
    }

    func take() -> [Outcome] {
        outcomes.withLock { outcomes in
            defer { outcomes = [] }
            return outcomes
        }
    }

    private struct Changed: Error, CustomStringConvertible { let description: String }

    private func prepare(_ number: Int, _ job: FaxJob, confirmed: Int, digest: String?) throws -> PreparedJob {
        let document = try read(job.files)
        if confirmed > 0, let digest, digest != document.digest {
            throw Changed(
                description:
                    "its files have changed since \(confirmed) of their pages were confirmed; give it a new name")
        }
        let rest = document.pages.dropFirst(confirmed)
        let outgoing = confirmed > 0 ? try OutgoingDocument(Array(rest)) : document.whole
        return PreparedJob(
            job: number, document: outgoing, digest: document.digest, pages: document.pages.count,
            destination: try SIPTarget.destination(job.destination, proxy: proxy))
    }

    private func read(_ files: [String]) throws -> Document {
        let stamp = files.map(Self.stamp).joined(separator: " ")
        let known = documents.withLock { $0.first { $0.files == files && $0.document.stamp == stamp }?.document }
        if let known { return known }
        let pages = try files.flatMap { try DocumentImport.pages(of: $0, as: form) }
        var octets: [UInt8] = []
        for file in files { octets += SHA256.hash(data: try FileOctets.read(file, limit: DocumentImport.Limit.octets)) }
        let document = Document(
            stamp: stamp, pages: pages, whole: try OutgoingDocument(pages),
            digest: JobListReader.hexadecimal(SHA256.hash(data: octets)))
        documents.withLock { documents in
            if documents.count >= Self.documentLimit { documents.removeFirst() }
            documents.append((files: files, document: document))
        }
        return document
    }

    /// Changes when the file does.
    private static func stamp(_ path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "?" }
        return "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
}
