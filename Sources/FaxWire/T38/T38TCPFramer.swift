import FaxCore

/// Cuts the octets of a TCP connection into IFP packets (T.38 Annex B, 10.2): with TPKT (RFC 1006 §6) around each of
/// them, or one after the other as the first editions have it. The first octets tell which.
public struct T38TCPFramer: Sendable {
    public enum Framing: Sendable, Hashable { case tpkt, bare }

    /// Octets kept while a packet is not complete.
    public static let maximumBuffered = 0x1_0000

    /// Longest packet believed without TPKT: a claim of more is a place where no packet begins.
    public static let maximumBarePacket = 4_096

    public private(set) var framing: Framing?
    /// Which form bare packets are read in; the other is tried when it fails.
    public private(set) var form: IFPForm
    /// Octets thrown away to find the next packet.
    public private(set) var skippedOctets = 0
    public private(set) var packets = 0
    private var buffer: [UInt8] = []
    /// Octets of `buffer` already used.
    private var used = 0

    public init(form: IFPForm = .v2002) {
        self.form = form
    }

    /// Octets that wait for the rest of their packet.
    public var buffered: Int { buffer.count - used }

    /// Takes the next octets of the connection and hands out each IFP packet that is complete.
    public mutating func feed(_ bytes: RawSpan, packet: (RawSpan) -> Void) {
        bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
        while let place = nextPacket() {
            packets += 1
            packet(buffer.span.bytes.extracting(place))
        }
        if buffered > Self.maximumBuffered {
            skippedOctets += buffered
            used = buffer.count
        }
        buffer.removeFirst(used)
        used = 0
    }

    /// Octets were lost: what waits can not be completed.
    public mutating func gap() {
        skippedOctets += buffered
        buffer = []
        used = 0
    }

    private mutating func nextPacket() -> Range<Int>? {
        while buffered > 0 {
            if framing == nil {
                guard buffered >= 2 else { return nil }
                framing = buffer[used] == 3 && buffer[used + 1] == 0 ? .tpkt : .bare
            }
            switch framing {
            case .tpkt:
                guard buffered >= 4 else { return nil }
                let length = Int(buffer[used + 2]) << 8 | Int(buffer[used + 3])
                guard buffer[used] == 3, length >= 4 else {
                    skip()
                    continue
                }
                guard buffered >= length else { return nil }
                defer { used += length }
                return used + 4..<used + length
            case .bare, nil:
                switch bareLength() {
                case .complete(let length):
                    defer { used += length }
                    return used..<used + length
                case .incomplete:
                    guard buffered > Self.maximumBarePacket else { return nil }
                    skip()
                case .senseless: skip()
                }
            }
        }
        return nil
    }

    private mutating func skip() {
        used += 1
        skippedOctets += 1
    }

    private enum Extent { case complete(Int), incomplete, senseless }

    private mutating func bareLength() -> Extent {
        let first = extent(form)
        guard case .senseless = first else { return first }
        let other: IFPForm = form == .v2002 ? .v1998 : .v2002
        let second = extent(other)
        if case .complete = second { form = other }
        return second
    }

    private func extent(_ form: IFPForm) -> Extent {
        let bytes = buffer.span.bytes.extracting(used..<buffer.count)
        do throws(DecodeFailure) {
            var cursor = try IFPCursor(bytes, form: form)
            while try cursor.next(bytes) != nil {}
            return .complete(cursor.end)
        } catch {
            switch error.reason {
            case .short, .lies: return .incomplete
            case .invalid, .limit: return .senseless
            }
        }
    }

    /// An IFP packet in its TPKT.
    public static func tpkt(_ packet: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.u8(3)
        writer.u8(0)
        writer.u16(UInt16(clamping: packet.count + 4))
        writer.raw(packet)
        return writer.bytes
    }
}
