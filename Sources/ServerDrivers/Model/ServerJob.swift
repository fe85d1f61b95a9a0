import FaxDSP

/// A fax for a server to send.
public struct ServerFax: Sendable {
    public var pages: [PageBitmap]
    public var number: String
    /// Who sends it, as the server's interface asks for it; servers without the question ignore it.
    public var callerNumber: String
    /// Calls that the server may make for it, where that can be said.
    public var tries = 1

    public init(pages: [PageBitmap], number: String, callerNumber: String = "") {
        self.pages = pages
        self.number = number
        self.callerNumber = callerNumber
    }
}

/// How far a server says that a job is.
public struct ServerJobStatus: Sendable, Hashable {
    public enum State: String, Sendable, Hashable {
        /// Not dialled yet, or waiting for a further try.
        case waiting
        case running
        case done
        case failed
        /// Over, and the interface has no word on whether the fax went through.
        case ended
        /// The server says something that its interface does not describe.
        case unknown

        public var isEnd: Bool { self == .done || self == .failed || self == .ended }
    }

    public var state: State
    /// Pages that it says were sent, and how many there are; `nil`: it does not say.
    public var pagesSent: Int?
    public var pages: Int?
    /// Why, in its words; `nil`: it gives no reason.
    public var reason: String?
    /// The state in its own words.
    public var said: String

    public init(_ state: State, said: String) {
        self.state = state
        self.said = said
    }
}

/// A fax that a server says it received.
public struct ServerReception: Sendable, Hashable {
    /// How the server calls it.
    public var name: String
    public var isComing = false
    public var pages: Int?
    /// TSI, as the server tells it.
    public var sender: String?
    /// What went wrong, in its words; `nil`: nothing.
    public var problem: String?

    public init(name: String) { self.name = name }
}
