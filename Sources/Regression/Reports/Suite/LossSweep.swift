import Simulator

/// Which impairments of a suite differ in random loss alone, and so make a curve.
struct LossSweep {
    /// What the network does beside losing; how it loses (in bursts, by time).
    private struct Place {
        var percent: Double
        var others: String
        var manner: String
    }

    private var places: [String: Place] = [:]
    /// Manners of loss by what else the network does, in the order of the suite.
    private var manners: [String: [String]] = [:]

    init(_ impairments: [Suite.Impairment]) {
        for impairment in impairments {
            guard let place = Self.place(impairment) else { continue }
            places[impairment.name] = place
            if place.percent > 0, manners[place.others]?.contains(place.manner) != true {
                manners[place.others, default: []].append(place.manner)
            }
        }
    }

    /// A network without loss is the start of each curve that leads away from it.
    func sweeps(of impairment: String) -> [RegressionReport.Sweep] {
        guard let place = places[impairment] else { return [] }
        let own = place.percent > 0 ? [place.manner] : manners[place.others] ?? []
        return own.map { manner in
            let words = [manner, place.others].filter { !$0.isEmpty }
            return RegressionReport.Sweep(lossPercent: place.percent, others: words.joined(separator: ", "))
        }
    }

    /// `nil`: its loss is no percentage.
    private static func place(_ impairment: Suite.Impairment) -> Place? {
        var place = Place(percent: 0, others: "", manner: "")
        var (others, manner): ([String], [String]) = ([], [])
        for option in impairment.network {
            switch option.name {
            case "loss":
                guard option.value.hasSuffix("%"), let percent = Double(option.value.dropLast()) else { return nil }
                place.percent = percent
            case "burst", "loss-slot": manner.append("\(option.name) \(option.value)")
            // What a network has unless told otherwise.
            case "delay" where option.value == "60ms": break
            default: others.append("\(option.name) \(option.value)")
            }
        }
        if impairment.direction != .both { others.append(impairment.direction.rawValue) }
        place.others = others.joined(separator: ", ")
        place.manner = manner.joined(separator: ", ")
        return place
    }
}
