import FaxCore
import PcapDecode

/// One request of a dialog with what came of it, retransmissions and further hops told apart.
struct SIPExchange {
    var request: SIPStep
    /// Who sent the request.
    var party: Party
    /// The request and its retransmissions.
    var sends: [SIPStep]
    var provisional: [SIPStep] = []
    /// The final response and its retransmissions.
    var finals: [SIPStep] = []
    var ack: SIPStep?

    var final: SIPStep? { finals.first }
    var status: Int? { final?.status }
    var isAccepted: Bool { status.map { (200..<300).contains($0) } ?? false }
    var offer: StepSDP? { request.sdp }
    var answer: StepSDP? { final?.sdp ?? provisional.last { $0.sdp != nil }?.sdp }
    /// From the request to its final response.
    var took: Duration? { final.map { $0.time - request.time } }
    /// The final response in words, with Reason and Warning.
    var said: String {
        final.map { ([$0.summary.isEmpty ? "\($0.status ?? 0)" : $0.summary] + $0.remarks).joined(separator: "; ") }
            ?? "nothing"
    }

    var offersImage: Bool { offer?.image != nil }
    /// Audio that is not on hold, and no image.
    var offersAudioAlone: Bool { offer?.image == nil && offer?.audio != nil }

    /// The exchanges of a dialog in order of their requests; responses without a request are left out.
    static func all(_ steps: [SIPStep]) -> [SIPExchange] {
        struct Key: Hashable {
            var party: Party
            var cseq: UInt32
            var method: String
        }
        var exchanges: [SIPExchange] = []
        var places: [Key: Int] = [:]
        for step in steps where !step.isFurtherHop {
            guard let sender = step.from else { continue }
            let isACK = step.method == "ACK"
            let key = Key(
                party: step.status == nil ? sender : sender.other, cseq: step.cseq,
                method: isACK ? "INVITE" : step.method)
            let place = places[key]
            switch (step.status, place) {
            case (nil, let place?) where isACK: exchanges[place].ack = exchanges[place].ack ?? step
            case (nil, let place?): exchanges[place].sends.append(step)
            case (nil, nil) where !isACK:
                places[key] = exchanges.count
                exchanges.append(SIPExchange(request: step, party: sender, sends: [step]))
            case (let status?, let place?) where status < 200: exchanges[place].provisional.append(step)
            case (_?, let place?): exchanges[place].finals.append(step)
            case (_, nil): break
            }
        }
        return exchanges
    }
}
