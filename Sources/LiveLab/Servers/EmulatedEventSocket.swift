import FaxEndpoint
import Foundation

/// FreeSWITCH's event socket, as far as a fax needs it: auth, event, bgapi originate with txfax, uuid_kill, and the events of a call that sends.
final class EmulatedEventSocket: EmulatedFront {
    let greeting = "Content-Type: auth/request\n\n"
    private let fault: EmulatedServerFault?
    private var isIn = false

    init(_ fault: EmulatedServerFault?) { self.fault = fault }

    func answer(_ block: [String], isKnown: (String) -> Bool) -> EmulatedAnswer {
        let command = block[0]
        if command.hasPrefix("auth ") {
            isIn = command == "auth secret"
            return Self.reply(isIn ? "+OK accepted" : "-ERR invalid", closes: !isIn)
        }
        guard isIn else { return Self.reply("-ERR command not found") }
        if command.hasPrefix("event plain ") { return Self.reply("+OK event listener enabled plain") }
        if command.hasPrefix("bgapi originate ") { return originate(command) }
        if command.hasPrefix("api uuid_kill ") {
            let job = String(command.dropFirst("api uuid_kill ".count))
            return isKnown(job)
                ? Self.response("+OK\n", .kill(job: job)) : Self.response("-ERR No such channel!\n")
        }
        return command == "exit"
            ? Self.reply("+OK bye", closes: true) : Self.reply("-ERR command not found")
    }

    /// `bgapi originate {origination_uuid=…}sofia/gateway/trunk/200 &txfax(/tmp/document.tif)`
    private func originate(_ command: String) -> EmulatedAnswer {
        guard fault != .refuses, let id = command.firstRange(of: "origination_uuid="),
            let close = command.firstIndex(of: "}"), let application = command.firstRange(of: " &txfax("),
            close < application.lowerBound, command.hasSuffix(")")
        else { return Self.reply("-ERR NORMAL_TEMPORARY_FAILURE") }
        let job = command[id.upperBound...].prefix { $0 != "," && $0 != "}" }
        let number = command[close..<application.lowerBound].split(separator: "/").last ?? ""
        let file = command[application.upperBound...].dropLast()
        return Self.reply(
            "+OK Job-UUID: \(UUID().uuidString.lowercased())",
            .call(job: String(job), number: String(number), file: String(file)))
    }

    func text(_ news: EmulatedNews) -> String {
        if fault == .garbage {
            return "Content-Type: text/event-plain\nContent-Length: -7\n\nEvent-Name: %%%\n\n"
        }
        switch news {
        case .answered(let job):
            return Self.event([
                "Event-Name: CHANNEL_CALLSTATE", "Unique-ID: \(job)", "Channel-Call-State: ACTIVE",
            ])
        case .killed(let job): return hangUp(job, "MANAGER_REQUEST")
        case .sent(let job, let result): return fault == .neverEnds ? "" : sent(job, result)
        case .received: return ""
        }
    }

    private func sent(_ job: String, _ result: FaxResult) -> String {
        guard result.ending?.wasAnswered != false || fault == .claimsSuccess else {
            return hangUp(job, "CALL_REJECTED")
        }
        let isSuccess = fault == .claimsSuccess || (result.isSuccess && fault != .claimsFailure)
        let pages = fault == .claimsSuccess ? result.pagesWanted ?? 0 : result.pagesConfirmed
        let text = isSuccess ? "OK" : result.reason ?? "Failed"
        let fax = [
            "Event-Name: CUSTOM", "Event-Subclass: spandsp%3A%3Atxfaxresult", "Unique-ID: \(job)",
            "fax-success: \(isSuccess ? 1 : 0)", "fax-result-text: \(text.replacing(" ", with: "%20"))",
            "fax-document-transferred-pages: \(pages)",
            "fax-document-total-pages: \(result.pagesWanted ?? 0)",
        ]
        return Self.event(fax) + hangUp(job, "NORMAL_CLEARING")
    }

    private func hangUp(_ job: String, _ cause: String) -> String {
        Self.event(["Event-Name: CHANNEL_HANGUP", "Unique-ID: \(job)", "Hangup-Cause: \(cause)"])
    }

    private static func event(_ lines: [String]) -> String {
        let body = lines.joined(separator: "\n") + "\n\n"
        return "Content-Length: \(body.utf8.count)\nContent-Type: text/event-plain\n\n\(body)"
    }

    private static func reply(
        _ text: String, _ order: EmulatedAnswer.Order? = nil, closes: Bool = false
    ) -> EmulatedAnswer {
        EmulatedAnswer("Content-Type: command/reply\nReply-Text: \(text)\n\n", order, closes: closes)
    }

    private static func response(_ text: String, _ order: EmulatedAnswer.Order? = nil)
        -> EmulatedAnswer
    {
        EmulatedAnswer(
            "Content-Type: api/response\nContent-Length: \(text.utf8.count)\n\n\(text)", order)
    }
}
