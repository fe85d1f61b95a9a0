import FaxReport

/// What `analyze` says of a record.
enum LiveRecord {
    static func analysis(of path: String) -> String {
        let told = Told()
        let run = AnalyzeRun(write: { told.text += $0 }, complain: { told.text += $0 })
        _ = run.run([path])
        return told.text
    }

    private final class Told {
        var text = ""
    }
}
