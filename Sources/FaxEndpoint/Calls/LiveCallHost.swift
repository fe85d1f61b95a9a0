import FaxCore
import FaxDSP
import FaxWire

/// What a call needs of its endpoint.
protocol LiveCallHost: AnyObject {
    var settings: EndpointSettings { get }
    var disk: DiskQueue { get }
    func sendSIP(_ octets: [UInt8], to remote: Endpoint)
    func record(from source: Endpoint, to destination: Endpoint, _ octets: [UInt8], at now: Instant)
    func noteLateness(_ lateness: Duration)
    func tell(_ call: Int?, _ kind: EndpointEvent.Kind)
    /// The fax of a call is told. `pages`: those received.
    func finished(_ call: LiveCall, _ result: FaxResult, _ pages: [PageBitmap])
    /// It is over: nothing outside is paid for any more.
    func endCosts(of call: Int)
    /// Nothing of it is left to be repeated.
    func forget(_ call: any HostedCall)
}

/// A call as its endpoint sees it, whatever it is for.
protocol HostedCall: AnyObject {
    var number: Int { get }
    /// Of the dialog by which it is known; `nil` before there is one.
    var callID: String? { get }
    /// Where the signalling of the one who called, or is called, comes from.
    var peer: Endpoint { get }
    /// Nothing is left that a peer must hear of: its BYE was answered, and its result told.
    var mayBeLeft: Bool { get }
    func receive(_ message: SIPMessage, _ octets: [UInt8], from source: Endpoint)
    func hangUp()
    /// Ends it for a reason of ours, which is told.
    func giveUp(_ reason: String)
    /// Its endpoint closes: what is still due is left.
    func abandon()
}
