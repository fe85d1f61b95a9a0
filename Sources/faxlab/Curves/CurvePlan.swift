import Regression
import Simulator

/// What carries the fax of a curve.
enum CurveCarriage: CaseIterable {
    case redundancy3, redundancy1, redundancy0, g711

    var name: String {
        switch self {
        case .redundancy3: "T.38, redundancy 3"
        case .redundancy1: "T.38, redundancy 1"
        case .redundancy0: "T.38, primaries only"
        case .g711: "G.711, last packet repeated"
        }
    }

    /// Secondaries in each packet; `nil`: there are none in audio.
    var redundancy: Int? {
        switch self {
        case .redundancy3: 3
        case .redundancy1: 1
        case .redundancy0: 0
        case .g711: nil
        }
    }
}

/// A point of a curve: how the fax is carried, and what is lost.
struct CurvePoint {
    var carriage: CurveCarriage
    /// Per cent, as the network's option says it.
    var loss: String
    /// The mean run of lost packets; 1: each is lost by itself.
    var burst: Int

    static let losses = ["0", "0.1", "0.25", "0.5", "1", "2", "3", "5", "8", "10"]
    static let bursts = [1, 3]

    static let all: [CurvePoint] = bursts.flatMap { burst in
        CurveCarriage.allCases.flatMap { carriage in
            losses.map { CurvePoint(carriage: carriage, loss: $0, burst: burst) }
        }
    }

    /// All else as `faxprobe simulate` has it.
    func scenario(_ document: SimulatedDocument) throws -> CallScenario {
        var options = ScenarioOptions()
        options.transport = carriage == .g711 ? .g711 : .t38
        options.redundancy = carriage.redundancy
        if carriage == .g711 { options.concealment = "repeat" }
        options.network = [.init("loss", loss + "%")]
        if burst > 1 { options.network.append(.init("burst", "\(burst)")) }
        return try options.scenario(document)
    }

    var lossShare: Double { (Double(loss) ?? 0) / 100 }

    /// The chance that a packet and all that repeats it are lost: the first one is, and each of the following is lost with
    /// the loss itself, or, inside a Gilbert burst of mean length B, with 1 − 1/B.
    var unrepairedShare: Double {
        let next = burst > 1 ? max(1 - 1 / Double(burst), lossShare) : lossShare
        return (0..<(carriage.redundancy ?? 0)).reduce(lossShare) { share, _ in share * next }
    }
}
