import FaxCore

// What SIPp plays in the tests and in the matrix of counterparts.
extension SIPpScenario {
    /// Answers with audio, refuses T.38 with this status, wants to see the ACK and the BYE.
    public static func refusing(_ status: String) -> SIPpScenario {
        SIPpScenario(
            "refuses T.38",
            [
                receive("INVITE"), answer("200 OK", .audio, opensDialog: true), receive("ACK"),
                receive("INVITE"), answer(status), receive("ACK"), receive("BYE"), answer("200 OK"),
            ])
    }

    /// Answers with audio and hangs up after some seconds.
    public static let answeringAudio = SIPpScenario(
        "answers with audio only",
        [
            receive("INVITE", remembersCaller: true), answer("180 Ringing", opensDialog: true),
            answer("200 OK", .audio, opensDialog: true), receive("ACK"), pause(3_000),
            requestBack("BYE", 1, branch: "z9hG4bKbye"), receive(200),
        ])

    /// Both ask for T.38 at one time; each refuses with 491; the caller asks again and gets it (RFC 3261 §14.1).
    public static let glare = SIPpScenario(
        "glare",
        [
            receive("INVITE", remembersCaller: true), answer("200 OK", .audio, opensDialog: true), receive("ACK"),
            // Our endpoint's re-INVITE waits for its answer while SIPp's goes out.
            remember("INVITE"), requestBack("INVITE", 1, .t38, branch: "z9hG4bKglare"), receive(100, optional: true),
            receive(491), requestBack("ACK", 1, branch: "z9hG4bKglare"), answerRemembered("491 Request Pending"),
            receive("ACK"),
            receive("INVITE"), answer("200 OK", .t38), receive("ACK"), pause(1_000),
            requestBack("BYE", 2, branch: "z9hG4bKbye"), receive(200),
        ])

    /// Calls, and is slow with the ACK: the 200 has to come again (RFC 3261 §13.3.1.4).
    public static let lateACK = SIPpScenario(
        "late ACK", countsRepeats: true,
        [
            request("INVITE", 1, .audio), receive(100, optional: true), receive(180, optional: true), receive(200),
            receive(200), receive(200), request("ACK", 1), receive("INVITE"), answer("488 Not Acceptable Here"),
            receive("ACK"), pause(500), request("BYE", 2), receive(200),
        ])

    /// Sends its INVITE and its BYE twice, and wants one call and two answers of each.
    public static let repeating = SIPpScenario(
        "retransmissions", countsRepeats: true,
        [
            request("INVITE", 1, .audio, isRepeated: false, branch: "z9hG4bK-[pid]-one"), receive(100, optional: true),
            receive(180), request("INVITE", 1, .audio, isRepeated: false, branch: "z9hG4bK-[pid]-one"),
            receive(180, optional: true),
            receive(200), request("ACK", 1), request("ACK", 1), receive("INVITE"), answer("488 Not Acceptable Here"),
            receive("ACK"), pause(300), request("BYE", 2, isRepeated: false, branch: "z9hG4bK-[pid]-two"), receive(200),
            request("BYE", 2, isRepeated: false, branch: "z9hG4bK-[pid]-two"), receive(200),
        ])

    /// Calls, takes the T.38 that is offered, and plays a caller's fax from a capture.
    public static func replaying(_ capture: String) -> SIPpScenario {
        SIPpScenario(
            "T.38 replay",
            [
                request("INVITE", 1, .audio), receive(100, optional: true), receive(180, optional: true), receive(200),
                request("ACK", 1), receive("INVITE"), answer("200 OK", .t38), receive("ACK"), playImage(capture),
                pause(replayTime), request("BYE", 2), receive(200),
            ])
    }

    /// T.38, or audio and T.38, in the first INVITE, and the fax from a capture.
    public static func offering(_ description: Description, playing capture: String) -> SIPpScenario {
        SIPpScenario(
            "T.38 in the INVITE",
            [
                request("INVITE", 1, description), receive(100, optional: true), receive(180, optional: true),
                receive(200), request("ACK", 1), playImage(capture), pause(replayTime), request("BYE", 2), receive(200),
            ])
    }

    /// Calls, refuses T.38 and plays a caller's fax in audio.
    public static func playingAudio(_ capture: String, refusing status: String) -> SIPpScenario {
        SIPpScenario(
            "audio replay",
            [
                request("INVITE", 1, .audio), receive(100, optional: true), receive(180, optional: true), receive(200),
                request("ACK", 1), playAudio(capture), receive("INVITE"), answer(status), receive("ACK"),
                pause(replayTime), request("BYE", 2), receive(200),
            ])
    }

    /// Gives up while it rings.
    public static let cancelling = SIPpScenario(
        "CANCEL",
        [
            request("INVITE", 1, .audio, branch: "z9hG4bK-[pid]-one"), receive(100, optional: true), receive(180),
            request("CANCEL", 1, branch: "z9hG4bK-[pid]-one"), receive(200), receive(487),
            request("ACK", 1, branch: "z9hG4bK-[pid]-one"),
        ])

    /// Asks what we can, outside of any call.
    public static let asking = SIPpScenario("OPTIONS", [request("OPTIONS", 1), receive(200)])

    /// A registrar that challenges by digest and checks what comes back; then wants to be told of the end.
    public static func registrar(user: String, password: String) -> SIPpScenario {
        let challenge = "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"abc123\", algorithm=MD5, qop=\"auth\"\n"
        return SIPpScenario(
            "registrar",
            [
                receive("REGISTER"), answer("401 Unauthorized", fields: challenge, hasContact: false),
                """
                <recv request="REGISTER"><action>
                <verifyauth assign_to="isRight" username="\(user)" password="\(password)"/>
                </action></recv>
                <nop hide="true" test="isRight" next="1"/>
                """,
                answer("403 Forbidden").replacing("<send>", with: "<send next=\"2\">"), "<label id=\"1\"/>",
                answer("200 OK", fields: "Expires: 3600\n", hasContact: false), receive("REGISTER"),
                answer("200 OK", fields: "Expires: 0\n", hasContact: false), "<label id=\"2\"/>",
            ])
    }

    /// Milliseconds, longer than the replayed fax.
    private static let replayTime = 25_000
}
