import FaxProtocol

/// A call that fetches a document (T.30 polling): alone, or behind a document that is sent first.
public struct PollRequest: Sendable {
    public var destination: SIPDestination
    /// Where what is fetched is kept.
    public var folder: ReceptionFolder
    /// Sent before; `nil`: nothing.
    public var document: OutgoingDocument?

    public init(_ destination: SIPDestination, into folder: ReceptionFolder, after document: OutgoingDocument? = nil) {
        self.destination = destination
        self.folder = folder
        self.document = document
    }
}
