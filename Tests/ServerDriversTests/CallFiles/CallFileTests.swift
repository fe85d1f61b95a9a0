import Testing

@testable import ServerDrivers

/// Call files as Asterisk's documentation ("Asterisk Call Files") has them, written and read back.
@Suite struct CallFileTests {
    @Test func lines() throws {
        var file = CallFile(channel: "PJSIP/200@trunk", document: "/var/fax/a.tif")
        file.callerNumber = "+15550200"
        file.retries = 2
        #expect(
            try file.lines() == [
                "Channel: PJSIP/200@trunk", "Callerid: +15550200", "MaxRetries: 2", "RetryTime: 60", "WaitTime: 60",
                "Account: faxprobe", "Application: SendFAX", "Data: /var/fax/a.tif", "Archive: yes",
            ])
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var channel = "PJSIP/200@trunk"
        var document = "/var/fax/a.tif"
        var caller = ""
    }

    static let bad = [
        Bad(testDescription: "a line in the channel", channel: "PJSIP/200\nApplication: System"),
        Bad(testDescription: "a return in the channel", channel: "PJSIP/200\rData: x"),
        Bad(testDescription: "a comment in the channel", channel: "PJSIP/200;x"),
        Bad(testDescription: "a blank in the channel", channel: "PJSIP/200 #x"),
        Bad(testDescription: "no technology", channel: "/200"), Bad(testDescription: "no resource", channel: "PJSIP/"),
        Bad(testDescription: "no slash", channel: "200"), Bad(testDescription: "no channel", channel: ""),
        Bad(testDescription: "a control character", channel: "PJSIP/2\u{7F}00"),
        Bad(testDescription: "too long a channel", channel: "PJSIP/" + String(repeating: "2", count: 255)),
        Bad(testDescription: "a line in the path", document: "/var/fax/a.tif\nArchive: no"),
        Bad(testDescription: "a further argument", document: "/var/fax/a.tif,d"),
        Bad(testDescription: "a further file", document: "/var/fax/a.tif&b.tif"),
        Bad(testDescription: "a variable", document: "/var/${fax}/a.tif"),
        Bad(testDescription: "a blank in the path", document: "/var/my fax/a.tif"),
        Bad(testDescription: "a path from here", document: "fax/a.tif"),
        Bad(testDescription: "too long a path", document: "/" + String(repeating: "a", count: 250)),
        Bad(testDescription: "a line in the caller", caller: "555\nSetvar: X=1"),
        Bad(testDescription: "a caller that is a comment", caller: "#31"),
        Bad(testDescription: "a caller's name", caller: "Fax <555>"),
    ]

    @Test(arguments: bad) func whatDoesNotComeThrough(row: Bad) {
        var file = CallFile(channel: row.channel, document: row.document)
        file.callerNumber = row.caller
        #expect(throws: ServerFailure.self) { try file.lines() }
    }

    /// The longest line that Asterisk reads whole.
    @Test func theLongestLine() throws {
        let channel = "PJSIP/" + String(repeating: "2", count: 254 - "Channel: PJSIP/".utf8.count)
        #expect(try CallFile(channel: channel, document: "/a.tif").lines().first?.utf8.count == 254)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var text: String
        var place: CallFileRecord.Place
        var state: ServerJobStatus.State
        var said: String
        var testDescription: String { "\(place), \(text.suffix(40))" }
    }

    private static let begin = "Channel: PJSIP/200@trunk\nMaxRetries: 1\nArchive: yes\n"
    private static let start = "\nStartRetry: 812 1 (1700000000)\n"

    static let rows = [
        Row(text: begin, place: .outgoing, state: .waiting, said: "in the spool folder, not taken yet"),
        Row(text: "", place: .outgoing, state: .waiting, said: "in the spool folder, not taken yet"),
        Row(text: begin + start, place: .outgoing, state: .running, said: "StartRetry, attempt 1"),
        Row(
            text: begin + start + "\nEndRetry: 812 1 (1700000045)\n", place: .outgoing, state: .waiting,
            said: "EndRetry, attempt 1; waits for the next one"),
        Row(
            text: begin + start + "\nDelayedRetry: 812 1 (1700000045)\n", place: .outgoing, state: .running,
            said: "StartRetry, attempt 1"),
        Row(
            text: begin + start + "\nAbortRetry: 812 1 (17)\n\nSTARTRETRY: 900 2 (17)\n", place: .outgoing,
            state: .running, said: "StartRetry, attempt 2"),
        Row(text: begin + start, place: .done, state: .running, said: "moved to outgoing_done, no Status yet"),
        Row(
            text: begin + start + "Status: Completed\n", place: .done, state: .ended, said: "Status: Completed"),
        Row(text: begin + start + "Status: Expired\r\n", place: .done, state: .failed, said: "Status: Expired"),
        Row(text: begin + "status:  Failed ", place: .done, state: .failed, said: "Status: Failed"),
        Row(text: begin + "Status: \u{1}Bananas\n", place: .done, state: .unknown, said: "Status: Bananas"),
        Row(text: "Status: Failed\nStatus: Completed\n", place: .done, state: .ended, said: "Status: Completed"),
        Row(
            text: "\u{0}\u{FFFD}no colon", place: .done, state: .running,
            said: "moved to outgoing_done, no Status yet"),
    ]

    @Test(arguments: rows) func whatBecameOfAFile(row: Row) {
        let status = CallFileRecord.status(Array(row.text.utf8), in: row.place)
        #expect(status.state == row.state)
        #expect(status.said == row.said)
        #expect(status.pagesSent == nil)
    }
}
