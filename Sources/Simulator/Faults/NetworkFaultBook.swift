import FaxCore
import FaxProtocol
import FaxStation

enum NetworkFaults {
    /// What packets that are lost behind the capture leave to be seen in it.
    static let unseen = [
        "loss-beyond-capture", "no-mcf", "dcs-tcf-no-response", "dis-repeated-no-dcs", "t1-expired", "t2-expired",
        "tcf-errors", "ftt-loop", "dcn-early", "cfr-then-no-page", "ppr-loop", "media-stops-mid-call", "one-way-media",
    ]
}

// What the network does.
extension FaultBook {
    /// Packets that were lost, however it shows.
    private static let loss = ["udptl-loss-unrepaired", "udptl-loss-bursty", "rtp-loss-passthrough"]
    private static let silence = loss + ["media-stops-mid-call", "one-way-media"]

    private static let unseen = NetworkFaults.unseen
    /// An answer that never came, where nothing after it shows a gap.
    private static let unanswered = ["dis-repeated-no-dcs", "dcs-tcf-no-response", "cfr-then-no-page", "no-mcf"]
    private static let silenceReason =
        "T.38 is silent between signals: where nothing came behind them, lost packets leave no gap, and an answer is missing"

    static let network = losses + outages + paths

    private static let losses: [SimulatedFault] = [
        .network(
            "loss-1", "1 % of the packets are lost", ["udptl-loss-repaired"], "loss=1%",
            .init(causes: loss, beyond: unseen)),
        .network(
            "loss-5", "5 % of the packets are lost", ["udptl-loss-unrepaired", "rtp-loss-passthrough"], "loss=5%",
            .init(causes: loss, beyond: unseen)),
        .network(
            "loss-bursts", "5 % are lost in runs of 6", ["udptl-loss-bursty"], "loss=5% burst=6",
            .init(causes: loss, beyond: unseen)),
    ]

    private static let outages: [SimulatedFault] = ["DIS", "DCS", "TCF", "CFR", "page", "post-page", "MCF"].map {
        event in
        .network(
            "outage-\(event)", "nothing gets through for a second at \(event)",
            ["udptl-loss-unrepaired", "rtp-loss-passthrough"], "outage=1s@\(event)",
            .init(causes: loss, beyond: unseen, withoutGap: unanswered, because: silenceReason)
        )
    }

    private static let paths: [SimulatedFault] = [
        .network(
            "outage-page-4s", "nothing gets through for four seconds at the page",
            ["udptl-loss-unrepaired", "rtp-loss-passthrough"], "outage=4s@page",
            .init(causes: silence, beyond: unseen, withoutGap: unanswered, because: silenceReason)),
        .network(
            "block-DCS", "nothing of one side gets through from DCS on", ["media-stops-mid-call", "one-way-media"],
            "block=@DCS", .init(causes: silence, beyond: unseen, withoutGap: unanswered, because: silenceReason)),
        .network(
            "block-page", "nothing of one side gets through from the page on",
            ["media-stops-mid-call", "one-way-media"], "block=@page",
            .init(causes: silence, beyond: unseen, withoutGap: unanswered, because: silenceReason)),
        SimulatedFault(
            "path-max-datagram", "datagrams above 1000 octets are lost on the path, and each carries 24 earlier ones",
            ["udptl-mtu-fragment"], on: CallScenario.Transport.overT38, by: [.caller],
            .init(causes: loss, beyond: unseen)
        ) { (scenario, _) throws(NetworkSpecError) in
            scenario.answerer.t38.maxDatagram = 1_600
            scenario.caller.t38.errorCorrections = [.redundancy(.init(all: 24))]
            scenario.forth = try NetworkSpec(scenario.forth.text + " max-datagram=1000")
        },
        .network(
            "rate-limit", "48 kbit/s with a queue of 100 ms", ["rtp-loss-passthrough"], "rate=48kbps:100ms",
            on: [.g711], .init(causes: loss + ["rtp-jitter-exceeds-buffer"], beyond: unseen)),
        .network(
            "reordered", "packets that overtake others", ["udptl-reorder"], "reorder=5%",
            on: CallScenario.Transport.overT38, .init()),
        .network(
            "duplicated", "packets that come twice", ["udptl-duplicate"], "duplicate=5%",
            on: CallScenario.Transport.overT38, .init()),
    ]
}
