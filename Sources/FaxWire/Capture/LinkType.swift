/// A LINKTYPE_ value as pcap and pcapng files carry it (tcpdump.org/linktypes.html), with the BSD and old libpcap
/// aliases of one encapsulation brought to one value.
@frozen
public struct LinkType: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The value of a file header, whose upper bits may carry the length of a frame check sequence, normalised.
    public init(file value: UInt32) {
        let type = value & 0xFFFF
        switch type {
        case 12, 14: self = .rawIP
        case 109: self = .loop
        default: self.init(rawValue: type)
        }
    }

    public static let null = LinkType(rawValue: 0)
    public static let ethernet = LinkType(rawValue: 1)
    public static let ppp = LinkType(rawValue: 9)
    public static let pppHDLC = LinkType(rawValue: 50)
    public static let pppoe = LinkType(rawValue: 51)
    public static let rawIP = LinkType(rawValue: 101)
    public static let ciscoHDLC = LinkType(rawValue: 104)
    public static let loop = LinkType(rawValue: 108)
    public static let linuxSLL = LinkType(rawValue: 113)
    public static let pppWithDirection = LinkType(rawValue: 204)
    public static let ipv4 = LinkType(rawValue: 228)
    public static let ipv6 = LinkType(rawValue: 229)
    public static let linuxSLL2 = LinkType(rawValue: 276)

    /// The LINKTYPE_ name in lower case with dashes, as the analysis document wants it.
    public var name: String {
        switch self {
        case .null: "null"
        case .ethernet: "ethernet"
        case .ppp: "ppp"
        case .pppHDLC: "ppp-hdlc"
        case .pppoe: "ppp-ether"
        case .rawIP: "raw"
        case .ciscoHDLC: "c-hdlc"
        case .loop: "loop"
        case .linuxSLL: "linux-sll"
        case .pppWithDirection: "ppp-with-dir"
        case .ipv4: "ipv4"
        case .ipv6: "ipv6"
        case .linuxSLL2: "linux-sll2"
        default: "linktype-\(rawValue)"
        }
    }
}
