import FaxCore
import FaxProtocol

/// Addresses and ports as people write them.
public enum EndpointText {
    /// `ADDRESS:PORT`, `[ADDRESS]:PORT`, or an address alone.
    public static func endpoint(_ text: String, port: UInt16) -> Endpoint? {
        if let address = IPAddress(text), !text.hasPrefix("[") || text.hasSuffix("]") { return Endpoint(address, port) }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            let address = IPAddress(text[..<colon])
        else { return nil }
        return Endpoint(address, port)
    }

    /// Where SIP is listened to: `ADDRESS:PORT` is UDP and TCP, with `udp:`, `tcp:` or `tls:` before it only that.
    /// - Parameter port: taken where none is written; 0: any free one.
    public static func paths(_ text: String, port: UInt16) -> [SIPPath]? {
        for transport in SIPTransport.allCases {
            let mark = transport.rawValue.lowercased() + ":"
            guard text.hasPrefix(mark) else { continue }
            let port = port == 0 ? 0 : transport.defaultPort
            return endpoint(String(text.dropFirst(mark.count)), port: port).map { [SIPPath(transport, $0)] }
        }
        return endpoint(text, port: port).map { [SIPPath(.udp, $0), SIPPath(.tcp, $0)] }
    }

    /// `20000-29999`: room for one call at least.
    public static func ports(_ text: String) -> ClosedRange<UInt16>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard parts.count == 2, let first = parts[0], let last = parts[1], first >= 1_024, first < last,
            last - first >= 4
        else { return nil }
        return first...last
    }
}
