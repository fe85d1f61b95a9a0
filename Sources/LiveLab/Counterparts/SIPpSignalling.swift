import FaxCore

// Signalling beyond a plain call, as SIPp plays and checks it.
extension SIPpScenario {
    /// Sends the caller elsewhere: to itself, under another name, which then has to be what is called (RFC 3261 §8.1.3.4).
    public static let redirecting = SIPpScenario(
        "302",
        [
            receive("INVITE"),
            answer(
                "302 Moved Temporarily", opensDialog: true, fields: "Contact: <sip:201@[local_ip]:[local_port]>\n",
                hasContact: false),
            receive("ACK"),
            receive("INVITE", remembersCaller: true, expecting: ["^INVITE sip:201@"]),
            answer("200 OK", .audio, opensDialog: true), receive("ACK"), pause(1_000),
            requestBack("BYE", 1, branch: "z9hG4bKbye"), receive(200),
        ])

    /// Early media that are told reliably: the PRACK has to name them, and the 200 has no description of its own
    /// (RFC 3262 §5).
    public static let reliable = SIPpScenario(
        "100rel",
        [
            remember("INVITE", remembersCaller: true),
            answer("183 Session Progress", .audio, opensDialog: true, fields: "Require: 100rel\nRSeq: 17\n"),
            receive("PRACK", expecting: ["RAck: *17 [0-9]+ INVITE"]), answer("200 OK"),
            answerRemembered("200 OK", hasContact: true), receive("ACK"), pause(1_000),
            requestBack("BYE", 1, branch: "z9hG4bKbye"), receive(200),
        ])

    /// The session is refreshed while T.38 goes on, by UPDATE and by re-INVITE: it has to stay T.38 (RFC 4028 §9).
    public static let refreshing = SIPpScenario(
        "refresh",
        [
            receive("INVITE", remembersCaller: true),
            answer("200 OK", .audio, opensDialog: true, fields: "Session-Expires: 90;refresher=uas\n"), receive("ACK"),
            receive("INVITE"), answer("200 OK", .t38, fields: "Session-Expires: 90;refresher=uas\n"), receive("ACK"),
            pause(1_000), requestBack("UPDATE", 1, branch: "z9hG4bKupdate", fields: refreshFields), receive(200),
            pause(500), requestBack("INVITE", 2, .t38, branch: "z9hG4bKrefresh", fields: refreshFields),
            receive(100, optional: true), receive(200, expecting: ["m=image [1-9][0-9]* udptl t38"]),
            requestBack("ACK", 2, branch: "z9hG4bKrefreshack"), pause(500),
            requestBack("BYE", 3, branch: "z9hG4bKbye"), receive(200),
        ])

    private static let refreshFields = "Supported: timer\nSession-Expires: 90;refresher=uac\n"

    /// A registrar that wants longer registrations, and its nonce used again until it gives a new one (RFC 3261 §10.2.8,
    /// RFC 7616 §3.4).
    public static let particularRegistrar = SIPpScenario(
        "423, nonces",
        [
            receive("REGISTER"), challenge(nonce: "first"),
            receive("REGISTER", expecting: ["nonce=\"first\"", "nc=00000001"]),
            answer("423 Interval Too Brief", fields: "Min-Expires: 7200\n", hasContact: false),
            receive("REGISTER", expecting: ["nonce=\"first\"", "nc=00000002", "[Ee]xpires[:=] *7200"]),
            answer("200 OK", fields: "Expires: 7200\n", hasContact: false),
            receive("REGISTER", expecting: ["nonce=\"first\"", "nc=00000003"]),
            challenge(nonce: "second", isStale: true),
            receive("REGISTER", expecting: ["nonce=\"second\"", "nc=00000001"]),
            answer("200 OK", fields: "Expires: 0\n", hasContact: false),
        ])

    private static func challenge(nonce: String, isStale: Bool = false) -> String {
        let stale = isStale ? ", stale=true" : ""
        return answer(
            "401 Unauthorized",
            fields: "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"\(nonce)\", algorithm=MD5, qop=\"auth\"\(stale)\n",
            hasContact: false)
    }
}
