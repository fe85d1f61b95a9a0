import ServerDrivers
import Testing

/// Replies of RFC 959 4.2, whole and damaged.
@Suite struct HylaFAXReplyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var lines: [String]
        var codes: [Int]
        var isUnreadable = false
    }

    static let rows = [
        Row(testDescription: "one line", lines: ["230 User fax logged in."], codes: [230]),
        Row(testDescription: "a code alone", lines: ["200"], codes: [200]),
        Row(
            testDescription: "many lines, one that begins like a reply",
            lines: ["211-status:", "    Idle", "230 people wait", "211 End of status"], codes: [211]),
        Row(testDescription: "two replies", lines: ["150 Opening.", "226 Complete."], codes: [150, 226]),
        Row(testDescription: "never ended", lines: ["211-status:", "and on", "220 x"], codes: []),
        Row(testDescription: "no code", lines: ["hello"], codes: [], isUnreadable: true),
        Row(testDescription: "an empty line", lines: [""], codes: [], isUnreadable: true),
        Row(testDescription: "a code out of range", lines: ["999 x"], codes: [], isUnreadable: true),
        Row(testDescription: "letters behind the code", lines: ["220x"], codes: [], isUnreadable: true),
        Row(
            testDescription: "more lines than a reply may have",
            lines: ["211-a"] + Array(repeating: "x", count: HylaFAXReplyReader.lineLimit + 1), codes: [],
            isUnreadable: true),
    ]

    @Test(arguments: rows) func linesBecomeReplies(row: Row) {
        var reader = HylaFAXReplyReader()
        var codes: [Int] = []
        var isUnreadable = false
        for line in row.lines {
            do {
                if let reply = try reader.take(line) { codes.append(reply.code) }
            } catch {
                isUnreadable = true
                break
            }
        }
        #expect(codes == row.codes)
        #expect(isUnreadable == row.isUnreadable)
    }

    @Test(arguments: [
        (227, "Entering passive mode (127,0,0,1,174,201)", UInt16?(44_745)), (227, "mode (127,0,0,1,174)", nil),
        (227, "mode (127,0,0,1,0,0)", nil), (227, "mode (1,2,3,4,256,1)", nil), (227, "mode", nil),
        (227, "mode (", nil),
        (229, "Extended (|||50123|)", 50_123), (229, "Extended (|||70000|)", nil), (229, "Extended ()", nil),
    ])
    func portsOfDataConnections(code: Int, text: String, port: UInt16?) {
        #expect(HylaFAXReply(code: code, lines: [text]).dataPort == port)
    }

    @Test func namesInReplies() {
        #expect(HylaFAXReply(code: 200, lines: ["New job created: jobid: 17 groupid: 17."]).jobIdentifier == "17")
        #expect(HylaFAXReply(code: 200, lines: ["New job created: jobid:"]).jobIdentifier == nil)
        #expect(HylaFAXReply(code: 150, lines: ["FILE: /tmp/doc1.tif (Opening)."]).fileName == "/tmp/doc1.tif")
        #expect(HylaFAXReply(code: 150, lines: ["FILE:"]).fileName == nil)
    }
}
