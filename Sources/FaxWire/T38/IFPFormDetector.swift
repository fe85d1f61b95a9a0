import FaxCore

/// Decides by the octets of many IFP packets of one stream which ASN.1 form they follow. Many single packets read in
/// both forms (`10` is hdlc-sig-end in one, hdlc-fcs-OK in the other); the sequence of fields tells them apart: a frame
/// has data before its FCS, and its FCS before the signal ends.
public struct IFPFormDetector: Sendable {
    fileprivate struct Tally: Sendable {
        /// Packets that do not read to their end, and readings that make no sense.
        var failures = 0
        var absurdities = 0
        /// HDLC data came and no FCS yet.
        var frameIsOpen = false
        /// Nothing has been seen of the signal yet, or packets were lost: the next field may be anything.
        var isBlind = true
    }

    private var old = Tally()
    private var new = Tally()
    /// Packets with data fields.
    public private(set) var packets = 0

    public init() {}

    /// Takes an IFP packet as it came (not one computed from parity, which may have zeros behind it).
    public mutating func add(_ bytes: RawSpan) {
        guard bytes.byteCount > 0 else { return }
        let first = bytes.octet(0)
        // Indicators read alike in both forms; a signal that stopped without end is nothing to hold against a form.
        guard first & 0x40 != 0 else {
            old.isBlind = true
            new.isBlind = true
            return
        }
        guard first & 0x80 != 0 else { return }
        packets += 1
        if isSettled { return }
        if Self.isPlainHDLC(bytes) { return takePlainHDLC() }
        if !Self.read(bytes, .v1998, .bits, &old) { old.failures += 1 }
        var bitwise = new
        if Self.read(bytes, .v2002, .bits, &bitwise) {
            new = bitwise
        } else if !Self.read(bytes, .v2002, .octets, &new) {
            new.failures += 1
        }
    }

    /// One field of HDLC data that fills the packet, of which most of a page is made: both forms read it alike.
    private static func isPlainHDLC(_ bytes: RawSpan) -> Bool {
        bytes.byteCount > 5 && bytes.octet(0) & 0x21 == 0 && bytes.octet(0) & 0x1E <= 0x10 && bytes.octet(1) == 1
            && bytes.octet(2) == 0x80 && Int(bytes.be16(3)) + 6 == bytes.byteCount
    }

    private mutating func takePlainHDLC() {
        old.frameIsOpen = true
        old.isBlind = false
        new.frameIsOpen = true
        new.isBlind = false
    }

    /// Packets were lost here: frames may lack their beginning or end.
    public mutating func gap() {
        old.isBlind = true
        new.isBlind = true
    }

    /// So many packets that only one form reads need no more beside them.
    private static let enough = 32
    /// The same where both forms read all, but one of them to what makes no sense.
    private static let enoughAbsurdities = 64

    private var isSettled: Bool {
        abs(old.failures - new.failures) >= Self.enough
            || old.failures == new.failures && abs(old.absurdities - new.absurdities) >= Self.enoughAbsurdities
    }

    /// The form that fits better; `nil` when both fit alike.
    public var form: IFPForm? {
        if old.failures != new.failures { return old.failures < new.failures ? .v1998 : .v2002 }
        if old.absurdities != new.absurdities { return old.absurdities < new.absurdities ? .v1998 : .v2002 }
        return nil
    }

    /// The form by the octets, else by the negotiated `T38FaxVersion`, else the original one (which T.38 makes the
    /// default).
    public func form(negotiatedVersion: Int?) -> IFPForm {
        form ?? IFPForm(version: negotiatedVersion ?? 0)
    }

    private static func read(
        _ bytes: RawSpan, _ form: IFPForm, _ alignment: IFPCursor.Alignment, _ tally: inout Tally
    ) -> Bool {
        do throws(DecodeFailure) {
            var cursor = try IFPCursor(bytes, form: form, alignment: alignment)
            while let place = try cursor.next(bytes) { tally.take(place, cursor.head) }
            if cursor.hasDirtyPadding { tally.absurdities += 1 }
            return cursor.end == bytes.byteCount
        } catch {
            return false
        }
    }
}

extension IFPFormDetector.Tally {
    fileprivate mutating func take(_ place: IFPCursor.FieldPlace, _ head: IFPCursor.Head) {
        let isV8 = head == .data(.v8)
        let isV21 = head == .data(.v21)
        switch place.type {
        case .hdlcData:
            if place.octets == nil { absurdities += 1 }
            frameIsOpen = true
        case .hdlcFCSOK, .hdlcFCSBad, .hdlcFCSOKSigEnd, .hdlcFCSBadSigEnd:
            if place.octets != nil || (!frameIsOpen && !isBlind) { absurdities += 1 }
            frameIsOpen = false
        case .hdlcSigEnd:
            if place.octets != nil || (frameIsOpen && !isBlind) { absurdities += 1 }
            frameIsOpen = false
        case .t4NonECMData:
            if place.octets == nil || isV21 || isV8 { absurdities += 1 }
        case .t4NonECMSigEnd:
            if isV21 || isV8 { absurdities += 1 }
        case .cmMessage, .jmMessage, .ciMessage, .v34Rate:
            if place.octets == nil || isV21 { absurdities += 1 }
        }
        isBlind = false
    }
}
