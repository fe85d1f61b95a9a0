import FaxCore

/// Where a call stands in a report of several inputs and files: what its parts and frames are called there.
struct CallPlace {
    /// `call-1`; of several inputs `file-2-call-1`. Ours alone: it is used in identifiers and links.
    var key: String
    /// What people call it: `1`, of several inputs `2·1`.
    var name: String
    /// The input's place among those of the report, from 0.
    var source: Int
    /// Names of the files read as one capture.
    var files: [String]
    private let prefix: String

    init(_ source: ReportSource, call: Int) {
        key = "\(source.prefix)call-\(call)"
        name = source.prefix.isEmpty ? "\(call)" : "\(source.number + 1)·\(call)"
        self.source = source.number
        files = source.files
        prefix = source.prefix
    }

    /// Another call of the same input.
    func sibling(_ call: Int) -> CallPlace {
        var other = self
        other.key = prefix + "call-\(call)"
        other.name = prefix.isEmpty ? "\(call)" : "\(source + 1)·\(call)"
        return other
    }

    func id(_ part: String) -> String { "\(key)-\(part)" }

    func link(_ part: String) -> String { "#" + id(part) }

    /// As Wireshark counts; of several files with the file before it, `2:383`. `nil`: there is no frame.
    func number(_ frame: FrameRef?) -> String? {
        guard let frame, frame != .none else { return nil }
        return files.count > 1 ? "\(frame.file + 1):\(frame.number)" : "\(frame.number)"
    }

    /// Under which a frame's octets are kept, over all inputs.
    func octetsKey(_ frame: FrameRef) -> String { "\(source)-\(frame.file)-\(frame.number)" }
}
