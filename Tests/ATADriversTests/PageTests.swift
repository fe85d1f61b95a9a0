import ATADrivers
import Testing

@Suite struct PageTests {
    @Test func fieldsHaveLabelNumberAndValue() throws {
        let page = SPAFormPage(SPAPages.settings([SPAPages.line, SPAPages.line]))
        #expect(page.title == "Linksys SPA Configuration")
        #expect(page.action == "bsipura.spa")
        #expect(page.fields.count == 2 + 2 * SPAPages.line.count)
        let first = try #require(page.field("FAX Enable T38"))
        let second = try #require(page.field("FAX Enable T38", occurrence: 2))
        #expect(first.value == "No")
        #expect(first.choices == ["Yes", "No"])
        #expect(first.identifier != second.identifier)
        let password = try #require(page.field("Password", occurrence: 2))
        #expect(password.isSecret)
        #expect(password.identifier.hasPrefix("P"))
        #expect(page.field("RTP Packet Size")?.value == "0.030")
    }

    @Test func configurationUsesNamesOfProfiles() {
        let page = SPAFormPage(SPAPages.settings([SPAPages.line, SPAPages.line]))
        let configuration = page.configuration(.spaPages)
        #expect(configuration["FAX_Enable_T38_1_"] == "No")
        #expect(configuration["FAX_Enable_T38_2_"] == "No")
        #expect(configuration["RTP_Packet_Size"] == "0.030")
        #expect(configuration["Stats_In_BYE"] == "No")
        #expect(configuration["RTP_Packet_Size_1_"] == nil)
    }

    @Test func changesBecomeNumbersOfThisPage() throws {
        let page = SPAFormPage(SPAPages.settings([SPAPages.line, SPAPages.line]))
        let wanted = [ATAConfiguration.Entry("FAX_Enable_T38_2_", "Yes"), ATAConfiguration.Entry("Proxy_1_", "a b&c")]
        let form = try page.form(wanted, .spaPages)
        let t38 = try #require(page.field("FAX Enable T38", occurrence: 2))
        let proxy = try #require(page.field("Proxy"))
        #expect(form == "\(t38.identifier)=Yes&\(proxy.identifier)=a+b%26c")
    }

    @Test(arguments: [
        ("FAX_Enable_T38_3_", "Yes"), ("FAX_Enable_T38_1_", "Maybe"), ("Nothing_Like_It", "1"), ("", ""),
    ]) func changesThatThePageDoesNotHaveAreRefused(_ name: String, _ value: String) {
        let page = SPAFormPage(SPAPages.settings([SPAPages.line]))
        #expect(throws: SPAFormPage.Refusal.self) { try page.form([ATAConfiguration.Entry(name, value)], .spaPages) }
    }

    /// Every beginning of a page, and pages with damage, are read without a trap, and never to more than is there.
    @Test func damagedPagesAreRead() {
        let page = SPAPages.settings([SPAPages.line])
        let whole = SPAFormPage(page).fields
        for length in stride(from: 0, to: page.count, by: 7) {
            let cut = SPAFormPage(Array(page.prefix(length))).fields
            #expect(cut.count <= whole.count)
            for (one, other) in zip(cut.dropLast(), whole) where one != other {
                Issue.record("\(one.label) at \(length)")
            }
        }
        for hostile in [
            "<", "<<<<", "<input", "<input name", "<input name=", "<input name='", "</", "<!", "<!--", "<select name=1",
            "a:<select name=1><option selected><option", "<script>", "&#xFFFFFFFF;&#55296;&;&amp", "<title><title>",
        ] {
            _ = SPAFormPage(Array(hostile.utf8))
            _ = SPAInfoPage(Array(hostile.utf8))
        }
        #expect(SPAFormPage([0xFF, 0xFE, 0x00, 0x3C, 0x80]).fields.isEmpty)
    }

    @Test func referencesAreResolved() {
        let page = SPAFormPage(
            Array("<td>Display Name:<td><input name=47 value='A &amp; B &#34;C&quot; &nope; &'>".utf8))
        #expect(page.field("Display Name")?.value == "A & B \"C\" &nope; &")
    }
}
