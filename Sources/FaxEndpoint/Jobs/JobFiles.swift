import Glibc

/// Whether the files of jobs are there, before anything is called.
public enum JobFiles {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    /// Complaints that are told; a list of another folder would have one for each of its rows.
    private static let complaintLimit = 20

    /// - Parameters:
    ///   - records: of a journal; what was confirmed needs no files any more.
    ///   - list: its name; `nil`: there is none.
    public static func check(_ jobs: [FaxJob], _ records: [String: JobRecord], list: String?) throws(Failure) {
        var complaints: [String] = []
        var known: [String: String] = [:]
        for job in jobs where records[job.key]?.state != .confirmed {
            for file in job.files {
                let problem = known[file] ?? Self.problem(file)
                known[file] = problem
                guard !problem.isEmpty, complaints.count < complaintLimit else { continue }
                let place = list.map { "\($0):\(job.filesLine):\(job.filesColumn): " } ?? ""
                complaints.append("\(place)cannot open \(file): \(problem)")
            }
        }
        guard !complaints.isEmpty else { return }
        throw Failure(description: complaints.joined(separator: "\n"))
    }

    private static func problem(_ path: String) -> String {
        access(path, R_OK) == 0 ? "" : String(cString: strerror(errno))
    }
}
