import ATADrivers
import Testing

@Suite struct StatusTests {
    @Test func pageTellsLinesAndCalls() throws {
        let status = ATAStatus(page: SPAInfoPage(SPAPages.state))
        #expect(status.uptime == "18 days and 21:37:28")
        #expect(status.externalAddress == nil)
        #expect(status.lines.count == 2)
        let first = try #require(status.line(1))
        #expect(first.isRegistered == true)
        #expect(first.nextRegistration == 2_543)
        #expect(!first.isIdle)
        let call = try #require(first.calls.first)
        #expect(call.encoder == "G711u")
        #expect(call.isFax == true)
        #expect(call.packetsLost == 12)
        #expect(call.jitterMs == 30)
        // A counter that went below zero says nothing.
        #expect(call.packetsReceived == nil)
        let second = try #require(status.line(2))
        #expect(second.isRegistered == false)
        #expect(second.isIdle)
    }

    static let xml = """
        <?xml version="1.0"?><flat-status>
        <Product_Name>SPA112</Product_Name><Serial_Number>CCQ0</Serial_Number><Software_Version>1.4.1(002)</Software_Version>
        <Elapsed_Time>3 days and 01:02:03</Elapsed_Time><External_IP></External_IP>
        <Hook_State_1_>On</Hook_State_1_><Registration_State>Registered</Registration_State>
        <Next_Registration_In>55 s</Next_Registration_In><Call_1_State_1_>Idle</Call_1_State_1_>
        <Call_1_Packets_Lost_1_>3</Call_1_Packets_Lost_1_><Call_2_State_1_>Idle</Call_2_State_1_>
        <Hook_State_2_>On</Hook_State_2_><Registration_State>Not Registered</Registration_State>
        <Next_Registration_In>0 s</Next_Registration_In><Call_1_State_2_>Idle</Call_1_State_2_>
        <router-status><WAN_Interface><MAC_Address>00:11:22:33:44:55</MAC_Address></WAN_Interface></router-status>
        </flat-status>
        """

    @Test func statusXMLTellsTheSame() throws {
        let status = try ATAStatus(statusXML: Array(Self.xml.utf8))
        #expect(status.identity?.model == "SPA112")
        #expect(status.identity?.family == .spaXML)
        #expect(status.lines.map(\.isRegistered) == [true, false])
        #expect(status.lines.map(\.nextRegistration) == [55, 0])
        #expect(status.line(1)?.calls.map(\.packetsLost) == [3, nil])
        #expect(status.lines.allSatisfy { $0.isIdle })
    }

    @Test func statusXMLCutOrStrangeIsRefused() {
        let octets = Array(Self.xml.utf8)
        for length in stride(from: 0, to: octets.count - 14, by: 11) {
            #expect(throws: ATAStatus.Failure.self) { try ATAStatus(statusXML: Array(octets.prefix(length))) }
        }
        for strange in ["<html/>", "<flat-profile><a>1</a></flat-profile>", "{}", "<a><b></a></b>"] {
            #expect(throws: ATAStatus.Failure.self) { try ATAStatus(statusXML: Array(strange.utf8)) }
        }
    }

    @Test func hostileXMLIsRefused() {
        let deep = String(repeating: "<a>", count: 500) + String(repeating: "</a>", count: 500)
        let entities = """
            <!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">
            <!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;">]>
            <flat-status><Product_Name>&f;</Product_Name></flat-status>
            """
        let outside = """
            <!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/hostname">]><flat-status><Product_Name>&x;</Product_Name></flat-status>
            """
        #expect(throws: ATAStatus.Failure.self) { try ATAStatus(statusXML: Array(deep.utf8)) }
        let status = try? ATAStatus(statusXML: Array(entities.utf8))
        let grown = status?.identity?.model.utf8.count ?? 0
        #expect(grown < 10_000)
        let followed = try? ATAStatus(statusXML: Array(outside.utf8))
        #expect(followed?.identity == nil)
    }
}
