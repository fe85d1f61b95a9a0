import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import FaxStation
import Foundation

/// SIPp with scenarios of ours, in both roles.
enum SIPpRows {
    static var all: [InteropRow] { refusals + answerers + signalling + [registrar] + callers + replays }

    // MARK: - We call

    private static var refusals: [InteropRow] {
        ["488 Not Acceptable Here", "415 Unsupported Media Type", "606 Not Acceptable", "481 Call Does Not Exist"].map {
            status in
            let code = status.prefix(3)
            return called(
                "sipp-refuses-\(code)", "t38", "refuses T.38 with \(code) where only T.38 is allowed", .refusing(status)
            ) {
                outcome in
                // 481 ends the dialog, not only the offer (RFC 3261 §12.2.1.2).
                let expected =
                    code == "481"
                    ? "the other side did not know the call any more"
                    : "T.38 was refused with \(code), and audio is not allowed"
                return outcome.result?.reason == expected ? [] : ["the reason told is not '\(expected)'"]
            }
        }
    }

    private static var answerers: [InteropRow] {
        [
            called("sipp-answers-audio", "g711", "answers with audio, says nothing, hangs up", .answeringAudio, .auto) {
                outcome in
                outcome.has(.mediaBegan(.audio)) ? [] : ["audio did not begin"]
            },
            called("sipp-glare", "t38", "asks for T.38 at the same time (491 both ways)", .glare) { outcome in
                outcome.has(.mediaBegan(.t38)) ? [] : ["T.38 did not begin after the second try"]
            },
        ]
    }

    private static var signalling: [InteropRow] {
        [
            called("sipp-redirects", "g711", "302 to another name", .redirecting, .g711) { outcome in
                outcome.has(.answered) ? [] : ["the call was not answered at its new place"]
            },
            called("sipp-100rel", "g711", "early media told reliably, PRACK", .reliable, .g711) { outcome in
                outcome.has(.answered) ? [] : ["the call was not answered"]
            },
            called("sipp-refreshes-t38", "t38", "UPDATE and re-INVITE refresh the session", .refreshing) { outcome in
                let turns = outcome.events.count { if case .call(.mediaBegan) = $0.kind { true } else { false } }
                return turns == 2 ? [] : ["media began \(turns) times, not as audio and as T.38"]
            },
        ]
    }

    /// Registers, and takes it back.
    private static var registrar: InteropRow {
        InteropRow(
            "sipp-registrar", peer: "SIPp", role: .calls, carriage: "none", hasECM: nil,
            "423 with Min-Expires; a nonce used again until it is stale"
        ) { bench in
            let sipp = try SIPp(.particularRegistrar, folder: bench.folder.appending(path: "sipp"))
            let solo = try SoloEndpoint(.auto, in: bench.folder, answers: true) {
                $0.user = "200"
                $0.credentials = [SIPCredentials(username: "200", password: "a secret")]
            }
            let registrar = SIPTarget.destination("sip:\(sipp.endpoint)", at: sipp.endpoint)
            solo.endpoint.register(RegistrationRequest(registrar: registrar))
            var problems = solo.awaitsRegistration() ? [] : ["the registration did not come about"]
            let outcome = solo.end(within: .zero)
            problems += sipp.end().map { ["SIPp: \($0)"] } ?? []
            return attempt(problems, solo, outcome)
        }
    }

    /// No fax can come of these calls: nobody is there. The call has to go by the scenario, and to be told as failed.
    private static func called(
        _ id: String, _ carriage: String, _ what: String, _ scenario: SIPpScenario, _ transport: FaxTransport = .t38,
        expecting: @escaping @Sendable (SoloEndpoint.Outcome) -> [String]
    ) -> InteropRow {
        InteropRow(id, peer: "SIPp", role: .calls, carriage: carriage, hasECM: nil, what) { bench in
            let sipp = try SIPp(scenario, folder: bench.folder.appending(path: "sipp"))
            let solo = try SoloEndpoint(transport, in: bench.folder, answers: false)
            try solo.send([FaxMaterial.page], to: sipp.endpoint)
            let outcome = solo.end(within: .seconds(60))
            var problems = sipp.end().map { ["SIPp: \($0)"] } ?? []
            if outcome.result?.isSuccess != false { problems.append("the call was not told as failed") }
            problems += expecting(outcome)
            return attempt(problems, solo, outcome)
        }
    }

    // MARK: - We answer

    private static var callers: [InteropRow] {
        [
            answered("sipp-late-ack", "g711", "ACK after the third 200", .lateACK) {
                $0.has(.t38Refused(status: 488)) ? [] : ["T.38 was not offered after the ACK"]
            },
            answered("sipp-retransmissions", "g711", "INVITE, ACK and BYE come twice", .repeating) { outcome in
                let began = outcome.events.count { if case .began = $0.kind { true } else { false } }
                return began == 1 ? [] : ["\(began) calls began"]
            },
            answered("sipp-cancel", "none", "gives up while it rings", .cancelling) { outcome in
                outcome.has(.answered) ? ["the call was answered"] : []
            },
            answered("sipp-options", "none", "OPTIONS outside of a call", .asking, hasCall: false) { _ in [] },
        ]
    }

    private static func answered(
        _ id: String, _ carriage: String, _ what: String, _ scenario: SIPpScenario, hasCall: Bool = true,
        expecting: @escaping @Sendable (SoloEndpoint.Outcome) -> [String]
    ) -> InteropRow {
        InteropRow(id, peer: "SIPp", role: .answers, carriage: carriage, hasECM: nil, what) { bench in
            let solo = try SoloEndpoint(.auto, in: bench.folder, answers: true) {
                // The caller has time to change its mind.
                $0.user = "200"
            }
            let sipp = try SIPp(scenario, calling: solo.endpoint.address, folder: bench.folder.appending(path: "sipp"))
            var problems = sipp.end().map { ["SIPp: \($0)"] } ?? []
            let outcome = solo.end(within: hasCall ? .seconds(20) : .zero)
            if hasCall, outcome.result == nil { problems.append("the call was left open") }
            problems += expecting(outcome)
            return attempt(problems, solo, outcome)
        }
    }

    // MARK: - Faxes that are played

    private static var replays: [InteropRow] {
        [true, false].flatMap { hasECM in
            let end = hasECM ? "" : "-plain"
            return [
                played("sipp-t38-replay\(end)", "t38", hasECM, "plays a T.38 fax after our re-INVITE") {
                    .replaying(try FaxMaterial.t38Capture(in: $0, hasECM: hasECM).path)
                },
                played("sipp-t38-in-invite\(end)", "t38", hasECM, "T.38 in the first INVITE") {
                    .offering(.t38, playing: try FaxMaterial.t38Capture(in: $0, hasECM: hasECM).path)
                },
                played("sipp-two-lines\(end)", "t38", hasECM, "audio and T.38 in the first INVITE") {
                    .offering(.audioAndT38, playing: try FaxMaterial.t38Capture(in: $0, hasECM: hasECM).path)
                },
                played("sipp-audio-replay\(end)", "g711", hasECM, "refuses T.38 with 488 and plays the fax in audio") {
                    .playingAudio(
                        try FaxMaterial.audioCapture(in: $0, hasECM: hasECM).path, refusing: "488 Not Acceptable Here")
                },
            ]
        }
    }

    private static func played(
        _ id: String, _ carriage: String, _ hasECM: Bool, _ what: String,
        _ scenario: @escaping @Sendable (URL) throws -> SIPpScenario
    ) -> InteropRow {
        InteropRow(id, peer: "SIPp", role: .answers, carriage: carriage, hasECM: hasECM, what) { bench in
            let scenario = try scenario(bench.folder)
            let solo = try SoloEndpoint(.auto, in: bench.folder, answers: true) { $0.fax.hasECM = hasECM }
            let sipp = try SIPp(scenario, calling: solo.endpoint.address, folder: bench.folder.appending(path: "sipp"))
            let outcome = solo.end(within: .seconds(80))
            var problems = sipp.end().map { ["SIPp: \($0)"] } ?? []
            problems += FaxCheck.problems(outcome, pages: [FaxMaterial.page], carriage: carriage)
            return attempt(problems, solo, outcome)
        }
    }

    private static func attempt(
        _ problems: [String], _ solo: SoloEndpoint, _ outcome: SoloEndpoint.Outcome
    ) -> InteropAttempt {
        let told = problems.isEmpty ? [] : outcome.result?.reason.map { ["our endpoint says: \($0)"] } ?? []
        return InteropAttempt(succeeded: problems.isEmpty ? 1 : 0, problems: problems + told, record: solo.record)
    }
}

/// What has to be true of a fax that came.
enum FaxCheck {
    static func problems(
        _ outcome: SoloEndpoint.Outcome, pages: [PageBitmap], carriage: String
    ) -> [String] {
        guard let result = outcome.result else { return ["no result was told"] }
        var problems: [String] = []
        if !result.isSuccess { problems.append("the fax is not whole") }
        if result.carriedBy.map({ $0 == .t38 ? "t38" : "g711" }) != carriage {
            problems.append("it was not carried by \(carriage)")
        }
        if !result.isSender, outcome.pages.map(\.octets) != pages.map(\.octets) {
            problems.append("the pages that came are not those that were sent")
        }
        return problems
    }
}
