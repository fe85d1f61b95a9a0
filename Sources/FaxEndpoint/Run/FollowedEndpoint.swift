/// An endpoint of whatever protocol, as a run follows it.
protocol FollowedEndpoint {
    var events: EventQueue { get }
    /// Ends every call, waits so long for the other sides, and closes.
    func stop(patience: Duration)
    /// How late calls were woken.
    var lateness: DurationMeter { get throws }
    /// Why the record is not whole; `nil`: it is.
    var recordFailure: String? { get throws }
}

extension LiveEndpoint: FollowedEndpoint {}
