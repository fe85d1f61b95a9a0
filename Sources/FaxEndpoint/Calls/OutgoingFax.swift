import FaxCore
import FaxDSP
import FaxProtocol

/// A document on its way out; many calls may send the same one.
public final class OutgoingDocument: Sendable {
    public let pages: [PageBitmap]
    private let file: MemoryFile

    /// Throws when the pages cannot be coded, or the system gives no memory file.
    public init(_ pages: [PageBitmap]) throws {
        self.pages = pages
        file = try MemoryFile(try TIFFDocument.write(pages))
    }

    /// For the T.30 engine, in this process only.
    var path: String { file.path }
}

/// One fax to be sent.
public struct OutgoingFax: Sendable {
    public var document: OutgoingDocument
    public var destination: SIPDestination

    public init(_ document: OutgoingDocument, to destination: SIPDestination) {
        self.document = document
        self.destination = destination
    }
}
