import ServerDrivers
import Testing

/// Where a server is, in one text.
@Suite struct ServerAddressTests {
    @Test(arguments: [
        ("hylafax://fax@192.0.2.1", "hylafax://fax@192.0.2.1:4559"), ("hylafax://[::1]:4560/", "hylafax://::1:4560"),
        ("gofaxserver://host", "gofaxserver://host:8080"),
        ("gofaxserver+https://host", "gofaxserver+https://host:443"),
        ("ictcore://me@host/api/", "ictcore://me@host:80/api"),
        ("ictcore+https://me%40here@host:8443", "ictcore+https://me@here@host:8443"),
        ("asterisk-spool:///var/spool/asterisk/outgoing/", "asterisk-spool:///var/spool/asterisk/outgoing"),
        ("asterisk://admin@host", "asterisk://admin@host:5038"), ("freeswitch://host", "freeswitch://host:8021"),
    ])
    func addresses(text: String, description: String) throws {
        #expect(try ServerAddress(text).description == description)
    }

    @Test(arguments: [
        "", "host", "sip://host", "hylafax://", "hylafax://host/path", "hylafax://host?x=1", "hylafax://host:0",
        "hylafax://host:65536", "hylafax://user:word@host", "hylafax+https://host", "asterisk+https://host",
        "asterisk-spool://host/var/spool", "asterisk-spool://", "asterisk-spool:///", "asterisk-spool://me@/var",
        "ictcore://host/api?x", "gofaxserver://host/api", "ictcore://host/#a",
    ])
    func noAddresses(text: String) {
        #expect(throws: ServerAddress.Bad.self) { try ServerAddress(text) }
    }
}
