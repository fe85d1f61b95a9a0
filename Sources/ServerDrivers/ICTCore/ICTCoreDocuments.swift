import FaxReport
import Foundation

/// What ICTCore's REST interface says, read.
///
/// Source: `docs/ApiGuide.md` and `docs/api.md` of ICTCore. Where the guide has an object with the new id as its one member, servers
/// answer with the id alone (ICTFax's own client takes either): both are read. Rows of results are not described beyond "a array of
/// application results"; their members are those of `core/Result.php`, their names (`pages`, `error`, `document`) those of
/// `core/Application/Fax_send.php` and `Fax_receive.php`.
enum ICTCoreDocuments {
    /// Numbers come as numbers and as strings, as rows of a database do; `nil`: it is neither.
    private struct Text: Decodable {
        var text: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            text = (try? container.decode(Int.self)).map { String($0) } ?? (try? container.decode(String.self))
        }
    }

    private struct Login: Decodable {
        var token: String
    }

    private struct Refusal: Decodable {
        struct Reason: Decodable {
            var message: String
        }

        var error: Reason?
        var message: String?
    }

    private struct ResultRow: Decodable {
        var name: String?
        var data: Text?
    }

    private struct Transmission: Decodable {
        var id: Text
        var status: String?
        var direction: String?

        enum CodingKeys: String, CodingKey {
            case id = "transmission_id"
            case status, direction
        }
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ octets: [UInt8]) -> Value? {
        try? JSONDecoder().decode(type, from: Data(octets))
    }

    // MARK: - Written

    static func body(_ members: [JSONValue.Member]) -> [UInt8] {
        Array(JSONWriter.text(.object(members), style: .line).utf8)
    }

    // MARK: - Read

    static func token(_ octets: [UInt8]) throws(ServerFailure) -> String {
        guard let read = decode(Login.self, octets), !read.token.isEmpty, read.token == read.token.oneLine else {
            throw .unreadable("no token in the answer to /authenticate")
        }
        return read.token
    }

    static func error(_ octets: [UInt8]) -> String? {
        let read = decode(Refusal.self, octets)
        return read?.error?.message ?? read?.message
    }

    /// The id of something new: alone, or as the member of that name.
    static func id(_ octets: [UInt8], _ member: String) throws(ServerFailure) -> Int {
        let text = decode(Text.self, octets)?.text ?? decode([String: Text].self, octets)?[member]?.text
        guard let id = text.flatMap({ Int($0.trimmingBlanks) }), id > 0 else {
            throw .unreadable("no \(member) in the answer")
        }
        return id
    }

    /// The guide: "pending, processing, completed, failed, invalid"; `core/Transmission.php` has the other words. With `done` it is not
    /// known whether the fax went through, and it may still be decided.
    static func status(_ octets: [UInt8]) throws(ServerFailure) -> ServerJobStatus {
        let members = decode([String: Text].self, octets)
        guard let said = decode(String.self, octets) ?? (members?["status"] ?? members?["Status"])?.text else {
            throw .unreadable("the answer to /transmissions/…/status is no status")
        }
        let state: ServerJobStatus.State =
            switch said {
            case "pending", "pending_retry": .waiting
            case "initializing", "processing": .running
            case "completed": .done
            case "failed", "invalid": .failed
            default: .unknown
            }
        return ServerJobStatus(state, said: said.oneLine)
    }

    /// What an application noted of the last attempt, by name.
    static func results(_ octets: [UInt8]) throws(ServerFailure) -> [String: String] {
        guard let rows = decode([ResultRow].self, octets) else {
            throw .unreadable("the answer to /transmissions/…/result is no list of results")
        }
        var results: [String: String] = [:]
        for row in rows.prefix(1_000) {
            if let name = row.name, let data = row.data?.text { results[name] = data.oneLine }
        }
        return results
    }

    struct Inbound: Sendable, Hashable {
        var id: Int
        var status: String
    }

    static func inbound(_ octets: [UInt8]) throws(ServerFailure) -> [Inbound] {
        guard let rows = decode([Transmission].self, octets) else {
            throw .unreadable("the answer to /transmissions is no list of transmissions")
        }
        return rows.compactMap { row in
            guard row.direction == "inbound", let id = row.id.text.flatMap({ Int($0) }) else { return nil }
            return Inbound(id: id, status: row.status ?? "")
        }
    }
}
