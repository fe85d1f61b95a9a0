import NIOSSL

/// Whether a certificate is for the name that was dialled (RFC 5922 §7.2). NIOSSL is content with a certificate for the
/// address that the name led to; but who can bend the name's address has one of those for an address of his own.
struct PeerName {
    struct Mismatch: Error, CustomStringConvertible {
        var description: String { "its certificate is not for that name" }
    }

    /// In lower case, without the dot of the root.
    private let labels: [Substring]

    init(_ name: String) { labels = Self.labels(name) }

    /// - Parameter certificate: one that NIOSSL has found good, so without names in its extension its common name is right.
    func check(_ certificate: NIOSSLCertificate) throws(Mismatch) {
        let names = certificate._subjectAlternativeNames()
        if names.isEmpty { return }
        for name in names where name.nameType == .dnsName {
            let text = name.contents.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
            if isServed(by: text) { return }
        }
        throw Mismatch()
    }

    /// A star stands for the first label, whole, as the web's certificates have it; carriers use such for SIP, too.
    func isServed(by pattern: String) -> Bool {
        let wanted = Self.labels(pattern)
        guard wanted.count == labels.count, wanted != [""] else { return false }
        if wanted.first == "*" { return wanted.count > 2 && wanted.dropFirst().elementsEqual(labels.dropFirst()) }
        return wanted == labels
    }

    private static func labels(_ name: String) -> [Substring] {
        let lower = name.lowercased()
        return (lower.hasSuffix(".") ? lower.dropLast() : lower[...])
            .split(separator: ".", omittingEmptySubsequences: false)
    }
}
