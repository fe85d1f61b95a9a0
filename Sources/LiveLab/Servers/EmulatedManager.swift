import FaxDSP
import FaxEndpoint
import FaxProtocol

/// Asterisk's manager interface, as far as a fax needs it: Login, Originate with SendFAX, Hangup, and the events of both directions.
final class EmulatedManager: EmulatedFront {
    let greeting = "Asterisk Call Manager/7.0.3\r\n"
    private let fault: EmulatedServerFault?
    private var isIn = false

    init(_ fault: EmulatedServerFault?) { self.fault = fault }

    func answer(_ block: [String], isKnown: (String) -> Bool) -> EmulatedAnswer {
        var fields: [String: String] = [:]
        for line in block {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[String(parts[0])] = parts[1].drop { $0 == " " }.description }
        }
        func response(_ isGood: Bool, _ message: String, _ order: EmulatedAnswer.Order? = nil)
            -> EmulatedAnswer
        {
            let lines = [
                "Response: \(isGood ? "Success" : "Error")", "ActionID: \(fields["ActionID"] ?? "")",
            ]
            return EmulatedAnswer(Self.block(lines + ["Message: \(message)"]), order)
        }
        if fields["Action"] == "Login" {
            isIn = fields["Username"] == "admin" && fields["Secret"] == "secret"
            return response(isIn, isIn ? "Authentication accepted" : "Authentication failed")
        }
        guard isIn else { return response(false, "Permission denied") }
        switch fields["Action"] {
        case "Originate":
            guard fault != .refuses, fields["Application"] == "SendFAX", let job = fields["ChannelId"],
                let file = fields["Data"],
                let number = fields["Channel"]?.split(separator: "/").last?.prefix(while: { $0 != "@" })
            else { return response(false, "Originate failed") }
            return response(
                true, "Originate successfully queued", .call(job: job, number: String(number), file: file))
        case "Hangup":
            guard let job = fields["Channel"]?.split(separator: "/").last.map(String.init), isKnown(job)
            else {
                return response(false, "No such channel")
            }
            return response(true, "Channel Hungup", .kill(job: job))
        default: return response(false, "Invalid/unknown command")
        }
    }

    func text(_ news: EmulatedNews) -> String {
        if fault == .garbage {
            return "\r\n:::\r\n\u{0}\u{FF}Event\r\n" + String(repeating: "x", count: 70_000) + "\r\n\r\n"
        }
        switch news {
        case .answered(let job):
            return Self.event("OriginateResponse", job, ["Response: Success", "Reason: 4"])
                + Self.event("FAXStatus", job, ["Operation: send", "Status: FAX Transmission In Progress"])
        case .killed(let job):
            return Self.event("Hangup", job, ["Cause: 16", "Cause-txt: Normal Clearing"])
        case .sent(let job, let result): return sent(job, result)
        case .received(let result):
            guard result.isSuccess, let file = result.files.first else { return "" }
            return Self.event(
                "ReceiveFAX", "in",
                [
                    "RemoteStationID: \(result.report.remoteIdentification)",
                    "PagesTransferred: \(result.pagesConfirmed)", "FileName: \(file)",
                ])
        }
    }

    private func sent(_ job: String, _ result: FaxResult) -> String {
        if fault == .neverEnds { return "" }
        // Never answered: no application ran.
        guard result.ending?.wasAnswered != false || fault == .claimsSuccess else {
            return Self.event("OriginateResponse", job, ["Response: Failure", "Reason: 5"])
        }
        let isSuccess = fault == .claimsSuccess || (result.isSuccess && fault != .claimsFailure)
        let pages = fault == .claimsSuccess ? result.pagesWanted ?? 0 : result.pagesConfirmed
        let variables = [
            ("FAXSTATUS", isSuccess ? "SUCCESS" : "FAILED"), ("FAXPAGES", "\(pages)"),
            ("FAXERROR", isSuccess ? "" : result.reason ?? "NO_ERROR"),
        ]
        return variables.map { Self.event("VarSet", job, ["Variable: \($0.0)", "Value: \($0.1)"]) }
            .joined()
            + Self.event("SendFAX", job, ["PagesTransferred: \(pages)"])
            + Self.event("Hangup", job, ["Cause: 16", "Cause-txt: Normal Clearing"])
    }

    private static func event(_ name: String, _ job: String, _ lines: [String]) -> String {
        block(["Event: \(name)", "Channel: PJSIP/\(job)", "Uniqueid: \(job)"] + lines)
    }

    private static func block(_ lines: [String]) -> String {
        lines.joined(separator: "\r\n") + "\r\n\r\n"
    }
}

extension SIPEnding {
    /// The other side took the call.
    var wasAnswered: Bool {
        switch cause {
        case .refused, .cancelled, .redirectedTooOften, .noResponse, .transportFailed: false
        case .bye, .notAcknowledged, .sessionExpired, .unknownToPeer: true
        }
    }
}
