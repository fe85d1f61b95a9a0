/// One fax server through its own interface. Functions wait for the server, each at most the driver's patience; used on one thread
/// at a time.
public protocol FaxServerDriver: AnyObject {
    /// What it is, in its words; `nil`: it did not say.
    var product: String? { get }
    /// Everything that was said so far.
    var words: ServerWords { get }
    /// Connects and logs in.
    func open() throws(ServerFailure)
    /// Hands a fax in.
    /// - Returns: the server's name for the job.
    func submit(_ fax: ServerFax) throws(ServerFailure) -> String
    func status(of job: String) throws(ServerFailure) -> ServerJobStatus
    /// Ends the job, whatever it is at.
    func cancel(_ job: String) throws(ServerFailure)
    /// Faxes that it holds.
    func receptions() throws(ServerFailure) -> [ServerReception]
    /// A received fax as a TIFF or PDF file.
    func collect(_ reception: ServerReception) throws(ServerFailure) -> [UInt8]
    /// It tells the end of a job by itself, too, and that is waited for.
    var waitsForNotice: Bool { get }
    /// That came.
    func wasNoticed(_ job: String) -> Bool
    /// Says goodbye where that is the custom, and closes.
    func close()
}

extension FaxServerDriver {
    public var waitsForNotice: Bool { false }
    public func wasNoticed(_ job: String) -> Bool { false }
}
