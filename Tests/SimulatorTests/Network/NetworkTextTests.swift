import FaxCore
import Foundation
import Testing

@testable import Simulator

@Suite struct NetworkTextTests {
    /// Each in its canonical form.
    @Test(arguments: [
        "ideal", "loss=3%", "loss=0.02%", "loss=3% burst=2", "loss=3% burst=2.5 loss-slot=20ms",
        "gilbert-elliott=1%:10%", "gilbert-elliott=1%:10%:50%", "gilbert-elliott=1%:10%:100%:0.2%",
        "four-state=1%:20%:10%:40%:0.5%", "delay=60ms", "delay=1.5s", "delay=250us", "delay=1.25ms",
        "delay=1000000.001us", "delay=1ns",
        "delay=20ms jitter=30ms", "jitter=30ms:normal", "jitter=30ms:pareto", "jitter=30ms:pareto:1.5",
        "jitter=30ms order=free", "spikes=100ms/10s", "route=8ms/240s", "route=8ms/240s route=40ms@30s",
        "reorder=1%", "reorder=1%:50ms", "duplicate=0.1%", "duplicate=1%:20ms", "corrupt=1%", "corrupt=1%:8",
        "rate=64kbps", "rate=1500bps:0", "rate=1500kbps:50ms", "rate=2Mbps", "max-datagram=238",
        "outage=1s@TCF", "outage=500ms@12.5s", "outage=1s@page#2+75ms", "outage=1s@0", "block=@post-page", "block=@3s",
        "outage=1s@TCF outage=2s@60s block=@DCN", NetworkPathTests.everything,
    ])
    func theCanonicalFormIsReadBack(text: String) throws {
        let spec = try NetworkSpec(text)
        #expect(spec.text == text)
        #expect(try NetworkSpec(options: spec.options) == spec)
        #expect(try JSONDecoder().decode(NetworkSpec.self, from: JSONEncoder().encode(spec)) == spec)
    }

    /// What is written another way means the same.
    @Test(arguments: [
        ("delay=0.06s", "delay=60ms"), ("delay=1min", "delay=60s"), ("delay=1h", "delay=3600s"), ("", "ideal"),
        ("jitter=30ms:uniform", "jitter=30ms"), ("rate=0.064Mbps", "rate=64kbps"), ("rate=64000bps", "rate=64kbps"),
        ("burst=2 loss=3.0%", "loss=3% burst=2"), ("outage=1s@tcf", "outage=1s@TCF"), ("loss=1e-3%", "loss=0.001%"),
        ("jitter=30ms:pareto:2.5", "jitter=30ms:pareto"), ("order=kept", "ideal"), ("delay=0", "ideal"),
        ("gilbert-elliott=1%:10%:100%:0%", "gilbert-elliott=1%:10%"), ("  delay=1ms \n loss=1%", "loss=1% delay=1ms"),
    ])
    func otherFormsMeanTheSame(written: String, canonical: String) throws {
        #expect(try NetworkSpec(written).text == canonical)
    }

    @Test(arguments: [
        ("loss=3", "loss: '3': wants a percentage such as 3%"),
        ("loss=101%", "loss: '101%': wants a percentage from 0% to 100%"),
        ("loss=-1%", "loss: '-1%': wants a percentage from 0% to 100%"),
        ("loss=nan%", "loss: 'nan%': wants a percentage from 0% to 100%"),
        ("loss=1% loss=2%", "loss: '2%': is given twice"),
        ("delay=60", "delay: '60': wants a duration with its unit (us, ms, s, min, h), at most 24h, such as 20ms"),
        ("delay=25h", "delay: '25h': wants a duration with its unit (us, ms, s, min, h), at most 24h, such as 20ms"),
        ("burst=2", "burst: '2': says nothing without loss=PERCENTAGE"),
        ("loss=1% burst=0.5", "burst: '0.5': wants a number from 1 to 10000"),
        ("loss=1% four-state=1%:2%:3%:4%:5%", "four-state: '': stands beside loss: one loss model only"),
        (
            "four-state=60%:2%:3%:4%:50%",
            "four-state: '60%:2%:3%:4%:50%': P13 + P14 and P31 + P32 are at most 100% each"
        ),
        ("loss-slot=20ms", "loss-slot: '': says nothing without a loss model"),
        ("jitter=30ms:cauchy", "jitter: '30ms:cauchy': wants DURATION[:uniform|normal|pareto[:SHAPE]]"),
        ("jitter=30ms:pareto:1", "jitter: '1': wants a number from 1.05 to 20"),
        ("jitter=0", "jitter: '0': wants a duration above 0"),
        ("rate=10bps", "rate: '10bps': wants a rate from 100bps to 100Gbps, such as 64kbps"),
        ("outage=1s", "outage: '1s': wants DURATION@MOMENT, such as 1s@TCF or 500ms@12.5s"),
        ("block=page", "block: 'page': wants @MOMENT, such as @page"),
        ("max-datagram=0", "max-datagram: '0': wants a whole number from 1 to 65507"),
        ("corrupt=1%:65", "corrupt: '65': wants a whole number from 1 to 64"),
        ("route=8ms", "route: '8ms': wants STEP/INTERVAL or STEP@TIME, such as 8ms/240s"),
        ("delay", "'delay': wants name=value"),
    ])
    func whatMakesNoSenseIsRefused(text: String, message: String) {
        #expect {
            try NetworkSpec(text)
        } throws: { error in
            "\(error)" == message
        }
    }

    @Test func unknownNamesNameTheKnownOnes() {
        #expect {
            try NetworkSpec("los=1%")
        } throws: { error in
            "\(error)".hasPrefix("los: '1%': is no option of a network (max-datagram, outage, block, rate, loss")
        }
        #expect {
            try NetworkSpec("outage=1s@TFC")
        } throws: { error in
            "\(error)".hasPrefix("outage: 'TFC': is neither a time such as 12.5s nor an event of a call (answer,")
        }
    }

    @Test(arguments: [(NetworkSpec.listLimit, true), (NetworkSpec.listLimit + 1, false)])
    func outagesOfASpecAreLimited(count: Int, isTaken: Bool) {
        let text = (0..<count).map { "outage=1ms@\($0)s" }.joined(separator: " ")
        #expect(((try? NetworkSpec(text)) != nil) == isTaken)
    }
}
