import ATADrivers
import Testing

@Suite struct AuditTests {
    /// As units leave the factory: no T.38, NSE, 30 ms, a deep but adaptive buffer.
    static let factory = SPAFormPage(SPAPages.settings([SPAPages.line, SPAPages.line])).configuration(.spaPages)

    @Test func factorySettingsAreWrongForT38() throws {
        let audit = FaxAudit(SettingView(Self.factory, dialect: .spaPages, line: 1), goal: .t38)
        let wrong = audit.wrong.map(\.setting)
        #expect(
            wrong == [
                .t38, .t38Redundancy, .passthroughMethod, .packetTime, .echoCanceller, .jitterAdjustment, .callWaiting,
                .statisticsInBye,
            ])
        #expect(!audit.isGood)
        // What this family does not have is told as such.
        #expect(audit.items.first { $0.setting == .detectV21 }?.verdict == .absent)
        // What it has and the page did not show is unknown.
        #expect(audit.items.first { $0.setting == .detectCED }?.verdict == .unknown)
    }

    @Test func changesMendWhatIsWrong() throws {
        let view = SettingView(Self.factory, dialect: .spaPages, line: 2)
        let (entries, refusals) = FaxAudit(view, goal: .t38).changes(view)
        #expect(refusals.isEmpty)
        #expect(entries.contains(ATAConfiguration.Entry("FAX_Enable_T38_2_", "Yes")))
        #expect(entries.contains(ATAConfiguration.Entry("RTP_Packet_Size", "0.020")))
        var mended = Self.factory
        for entry in entries { mended.set(entry) }
        let after = FaxAudit(SettingView(mended, dialect: .spaPages, line: 2), goal: .t38)
        #expect(after.wrong.isEmpty)
        // The other line has kept its own.
        #expect(mended["FAX_Enable_T38_1_"] == "No")
    }

    @Test func strangeValuesAreNotJudged() {
        var strange = Self.factory
        strange.set(ATAConfiguration.Entry("FAX_Enable_T38_1_", "Perhaps"))
        let audit = FaxAudit(SettingView(strange, dialect: .spaPages, line: 1), goal: .t38)
        let item = audit.items.first { $0.setting == .t38 }
        #expect(item?.verdict == .unknown)
        #expect(item?.value == "Perhaps")
    }

    @Test(arguments: [("0.020", true), ("0.010", true), ("0.030", false), (".02", true)])
    func packetTimeIsComparedAsANumber(_ value: String, _ isGood: Bool) {
        var configuration = Self.factory
        configuration.set(ATAConfiguration.Entry("RTP_Packet_Size", value))
        let audit = FaxAudit(SettingView(configuration, dialect: .spaPages, line: 1), goal: .passthrough)
        #expect(audit.wrong.contains { $0.setting == .packetTime } == !isGood)
    }

    @Test func grandstreamNumbersMeanTheSame() throws {
        let octets = Array(
            "<gs_provision version=\"1\"><mac>000b82aabbcc</mac><config version=\"1\"><P228>1</P228><P133>1</P133><P132>2</P132><P57>18</P57><P710>0</P710></config></gs_provision>"
                .utf8)
        let configuration = try GrandstreamProfile.read(octets)
        let first = FaxAudit(SettingView(configuration, dialect: .grandstream, line: 1), goal: .t38)
        #expect(first.wrong.map(\.setting).contains(.t38))
        #expect(first.wrong.map(\.setting).contains(.preferredCodec))
        let second = FaxAudit(SettingView(configuration, dialect: .grandstream, line: 2), goal: .t38)
        #expect(second.items.first { $0.setting == .t38 }?.verdict == .good)
        let view = SettingView(configuration, dialect: .grandstream, line: 1)
        let entry = try view.entry(.t38, "yes")
        #expect(entry == ATAConfiguration.Entry("P228", "0"))
        #expect(throws: SettingView.Refusal.self) { try view.entry(.detectV21, "yes") }
        #expect(throws: SettingView.Refusal.self) { try view.entry(.jitterLevel, "very-high") }
    }

    @Test func profilesComeBack() throws {
        var configuration = ATAConfiguration()
        configuration.set(ATAConfiguration.Entry("Display_Name_1_", "A & <B> \"C\"", userAccess: "na"))
        configuration.set(ATAConfiguration.Entry("Password_1_", "geheim"))
        configuration.set(ATAConfiguration.Entry("bad name", "left out"))
        let read = try FlatProfile.read(FlatProfile.write(configuration))
        #expect(read["Display_Name_1_"] == "A & <B> \"C\"")
        #expect(read.entries.count == 2)
        #expect(read.redacted["Password_1_"] == "(hidden)")
        #expect(read["Password_1_"] == "geheim")
    }

    @Test func theLastOfRepeatedElementsCounts() throws {
        let octets = Array(
            "<flat-profile><Proxy_1_>a</Proxy_1_><X ua=\"na\"/><Proxy_1_ ua=\"rw\">b</Proxy_1_></flat-profile>".utf8)
        let read = try FlatProfile.read(octets)
        #expect(read["Proxy_1_"] == "b")
        #expect(read["X"] == "")
        #expect(throws: FlatProfile.Failure.self) { try FlatProfile.read(Array("<html><a>1</a></html>".utf8)) }
    }
}
