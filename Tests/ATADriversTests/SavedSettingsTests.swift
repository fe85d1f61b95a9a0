import ATADrivers
import Testing

@Suite struct SavedSettingsTests {
    @Test func everyFormIsToldByItself() throws {
        let page = try SavedSettings(SPAPages.settings([SPAPages.line, SPAPages.line]))
        #expect(page.form == .page)
        #expect(page.dialect.family == .spaPages)
        #expect(page.lines == [1, 2])
        let older = try SavedSettings(
            Array("<flat-profile><FAX_Enable_T38_1_>No</FAX_Enable_T38_1_></flat-profile>".utf8))
        #expect(older.dialect.family == .spaPages)
        #expect(older.lines == [1])
        let newer = try SavedSettings(
            Array("<a><flat-profile><FAX_V21_Detect_Enable_1_>Yes</FAX_V21_Detect_Enable_1_></flat-profile></a>".utf8))
        #expect(newer.dialect.family == .spaXML)
        let grandstream = try SavedSettings(
            Array("<gs_provision><config><P228>1</P228><P710>0</P710></config></gs_provision>".utf8))
        #expect(grandstream.form == .grandstream)
        #expect(grandstream.lines == [1, 2])
    }

    @Test(arguments: ["", "root:x:0:0", "<html><body>Hello</body></html>", "<flat-profile>", "{\"a\":1}"])
    func otherFilesAreRefused(_ text: String) {
        #expect(throws: SavedSettings.Failure.self) { try SavedSettings(Array(text.utf8)) }
    }

    @Test func textNamesWhatIsWrongAndHidesControls() throws {
        var configuration = AuditTests.factory
        configuration.set(ATAConfiguration.Entry("FAX_Enable_T38_1_", "\u{1B}[2J"))
        let text = AuditText().text(FaxAudit(SettingView(configuration, dialect: .spaPages, line: 1), goal: .t38))
        #expect(text.contains("harms: FAX_T38_Redundancy_1_\n      is 1, should be 3 (at least 2)\n"))
        #expect(text.contains("Unknown"))
        #expect(!text.contains("\u{1B}"))
    }
}
