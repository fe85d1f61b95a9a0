import ATADrivers
import Testing

@Suite struct IdentityTests {
    struct Name: Sendable, CustomTestStringConvertible {
        var text: String
        var vendor: String
        var model: String
        var firmware: String?
        var mac: String?
        var family: ATAFamily
        var testDescription: String { text }
    }

    static let names = [
        Name(
            text: "Linksys/SPA2102-5.2.10", vendor: "Linksys", model: "SPA2102", firmware: "5.2.10", family: .spaPages),
        Name(
            text: "Linksys/SPA-2102-5.2.5 (FM500)", vendor: "Linksys", model: "SPA2102", firmware: "5.2.5",
            family: .spaPages),
        Name(
            text: "Linksys/SPA3102-5.1.10(GW)", vendor: "Linksys", model: "SPA3102", firmware: "5.1.10(GW)",
            family: .spaPages),
        Name(
            text: "Linksys/PAP2T-5.1.6(LS)", vendor: "Linksys", model: "PAP2T", firmware: "5.1.6(LS)", family: .spaPages
        ),
        Name(
            text: "Cisco/SPA112-1.4.1(SR5) (001122AABBCC)(CCQ1234)", vendor: "Cisco", model: "SPA112",
            firmware: "1.4.1(SR5)", mac: "001122aabbcc", family: .spaXML),
        Name(
            text: "Grandstream Model HW HT801 V1.1A SW 1.0.17.5 DevId 000b82aabbcc", vendor: "Grandstream",
            model: "HT801",
            firmware: "1.0.17.5", mac: "000b82aabbcc", family: .grandstream),
        Name(
            text: "Grandstream HT802 1.0.29.8", vendor: "Grandstream", model: "HT802", firmware: "1.0.29.8",
            family: .grandstream),
    ]

    @Test(arguments: names) func userAgentNamesTheDevice(_ name: Name) throws {
        let identity = try #require(ATAIdentity(userAgent: name.text))
        #expect(identity.vendor == name.vendor)
        #expect(identity.model == name.model)
        #expect(identity.firmware == name.firmware)
        #expect(identity.macAddress == name.mac)
        #expect(identity.family == name.family)
    }

    @Test(arguments: [
        "", "/", "Linksys/", "Linksys/SPA2102", "Asterisk PBX 18.1", "Linksys/-5.2", "linksys/SPA\u{0}-1",
        "Grandstream",
        "Grandstream HT", "Grandstream SW DevId", "Cisco-SIPGateway/IOS-12.x",
        String(repeating: "Linksys/A-", count: 100),
    ]) func otherNamesAreNoDevice(_ text: String) { #expect(ATAIdentity(userAgent: text) == nil) }

    @Test func pageNamesTheDevice() throws {
        let identity = try #require(ATAIdentity(page: SPAInfoPage(SPAPages.state)))
        #expect(identity.model == "SPA2102")
        #expect(identity.firmware == "5.2.10")
        #expect(identity.macAddress == "000e08aabbcc")
    }
}
