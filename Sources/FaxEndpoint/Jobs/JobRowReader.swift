import FaxCore
import FaxWire
import PlacedText

/// Reads one fax of a list.
struct JobRowReader {
    static let fields = [
        "name", "destination", "files", "transport", "policy", "max-rate", "ecm", "id", "header", "sub", "not-before",
        "tries", "retry-pause", "policy-expiry", "permanent-after",
    ]

    private let row: YAMLValue
    private var fields: FieldReader
    private let folder: String
    /// Whatever folder they are looked for in.
    private(set) var filesAsWritten = ""

    init(_ row: YAMLValue, folder: String) throws(PlacedError) {
        self.row = row
        fields = try FieldReader(row, "a fax")
        self.folder = folder
    }

    mutating func job(number: Int) throws(PlacedError) -> FaxJob {
        let name = try name()
        let destination = try destination()
        let (paths, place) = try files()
        let notBefore = try date()
        // The same fields as in a profile, by the same reader.
        let choices = try CallChoicesReader.read(&fields, isOfOneFax: true)
        try fields.finish()
        var job = FaxJob(
            key: name ?? "", label: name ?? "job \(number)", destination: destination, files: paths, choices: choices)
        (job.line, job.filesLine, job.filesColumn) = (row.line, place.line, place.column)
        job.notBefore = notBefore
        return job
    }

    private mutating func name() throws(PlacedError) -> String? {
        guard let value = fields.take("name") else { return nil }
        let text = try value.text()
        guard (1...128).contains(text.utf8.count), !text.hasPrefix("#") else {
            throw value.error("a name has 1 to 128 octets and does not begin with #")
        }
        return text
    }

    private mutating func destination() throws(PlacedError) -> String {
        guard let value = fields.take("destination") else { throw row.error("a fax has a destination") }
        let text = try value.text()
        let uri = SIPURI(text)
        guard uri.host?.isEmpty == false, uri.scheme == "sip" || uri.scheme == "sips" else {
            throw value.error("'\(text)' is no SIP URI such as sip:5551234@192.0.2.20")
        }
        return text
    }

    private mutating func files() throws(PlacedError) -> (paths: [String], place: YAMLValue) {
        let names = try fields.texts("files")
        guard let first = names.first else { throw row.error("a fax has files") }
        guard names.count <= JobListReader.fileLimit else {
            throw first.error("a fax has 1 to \(JobListReader.fileLimit) files")
        }
        var paths: [String] = []
        var written: [String] = []
        for value in names {
            let path = try value.text()
            guard !path.isEmpty else { throw value.error("the name of a file is empty") }
            written.append(path)
            paths.append(path.first == "/" || folder == "." ? path : "\(folder)/\(path)")
        }
        filesAsWritten = written.joined(separator: "|")
        return (paths, first)
    }

    private mutating func date() throws(PlacedError) -> Instant? {
        guard let value = fields.take("not-before") else { return nil }
        let text = try value.text()
        guard let instant = UTCDate.read(text) else {
            throw value.error("'\(text)' is no date such as 2026-11-21T20:15:00Z or 2026-11-21T21:15:00+01:00")
        }
        return instant
    }
}
