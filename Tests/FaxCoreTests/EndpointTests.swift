import FaxCore
import Testing

@Suite struct EndpointTests {
    @Test(arguments: [
        ("10.1.2.3", "10.1.2.3"), ("::1", "::1"), ("fd77::1", "fd77::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("[::ffff:1.2.3.4]", "1.2.3.4"), ("fe80::1%eth0", "fe80::1"), ("::", "::"),
    ])
    func addressRoundTrip(text: String, shown: String) {
        #expect(IPAddress(text)?.description == shown)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.256", "1:2", ":::", "12345::", "1::2::3", "g::", "1.2.3.4.5", "1:2:3:4:5:6:7:8:9",
    ])
    func addressRefused(text: String) {
        #expect(IPAddress(text) == nil)
    }
}
