import FaxCore
import FaxDSP

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
    /// Nothing of it is left to be repeated.
    func forget(_ call: LiveCall)
}
