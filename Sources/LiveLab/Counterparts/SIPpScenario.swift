import FaxCore

/// What SIPp does in a call, step by step, as its XML.
public struct SIPpScenario: Sendable {
    public let name: String
    /// SIPp repeats nothing itself, and shows the scenario every message that comes again.
    public let countsRepeats: Bool
    private let steps: [String]

    public init(_ name: String, countsRepeats: Bool = false, _ steps: [String]) {
        self.name = name
        self.countsRepeats = countsRepeats
        self.steps = steps
    }

    public var xml: String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<scenario name=\"\(name)\">\n"
            + steps.joined(separator: "\n") + "\n</scenario>\n"
    }

    /// A session description; media ports are SIPp's own.
    public enum Description: Sendable {
        case audio, t38, audioAndT38

        var text: String {
            let head = "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 [media_ip]\nt=0 0\n"
            let audio = "m=audio [media_port] RTP/AVP 0\na=rtpmap:0 PCMU/8000\n"
            let t38 = """
                m=image [media_port+2] udptl t38
                a=T38FaxVersion:0
                a=T38MaxBitRate:14400
                a=T38FaxRateManagement:transferredTCF
                a=T38FaxMaxBuffer:1800
                a=T38FaxMaxDatagram:400
                a=T38FaxUdpEC:t38UDPRedundancy

                """
            switch self {
            case .audio: return head + audio
            case .t38: return head + t38
            case .audioAndT38: return head + audio + t38
            }
        }
    }

    // MARK: - Waiting

    /// - Parameter expecting: regular expressions; a message that lacks one fails the scenario.
    public static func receive(
        _ method: String, optional: Bool = false, remembersCaller: Bool = false, expecting: [String] = []
    ) -> String {
        let actions = (remembersCaller ? callerActions : []) + checks(expecting)
        return waiting("request=\"\(method)\"\(optional ? " optional=\"true\"" : "")", actions)
    }

    /// A request to be answered later, whatever comes between.
    public static func remember(_ method: String, remembersCaller: Bool = false) -> String {
        let actions = [
            "<ereg regexp=\".*\" search_in=\"hdr\" header=\"Via:\" assign_to=\"via\"/>",
            "<ereg regexp=\".*\" search_in=\"hdr\" header=\"CSeq:\" assign_to=\"cseq\"/>",
        ]
        return waiting("request=\"\(method)\"", actions + (remembersCaller ? callerActions : []))
    }

    private static let callerActions = [
        "<ereg regexp=\".*\" search_in=\"hdr\" header=\"From:\" assign_to=\"caller\"/>",
        "<ereg regexp=\"sip:[^&gt;]*\" search_in=\"hdr\" header=\"Contact:\" assign_to=\"target\"/>",
    ]

    private static func checks(_ expressions: [String]) -> [String] {
        expressions.enumerated().flatMap { place, expression in
            let text = expression.replacing("\"", with: "&quot;")
            return [
                "<ereg regexp=\"\(text)\" search_in=\"msg\" check_it=\"true\" assign_to=\"seen\(place)\"/>",
                // SIPp wants every variable to be used.
                "<log message=\"[$seen\(place)]\"/>",
            ]
        }
    }

    private static func waiting(_ attributes: String, _ actions: [String]) -> String {
        guard !actions.isEmpty else { return "<recv \(attributes)/>" }
        return "<recv \(attributes)><action>\n\(actions.joined(separator: "\n"))\n</action></recv>"
    }

    /// To that request.
    public static func answerRemembered(_ status: String, hasContact: Bool = false) -> String {
        """
        <send><![CDATA[
        SIP/2.0 \(status)
        Via: [$via]
        From: [$caller]
        To: <sip:200@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]
        [last_Call-ID:]
        CSeq: [$cseq]
        \(hasContact ? "Contact: <sip:[local_ip]:[local_port]>\n" : "")Content-Length: 0

        ]]></send>
        """
    }

    public static func receive(_ status: Int, optional: Bool = false, expecting: [String] = []) -> String {
        waiting("response=\"\(status)\"\(optional ? " optional=\"true\"" : "")", checks(expecting))
    }

    public static func pause(_ milliseconds: Int) -> String { "<pause milliseconds=\"\(milliseconds)\"/>" }

    // MARK: - Answers

    /// To the request that came last. `opensDialog`: To has no tag yet.
    public static func answer(
        _ status: String, _ description: Description? = nil, opensDialog: Bool = false, fields: String = "",
        hasContact: Bool = true
    ) -> String {
        let tag = opensDialog ? ";tag=[pid]SIPp[call_number]" : ""
        let type = description == nil ? "" : "Content-Type: application/sdp\n"
        return """
            <send><![CDATA[
            SIP/2.0 \(status)
            [last_Via:]
            [last_From:]
            [last_To:]\(tag)
            [last_Call-ID:]
            [last_CSeq:]
            \(hasContact ? "Contact: <sip:[local_ip]:[local_port]>\n" : "")\(fields)\(type)Content-Length: [len]

            \(description?.text ?? "")
            ]]></send>
            """
    }

    // MARK: - Requests

    /// Of the side that calls.
    public static func request(
        _ method: String, _ number: Int, _ description: Description? = nil, isRepeated: Bool = true,
        branch: String = "[branch]"
    ) -> String {
        let type = description == nil ? "" : "Content-Type: application/sdp\n"
        return """
            <send\(isRepeated && method != "ACK" ? " retrans=\"500\"" : "")><![CDATA[
            \(method) sip:200@[remote_ip]:[remote_port] SIP/2.0
            Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=\(branch)
            From: <sip:sipp@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]
            To: <sip:200@[remote_ip]:[remote_port]>[peer_tag_param]
            Call-ID: [call_id]
            CSeq: \(number) \(method)
            Contact: <sip:sipp@[local_ip]:[local_port]>
            Max-Forwards: 70
            \(type)Content-Length: [len]

            \(description?.text ?? "")
            ]]></send>
            """
    }

    /// Of the side that was called, and has remembered who did. An ACK of a refusal has the branch of what was refused
    /// (RFC 3261 §17.1.1.3).
    public static func requestBack(
        _ method: String, _ number: Int, _ description: Description? = nil, branch: String, fields: String = ""
    ) -> String {
        let type = description == nil ? "" : "Content-Type: application/sdp\n"
        return """
            <send><![CDATA[
            \(method) [$target] SIP/2.0
            Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=\(branch)
            From: <sip:200@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]
            To: [$caller]
            [last_Call-ID:]
            CSeq: \(number) \(method)
            Contact: <sip:[local_ip]:[local_port]>
            Max-Forwards: 70
            \(fields)\(type)Content-Length: [len]

            \(description?.text ?? "")
            ]]></send>
            """
    }

    // MARK: - Media

    /// Sends the UDPTL of a capture to where the other side wants it; SIPp needs raw sockets for that.
    public static func playImage(_ path: String) -> String {
        "<nop><action><exec play_pcap_image=\"\(path)\"/></action></nop>"
    }

    public static func playAudio(_ path: String) -> String {
        "<nop><action><exec play_pcap_audio=\"\(path)\"/></action></nop>"
    }
}
