import FaxCore
import FaxDSP
import FaxWire

public enum ModemCallStart: Sendable, Hashable {
    case dial(String)
    /// The next call that rings.
    case answer
}

public enum ModemCallEnding: Sendable, Hashable {
    /// T.30 came to its end; the report says how.
    case over
    /// There was no call: what the modem said.
    case noCall(String)
    /// The modem, or its device, does not do its part.
    case failed(String)
    /// Whoever asked for the call does not want it any more.
    case stopped
}

/// One fax through a modem at a serial port, whatever the class: octets from the modem and the time come in, octets for the
/// modem come out of ``takeOutput(room:)``. It holds no port and no clock.
protocol ModemCall: AnyObject {
    /// `nil`: it goes on.
    var ending: ModemCallEnding? { get }
    var report: FaxStationReport { get }
    /// `nil`: they are not known.
    var terms: FaxTerms? { get }
    var progress: FaxProgress { get }
    /// There is a call, or the modem is at one.
    var isOnLine: Bool { get }
    /// Octets of a page go to the modem: XOFF counts.
    var isSendingOctets: Bool { get }
    /// When ``wake(at:)`` is due.
    var deadline: Instant? { get }

    func receive(_ octets: [UInt8], at now: Instant)
    func wake(at now: Instant)
    /// Octets for the modem, about so many at most. Those of a page are made as there is room for them.
    func takeOutput(room: Int) -> [UInt8]
    /// Gives the call up: the line is released.
    func hangUp(_ ending: ModemCallEnding)
    /// The modem is not there any more.
    func vanish()
}

/// What both sides agreed on for a page; `nil`: not known.
public struct FaxTerms: Sendable, Hashable {
    /// Such as `V.17`.
    public var modem: String?
    public var rateBps: Int?
    public var hasECM: Bool?
    /// `MH`, `MR`, `MMR` …
    public var coding: String?
    /// Dots an inch, across and down.
    public var dpiX: Int?
    public var dpiY: Int?
    public var widthPx: Int?

    public init() {}
}

extension FaxStationReport {
    /// Of the DCS whose training was accepted last, else of the last one.
    var terms: FaxTerms? {
        guard let command else { return nil }
        var terms = FaxTerms()
        terms.modem = command.modulation?.modem.rawValue
        terms.rateBps = command.modulation?.rateBps
        terms.hasECM = command.ecm
        terms.coding = command.compression.rawValue
        (terms.dpiX, terms.dpiY) = command.resolution
        terms.widthPx = command.widthPx
        return terms
    }
}
