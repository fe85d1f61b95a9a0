import FaxCore

/// One HDLC frame of T.30 between its flags, without FCS (T.30 5.3). Octets have the first bit on the line as their
/// least significant bit: address `ff`, control `03` (more frames follow) or `13` (final frame).
///
/// ```
/// | ff | 03/13 | FCF | FIF … |
/// ```
public struct T30Frame: Sendable, Hashable {
    public var address: UInt8
    public var control: UInt8
    /// The facsimile control octet as sent.
    public var controlField: UInt8
    /// `nil`: a control octet no Recommendation names.
    public var signal: FacsimileControl?
    /// The direction bit X: `true` from the station that received a valid DIS.
    public var directionBit: Bool
    /// Facsimile information field; for PPS and EOR without their second control octet.
    public var information: [UInt8]
    /// The second control octet of a PPS or EOR as sent; `nil` for other signals and where it is missing.
    public var commandOctet: UInt8?
    public var command: PostMessageCommand? { commandOctet.map(PostMessageCommand.init(octet:)) }

    /// Bit 5 of the control field: the last frame before the station listens (T.30 5.3.5).
    public var isFinal: Bool { control & 0x10 != 0 }

    /// Longest frame kept: FCD of 256 octets and headers fit many times; NSF and internet addresses are shorter.
    public static let maximumOctets = 4_096

    /// Strict form: a frame without a control field, address or control octet throws.
    public init(octets: RawSpan) throws(DecodeFailure) {
        var reader = ByteReader(octets, layer: .t30)
        address = try reader.u8("address")
        guard address == 0xFF else { throw reader.invalid("address", "is not ff") }
        control = try reader.u8("control")
        guard control == 0x03 || control == 0x13 else { throw reader.invalid("control", "is neither 03 nor 13") }
        controlField = try reader.u8("facsimile control")
        guard let (signal, x) = FacsimileControl.named(controlField) else {
            throw reader.invalid("facsimile control", "names no signal")
        }
        self.signal = signal
        directionBit = x
        information = try reader.copy(reader.remaining, "facsimile information")
        if signal.hasPostMessageCommand {
            guard let second = information.first else {
                throw DecodeFailure(
                    layer: .t30, field: "post-message command", offset: 3, reason: .short(needed: 1, have: 0))
            }
            commandOctet = second
            information.removeFirst()
        }
    }

    /// Lax form: reads whatever is there.
    public init(lax octets: [UInt8]) {
        address = octets.first ?? 0
        control = octets.count > 1 ? octets[1] : 0
        controlField = octets.count > 2 ? octets[2] : 0
        let named = octets.count > 2 ? FacsimileControl.named(controlField) : nil
        signal = named?.signal
        directionBit = controlField & 1 == 1
        information = Array(octets.dropFirst(3))
        if let signal, signal.hasPostMessageCommand, let second = information.first {
            commandOctet = second
            information.removeFirst()
        }
    }

    /// There are thousands of them in a call, so they are spelled once.
    private static let namesOfFCD = (0...255).map { "FCD \($0)" }

    /// `DIS`, `PPS-EOP`, `FCD 17`, or `unknown 0x5b` (the octet as sent).
    public var name: String {
        guard let signal else { return "unknown 0x" + hexadecimal([controlField]) }
        if let command { return signal.abbreviation + "-" + command.abbreviation }
        if signal == .fcd, let number = information.first { return Self.namesOfFCD[Int(number)] }
        return signal.abbreviation
    }

    /// The image octets of an FCD after its frame number.
    public var codedData: ArraySlice<UInt8>? {
        signal == .fcd && !information.isEmpty ? information.dropFirst() : nil
    }

    /// The octets between the flags.
    public var octets: [UInt8] {
        [address, control, controlField] + (commandOctet.map { [$0] } ?? []) + information
    }
}
