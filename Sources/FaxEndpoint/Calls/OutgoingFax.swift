import FaxCore
import FaxDSP
import FaxProtocol

/// A document on its way out; many calls may send the same one.
public final class OutgoingDocument: Sendable {
    public let pages: [PageBitmap]
    private let file: MemoryFile

    /// Throws when the pages cannot be coded, or the system gives no memory file.
    ///
    /// An engine reads a page in one go, on the event loop of all calls: its coding is one that is quick to read.
    public init(_ pages: [PageBitmap]) throws {
        self.pages = pages
        file = try MemoryFile(try TIFFDocument.write(pages, coding: .packBits))
    }

    /// For the T.30 engine, in this process only.
    var path: String { file.path }
}

/// One fax to be sent.
public struct OutgoingFax: Sendable {
    public var document: OutgoingDocument
    public var destination: SIPDestination
    public var manner = CallManner()
    /// Whoever sends it knows its events by this.
    public var tag: Int?

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
