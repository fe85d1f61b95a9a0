import FaxDSP

/// Fax software of others at one end of a call.
protocol FaxProgram: AnyObject {
    /// A receiver waits for a call; a sender is at it.
    var isReady: Bool { get }
    /// `true`: its fax ended, and as it says, well. A receiver: when its pages lie there.
    func waitForEnd(_ patience: Duration) -> Bool
    func receivedPages() throws -> [PageBitmap]
    /// Ends every process of it.
    func end()
    /// What it said, for who wants to know why.
    var story: String { get }
}
