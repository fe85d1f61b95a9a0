import Testing

@testable import FaxEndpoint

@Suite struct PeerNameTests {
    private static let rows: [(name: String, pattern: String, isServed: Bool)] = [
        ("pbx.example.com", "pbx.example.com", true),
        ("PBX.example.com.", "pbx.EXAMPLE.com", true),
        ("pbx.example.com", "example.com", false),
        ("pbx.example.com", "*.example.com", true),
        ("example.com", "*.example.com", false),
        ("a.pbx.example.com", "*.example.com", false),
        ("pbx.example.com", "p*.example.com", false),
        ("example.com", "*.com", false),
        ("localhost", "*", false),
        ("pbx.example.com", "pbx.example.com\u{0}.evil.example", false),
        ("", "", false),
    ]

    @Test(arguments: rows)
    func aCertificatesNameServesAHost(name: String, pattern: String, isServed: Bool) {
        #expect(PeerName(name).isServed(by: pattern) == isServed)
    }
}
