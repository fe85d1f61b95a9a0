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
    public var manner = CallManner()

    public init(_ document: OutgoingDocument, to destination: SIPDestination) {
        self.document = document
        self.destination = destination
    }
}

/// How one call differs from the others of its endpoint; `nil`: as the endpoint's settings say.
public struct CallManner: Sendable, Hashable {
    public var transport: FaxTransport?
    public var fax: FaxProfile?
    /// How long it may ring.
    public var answerTimeout: Duration?
    public var sessionTimer: SIPSessionTimer.Wish?
    /// T.38 that stands is offered once more after this time, as a refresh of the session does.
    public var offersAgain: Duration?

    public init() {}
}
