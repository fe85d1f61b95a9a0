import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

/// What a call needs of its endpoint.
protocol LiveCallHost: AnyObject {
    var settings: EndpointSettings { get }
    var disk: DiskQueue { get }
    var wakes: WakeSchedule { get }
    func sendSIP(_ octets: [UInt8], to path: SIPPath)
    /// A datagram.
    func record(from source: Endpoint, to destination: Endpoint, _ octets: [UInt8], at now: Instant)
    /// Octets of a connection.
    func recordStream(from source: Endpoint, to destination: Endpoint, _ octets: [UInt8], at now: Instant)
    /// The time from when packets of a call were due until its turn came.
    func noteLateness(_ time: Duration)
    /// For how long a call held the loop in one go.
    func noteTurn(_ time: Duration)
    func tell(_ call: Int?, _ kind: EndpointEvent.Kind)
    /// The fax of a call is told. `pages`: those received.
    func finished(_ call: LiveCall, _ result: FaxResult, _ pages: [PageBitmap])
    /// It is over: nothing outside is paid for any more.
    func endCosts(of call: Int)
    /// Nothing of it is left to be repeated.
    func forget(_ call: any HostedCall)
}

extension LiveCallHost {
    /// A SIP message that came.
    func record(_ octets: [UInt8], from path: SIPPath, to own: Endpoint, at now: Instant) {
        path.transport.isReliable
            ? recordStream(from: path.endpoint, to: own, octets, at: now)
            : record(from: path.endpoint, to: own, octets, at: now)
    }

    /// A SIP message that leaves.
    func record(_ octets: [UInt8], from own: Endpoint, to path: SIPPath, at now: Instant) {
        path.transport.isReliable
            ? recordStream(from: own, to: path.endpoint, octets, at: now)
            : record(from: own, to: path.endpoint, octets, at: now)
    }
}

/// A call as its endpoint sees it, whatever it is for.
protocol HostedCall: AnyObject {
    var number: Int { get }
    /// Of the dialog by which it is known; `nil` before there is one.
    var callID: String? { get }
    /// Where the signalling of the one who called, or is called, comes from.
    var peer: SIPPath { get }
    /// Nothing is left that a peer must hear of: its BYE was answered, and its result told.
    var mayBeLeft: Bool { get }
    func receive(_ message: SIPMessage, _ octets: [UInt8], from path: SIPPath)
    /// A connection that led there could not be had, or is gone.
    func transportFailed(_ path: SIPPath, _ reason: String)
    func hangUp()
    /// Ends it for a reason of ours, which is told.
    func giveUp(_ reason: String)
    /// Its endpoint closes: what is still due is left.
    func abandon()
}
