import FaxCore
import FaxEndpoint
import FaxStation
import Foundation
import Simulator

/// baresip in both roles, in audio; what it says was said in a call in virtual time.
enum BaresipRows {
    static var all: [InteropRow] {
        [
            InteropRow(
                "baresip-calls", peer: "baresip", role: .answers, carriage: "g711", "baresip calls and plays a fax"
            ) { bench in
                let sound = try FaxMaterial.sound(of: .caller, in: bench.folder)
                let solo = try SoloEndpoint(.g711, in: bench.folder, answers: true)
                let baresip = try Baresip(
                    saying: sound, calling: solo.endpoint.address, folder: bench.folder.appending(path: "baresip"))
                return attempt(solo, baresip)
            },
            InteropRow(
                "baresip-answers", peer: "baresip", role: .calls, carriage: "g711",
                "baresip answers and plays a fax machine's answers"
            ) { bench in
                let sound = try FaxMaterial.sound(of: .answerer, in: bench.folder)
                let baresip = try Baresip(saying: sound, calling: nil, folder: bench.folder.appending(path: "baresip"))
                let solo = try SoloEndpoint(.g711, in: bench.folder, answers: false)
                try solo.send([FaxMaterial.page], to: baresip.endpoint)
                return attempt(solo, baresip)
            },
        ]
    }

    private static func attempt(_ solo: SoloEndpoint, _ baresip: Baresip) -> InteropAttempt {
        let outcome = solo.end(within: .seconds(90))
        baresip.end()
        var problems = FaxCheck.problems(outcome, pages: [FaxMaterial.page], carriage: "g711")
        if !problems.isEmpty, let reason = outcome.result?.reason { problems.append("our endpoint says: \(reason)") }
        return InteropAttempt(succeeded: problems.isEmpty ? 1 : 0, problems: problems, record: solo.record)
    }
}
