import Crypto
import FaxCore
import PlacedText

/// Reads a list of faxes: CSV with a header line that names the columns, or YAML with a mapping for each (`docs/jobs.md`).
/// What cannot be is an error with line and column.
public enum JobListReader {
    public enum Form: Sendable {
        case csv, yaml

        /// By the end of a file's name: CSV unless it is `.yaml` or `.yml`.
        public init(name: String) {
            let name = name.lowercased()
            self = name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? .yaml : .csv
        }
    }

    public static let fileLimit = 100
    /// Of YAML: octets, and values in it.
    private static let yamlOctetLimit = 8 << 20
    private static let yamlValueLimit = 1_000_000

    /// - Parameter folder: what names of files are relative to.
    public static func read(_ text: String, _ form: Form = .csv, folder: String) throws(PlacedError) -> [FaxJob] {
        var jobs: [FaxJob] = []
        var seen: [String: Int] = [:]
        for row in try form == .csv ? JobTable.rows(text) : rows(yaml: text) {
            var reader = try JobRowReader(row, folder: folder)
            var job = try reader.job(number: jobs.count + 1)
            if job.key.isEmpty {
                let what = job.destination + "\n" + reader.filesAsWritten
                let count = seen[what, default: 0]
                seen[what] = count + 1
                job.key = "#" + hexadecimal(SHA256.hash(data: Array("\(what)\n\(count)".utf8)).prefix(10))
            } else if seen.updateValue(1, forKey: "name\n" + job.key) != nil {
                throw row.value(of: "name").error("two faxes are called '\(job.key)'")
            }
            jobs.append(job)
        }
        return jobs
    }

    /// A list of mappings, or one under `jobs`.
    private static func rows(yaml text: String) throws(PlacedError) -> [YAMLValue] {
        var root = try YAMLValue(yaml: text, "a list of faxes", octets: yamlOctetLimit, values: yamlValueLimit)
        if case .fields = root.content {
            var fields = try FieldReader(root, "a list of faxes")
            guard let list = fields.take("jobs") else { throw root.error("the field 'jobs' is missing") }
            try fields.finish()
            root = list
        }
        let rows = try root.list()
        guard rows.count <= CSVTable.rowLimit else { throw root.error("a list has at most \(CSVTable.rowLimit) faxes") }
        return rows
    }

    static func hexadecimal(_ octets: some Sequence<UInt8>) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
