import Foundation

/// What gofaxserver's REST interface says, read.
enum GoFaxServerDocuments {
    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    private struct Submitted: Decodable {
        var jobUuid: String
    }

    private struct Refusal: Decodable {
        var error: String
    }

    /// A row of `/fax/status`: one attempt, or what else happened to the job.
    struct Row: Decodable {
        var resultType: String?
        var attemptNumber: Int?
        var hangupCause: String?
        var totalPages: Int?
        var transferredPages: Int?
        var success: Bool?
        var resultText: String?

        /// A row that stands for the hand-in says success as soon as the job is taken up: it is none of the fax.
        var isOfTheFax: Bool { resultType != "submission" && hangupCause != "WEBHOOK" }
    }

    /// A webhook's document.
    private struct Notice: Decodable {
        struct Results: Decodable {
            struct Job: Decodable {
                var uuid: String
            }

            var faxJob: Job?
            var allAttemptsFailed: Bool?
        }

        var faxJobResults: Results
    }

    /// A received fax as it is delivered: the job's members at the top, and the document as PDF in base64 (`docs/PORTAL.md`: both the
    /// types `webhook` and `portal`).
    private struct Delivered: Decodable {
        var uuid: String
        var npages: Int?
        var csi: String?
        var fileData: String
    }

    struct Delivery: Sendable {
        var reception: ServerReception
        /// `nil`: what came is no base64.
        var file: [UInt8]?
    }

    /// - Returns: `nil`: it is no delivery.
    static func delivery(_ octets: [UInt8]) -> Delivery? {
        guard let read = try? decoder.decode(Delivered.self, from: Data(octets)),
            let uuid = UUID(uuidString: read.uuid)
        else { return nil }
        var reception = ServerReception(name: uuid.uuidString.lowercased())
        // 0 is what is left out of the document.
        reception.pages = read.npages.flatMap { $0 > 0 ? $0 : nil }
        reception.sender = read.csi.flatMap { $0.isEmpty ? nil : $0 }
        let file = Data(base64Encoded: read.fileData).flatMap { $0.isEmpty ? nil : Array($0) }
        if file == nil { reception.problem = "its file_data is no base64, or empty" }
        return Delivery(reception: reception, file: file)
    }

    static func job(_ octets: [UInt8]) throws(ServerFailure) -> String {
        guard let read = try? decoder.decode(Submitted.self, from: Data(octets)),
            UUID(uuidString: read.jobUuid) != nil
        else { throw .unreadable("no job_uuid in the answer to /fax/send") }
        return read.jobUuid.lowercased()
    }

    static func error(_ octets: [UInt8]) -> String? {
        (try? decoder.decode(Refusal.self, from: Data(octets)))?.error
    }

    static func rows(_ octets: [UInt8]) throws(ServerFailure) -> [Row] {
        // No rows at all come as `null`.
        guard let rows = try? decoder.decode([Row]?.self, from: Data(octets)) else {
            guard Data(octets).filter({ $0 > 0x20 }) == Data("null".utf8) else {
                throw .unreadable("the answer to /fax/status is no list of results")
            }
            return []
        }
        return rows
    }

    /// - Returns: the job, and whether every attempt failed; `nil`: it is no notice.
    static func notice(_ octets: [UInt8]) -> (job: String, hasFailed: Bool)? {
        guard let read = try? decoder.decode(Notice.self, from: Data(octets)),
            let job = read.faxJobResults.faxJob
        else { return nil }
        return (job.uuid.lowercased(), read.faxJobResults.allAttemptsFailed ?? false)
    }

    /// - Parameter hasFailed: a webhook said that every attempt failed. Rows alone do not tell whether a further attempt comes.
    static func status(_ rows: [Row], hasFailed: Bool) -> ServerJobStatus {
        let attempts = rows.filter(\.isOfTheFax)
        guard let row = attempts.last(where: { $0.success == true }) ?? attempts.last else {
            return ServerJobStatus(
                hasFailed ? .failed : .waiting, said: hasFailed ? "all_attempts_failed" : "no attempt yet")
        }
        let isSuccess = row.success == true
        let said =
            "attempt \(row.attemptNumber ?? 0): \(row.hangupCause ?? "unknown"), \(row.resultText ?? "")"
        var status = ServerJobStatus(isSuccess ? .done : hasFailed ? .failed : .waiting, said: said)
        status.pagesSent = row.transferredPages
        status.pages = row.totalPages
        status.reason = isSuccess ? nil : row.resultText
        return status
    }

    /// A form with the document (RFC 7578).
    static func form(_ fax: ServerFax, file: [UInt8], boundary: String) -> [UInt8] {
        func field(_ name: String, _ value: String) -> String {
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value.oneLine)\r\n"
        }
        let head =
            field("caller_number", fax.callerNumber) + field("callee_number", fax.number)
            + "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"document.tif\"\r\n"
            + "Content-Type: image/tiff\r\n\r\n"
        return Array(head.utf8) + file + Array("\r\n--\(boundary)--\r\n".utf8)
    }
}
