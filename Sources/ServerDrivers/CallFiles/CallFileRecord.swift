/// What became of a call file, read from what Asterisk wrote into it and where it lies.
///
/// Source: Asterisk's documentation, "Asterisk Call Files": `StartRetry: <pid> <retrycount> (<time>)` and `EndRetry: …` are
/// appended while the file is in `outgoing`; in `outgoing_done` it ends with `Status:` and `Completed`, `Expired` or `Failed`.
/// `AbortRetry` and `DelayedRetry` are written by `pbx_spool.c` only: an attempt of an Asterisk that is gone, and a look at a file
/// whose call still runs.
enum CallFileRecord {
    static let octetLimit = 1 << 20

    enum Place {
        case outgoing, done
    }

    static func status(_ octets: [UInt8], in place: Place) -> ServerJobStatus {
        let fields = self.fields(octets)
        let attempts = fields.count { $0.name == "startretry" }
        switch place {
        case .done: return ended(fields.last { $0.name == "status" }?.value)
        case .outgoing:
            guard attempts > 0 else { return ServerJobStatus(.waiting, said: "in the spool folder, not taken yet") }
            let last = fields.last { ["startretry", "endretry", "abortretry"].contains($0.name) }?.name
            guard last == "startretry" else {
                return ServerJobStatus(.waiting, said: "EndRetry, attempt \(attempts); waits for the next one")
            }
            return ServerJobStatus(.running, said: "StartRetry, attempt \(attempts)")
        }
    }

    private static func ended(_ said: String?) -> ServerJobStatus {
        // The line is written after the file was moved.
        guard let said else { return ServerJobStatus(.running, said: "moved to outgoing_done, no Status yet") }
        var status: ServerJobStatus
        switch said {
        case "Completed":
            status = ServerJobStatus(.ended, said: "Status: Completed")
            status.reason = "a call was answered and has ended; a call file has no word on the fax"
        case "Expired":
            status = ServerJobStatus(.failed, said: "Status: Expired")
            status.reason = "no call was answered"
        case "Failed":
            status = ServerJobStatus(.failed, said: "Status: Failed")
            status.reason = "Asterisk could not open or read the call file: nothing was dialled"
        default: status = ServerJobStatus(.unknown, said: "Status: \(said.oneLine)")
        }
        return status
    }

    /// `Key: value` of each line; keys are of either case.
    static func fields(_ octets: [UInt8]) -> [(name: String, value: String)] {
        octets.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).compactMap { line in
            guard let colon = line.firstIndex(of: 0x3A) else { return nil }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            let value = String(decoding: line[(colon + 1)...].prefix(CallFile.lineLimit), as: UTF8.self)
            return (name, value.trimmingBlanks)
        }
    }
}

extension String {
    var trimmingBlanks: String {
        var text = self[...]
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
