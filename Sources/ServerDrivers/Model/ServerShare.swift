import FaxCore
import FaxDSP
import FaxEndpoint
import Foundation

/// Where documents are handed over: a folder that this side and the server both see, perhaps under two names.
public struct ServerShare: Sendable, Hashable {
    public var here: String
    public var there: String

    public init(here: String, there: String? = nil) {
        self.here = here
        self.there = there ?? here
    }

    /// A file of the server's as this side sees it; `nil`: it lies elsewhere.
    func here(_ path: String) -> String? {
        guard path.hasPrefix(there + "/") else { return nil }
        let rest = path.dropFirst(there.count)
        return rest.split(separator: "/").contains("..") ? nil : here + rest
    }

    /// A document for a job, as TIFF.
    /// - Returns: where it lies as this side sees it, and as the server does.
    func put(_ fax: ServerFax, for job: String) throws(ServerFailure) -> (here: String, there: String) {
        let path = "\(here)/\(Self.name(of: job))"
        let octets = try fax.tiff()
        do {
            try FileOctets.write(octets, to: path)
        } catch {
            throw .unsupported("the document cannot be put where the server finds it: \(error)")
        }
        return (path, self.path(for: job))
    }

    /// Where a job's document lies as the server sees it.
    func path(for job: String) -> String { "\(there)/\(Self.name(of: job))" }

    private static func name(of job: String) -> String { "faxprobe-\(job).tif" }
}

extension ServerFax {
    func tiff() throws(ServerFailure) -> [UInt8] {
        do {
            return try TIFFDocument.write(pages)
        } catch {
            throw .unsupported("the document cannot be written as TIFF: \(error)")
        }
    }

    /// What is dialled for the number: the template's `{number}` becomes it. The number is a part of a command then, so it has
    /// nothing in it but digits and `+ * #`.
    func dialled(_ template: String) throws(ServerFailure) -> String {
        guard Self.isNumber(number) else { throw .unsupported("'\(number)' is no number: digits and + * # are") }
        return template.replacing("{number}", with: number)
    }

    static func isNumber(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isNumber || "+*#".contains($0)) }
    }
}
