import FaxCore
import FaxProtocol
import FaxStation
import Regression
import Simulator
import Testing

@Suite struct ScenarioOptionsTests {
    private let document: SimulatedDocument

    init() throws { document = try SimulatedDocument([TextLikePage(heightPx: 60, seed: 1).bitmap()]) }

    @Test func `Without options a path delays by 60 ms and does nothing else`() throws {
        let scenario = try ScenarioOptions().scenario(document)
        #expect(scenario.forth.text == "delay=60ms")
        #expect(scenario.back == scenario.forth)
        #expect(scenario.transport == .t38)
    }

    @Test func `A direction that is not meant keeps the usual delay only`() throws {
        var options = ScenarioOptions()
        options.network = [.init("loss", "3%")]
        options.direction = .forth
        let scenario = try options.scenario(document)
        #expect(scenario.forth.text == "loss=3% delay=60ms")
        #expect(scenario.back.text == "delay=60ms")
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        var option: String
        var value: String
        var change: @Sendable (inout ScenarioOptions) -> Void
        var testDescription: String { "\(option) \(value)" }
    }

    @Test(arguments: [
        Bad(option: "max-rate", value: "12345") { $0.maxRate = 12_345 },
        Bad(option: "redundancy", value: "17") { $0.redundancy = 17 },
        Bad(option: "fec", value: "3") { $0.fec = "3" },
        Bad(option: "fec", value: "65:1") { $0.fec = "65:1" },
        Bad(option: "plc", value: "hope") { $0.concealment = "hope" },
        Bad(option: "jitter-buffer", value: "adaptive:90ms:20ms") { $0.jitterBuffer = "adaptive:90ms:20ms" },
        Bad(option: "skew", value: "60") { $0.skew = "60" },
        Bad(option: "ptime", value: "25") { $0.packetTimeMs = 25 },
        Bad(option: "codec", value: "opus") { $0.codec = "opus" },
    ])
    func `A value that cannot be is refused by its option's name`(_ bad: Bad) {
        var options = ScenarioOptions()
        bad.change(&options)
        let failure = #expect(throws: ScenarioOptions.Failure.self) { try options.scenario(document) }
        #expect(failure?.option == bad.option)
        #expect(failure?.value == bad.value)
    }

    @Test func `Redundancy 0 sends primaries only`() throws {
        var options = ScenarioOptions()
        options.redundancy = 0
        let scenario = try options.scenario(document)
        #expect(scenario.caller.t38.errorCorrections == [.none])
    }
}
