import FaxCore

/// One fax of a list: whom to call, what to send, and what is different in its calls.
public struct FaxJob: Sendable, Hashable {
    /// What a journal knows it by: its name, else made of destination, files, and which of several equal rows it is.
    public var key: String
    /// For people: its name, or `job 3`.
    public var label: String
    /// Where it stands in the list, from 1; 0: it is of no list.
    public var line: Int
    public var destination: String
    public var files: [String]
    /// Of the first file, for complaints.
    public var filesLine: Int
    public var filesColumn: Int
    /// What it says itself.
    public var choices: CallChoices
    /// Since the Unix epoch.
    public var notBefore: Instant?

    public init(key: String, label: String, destination: String, files: [String], choices: CallChoices = CallChoices())
    {
        self.key = key
        self.label = label
        line = 0
        self.destination = destination
        self.files = files
        filesLine = 0
        filesColumn = 0
        self.choices = choices
    }
}
