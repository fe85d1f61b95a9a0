import FaxDSP

/// What is asked of HylaFAX's server, as steps of a session, and what its answers say.
enum HylaFAXRequests {
    /// Lists of ours: fields with bars between them, the one that may hold anything last (hfaxd(8), JobFmt and RcvFmt).
    private static let jobFormat = "%j|%a|%p|%y|%s"
    private static let receptionFormat = "%f|%z|%p|%s|%e"

    static func open(user: String, password: String?, admin: String?) -> [HylaFAXSession.Step] {
        [
            .greeting, .login(user: user, password: password, admin: admin), .command("TYPE I"), .command("MODE S"),
            .command("JOBFMT \"\(jobFormat)\""), .command("RCVFMT \"\(receptionFormat)\""),
        ]
    }

    static let newJob = [HylaFAXSession.Step.command("JNEW")]

    /// The rest of handing a job in, once it has its number.
    /// - Parameter file: the document as TIFF.
    static func submit(_ fax: ServerFax, file: [UInt8], user: String) -> [HylaFAXSession.Step] {
        let isFine = (fax.pages.first?.dpiY ?? 196) > 150
        let parameters: [(String, String)] = [
            ("FROMUSER", quoted(user)), ("DIALSTRING", quoted(fax.number)), ("EXTERNAL", quoted(fax.number)),
            ("NOTIFY", "none"), ("NOTIFYADDR", quoted(user)), ("LASTTIME", "000100"), ("MAXDIALS", "\(fax.tries)"),
            ("MAXTRIES", "\(fax.tries)"), ("VRES", isFine ? "196" : "98"), ("PAGECHOP", "none"),
        ]
        return [.command("FORM TIFF"), .store("STOT", file)] + parameters.map { .command("JPARM \($0.0) \($0.1)") }
            + [.document, .command("JSUBM")]
    }

    static func cancel(_ job: String) -> [HylaFAXSession.Step] { [.command("JKILL \(job)")] }
    /// Of a job that was not submitted.
    static func forget(_ job: String) -> [HylaFAXSession.Step] { [.command("JDELE \(job)")] }
    static let jobs: [HylaFAXSession.Step] = [.fetch("LIST sendq"), .fetch("LIST doneq")]
    static let receptions: [HylaFAXSession.Step] = [.fetch("LIST recvq")]

    /// `nil`: a name that is none of that folder.
    static func retrieve(_ name: String) -> [HylaFAXSession.Step]? {
        let isPlain = !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") }
        return isPlain ? [.fetch("RETR recvq/\(name)")] : nil
    }

    private static func quoted(_ text: String) -> String { "\"\(text.filter { $0 != "\"" && $0 != "\\" })\"" }

    // MARK: - Answers

    /// - Parameter lists: the queues of jobs that wait and of those that are through.
    /// - Returns: `nil`: the job is in none of them.
    static func status(of job: String, in lists: [[UInt8]]) -> ServerJobStatus? {
        for fields in lists.flatMap({ rows($0) }) where fields[0] == job {
            var status = ServerJobStatus(state(fields[1]), said: fields[1])
            status.pagesSent = Int(fields[2])
            status.pages = Int(fields[3])
            status.reason = fields[4].isEmpty ? nil : fields[4]
            return status
        }
        return nil
    }

    static func receptions(in list: [UInt8]) -> [ServerReception] {
        rows(list).filter { !$0[0].isEmpty }.map { fields in
            var reception = ServerReception(name: fields[0])
            reception.isComing = fields[1] == "*"
            reception.pages = Int(fields[2])
            reception.sender = fields[3].isEmpty ? nil : fields[3]
            reception.problem = fields[4].isEmpty ? nil : fields[4]
            return reception
        }
    }

    /// Of lines with five fields; others are none of ours.
    private static func rows(_ list: [UInt8]) -> [[String]] {
        var lines = LineSplitter()
        return lines.take(list + [0x0A]).compactMap { line in
            let fields = line.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false)
                .map { $0.trimmed }
            return fields.count == 5 ? fields : nil
        }
    }

    /// faxstat(1), format a.
    private static func state(_ letter: String) -> ServerJobStatus.State {
        switch letter {
        case "T", "P", "S", "B", "W": .waiting
        case "R": .running
        case "D": .done
        case "F": .failed
        default: .unknown
        }
    }
}

extension Substring {
    /// Without blanks around it.
    var trimmed: String {
        let head = drop { $0 == " " || $0 == "\t" }
        return String(head.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
