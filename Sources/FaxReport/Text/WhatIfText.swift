import FaxCore
import T30Analyzer

/// What would have carried the call, in lines for people.
enum WhatIfText {
    static func lines(_ whatIf: WhatIf) -> [String] {
        whatIf.relays.flatMap(lines) + (whatIf.audio.map { [line($0)] } ?? [])
    }

    private static func lines(_ forecast: RelayForecast) -> [String] {
        let who = forecast.party.map { "T.38 of the \($0.rawValue)" } ?? "T.38 stream \(forecast.stream + 1)"
        let lost = "  \(who), \(forecast.lost) lost, \(forecast.unrepaired) not repaired: "
        var lines = [lost + redundancy(forecast)]
        if let parity = forecast.parity {
            lines.append(
                "    or parity, \(parity.entries) over \(parity.span) packets each, in datagrams of up to "
                    + "\(parity.largestDatagram) octets" + limit(parity.fits, forecast.maximumDatagram))
        }
        return lines
    }

    private static func redundancy(_ forecast: RelayForecast) -> String {
        guard let depths = forecast.depths, let largest = forecast.largestDatagram else {
            return "more packets in a row than copies can make good"
        }
        let sizes = "datagrams of up to \(largest) octets" + limit(forecast.fits, forecast.maximumDatagram)
        return "earlier packets must go along, \(depths.indicator) with indicators, \(depths.v21) with V.21, "
            + "\(depths.image) with page data, in \(sizes)"
    }

    private static func limit(_ fits: Bool?, _ maximum: Int?) -> String {
        guard let fits, let maximum else { return "" }
        return fits ? "" : ", more than the T38FaxMaxDatagram of \(maximum)"
    }

    private static func line(_ forecast: AudioForecast) -> String {
        let clocks = forecast.isRelative ? "the parties' clocks differ by" : "one clock differs from the capture's by"
        let skew = Decimals.text(abs(forecast.skewPPM), digits: 1) ?? "?"
        let width = Decimals.text(forecast.uncertaintyPPM, digits: 1) ?? "?"
        var text = "  audio: \(clocks) \(skew) ± \(width) ppm"
        if let period = forecast.slipPeriod {
            text +=
                ", a fixed buffer slips every \(Clock.seconds(period, digits: 0)) s"
                + " (\(forecast.slipsExpected) in this fax)"
        }
        return text + "; longest stretch without a slip \(Clock.seconds(forecast.longestWithoutSlip)) s"
    }
}
