import FaxCore
import T30Analyzer

/// What would have carried the call: error correction for its own losses, and how long its audio goes without a slip.
extension AnalysisDocument {
    /// `null` where nothing was lost and no clock was measured.
    func whatIf(_ whatIf: WhatIf) -> JSONValue {
        if whatIf.isEmpty { return .null }
        return .object([
            .init("relays", .array(whatIf.relays.map(relay))), .init("audio", whatIf.audio.map(audio) ?? .null),
        ])
    }

    private func relay(_ forecast: RelayForecast) -> JSONValue {
        .object([
            .init("stream", .integer(forecast.stream)), .init("direction", .optional(forecast.party?.rawValue)),
            .init("lost", .integer(forecast.lost)), .init("unrepaired", .integer(forecast.unrepaired)),
            .init("depth_used", .optional(forecast.depthUsed)),
            .init("gilbert", forecast.fit.map(gilbert) ?? .null),
            .init("depth_needed", .optional(forecast.depth)),
            .init("depths_needed", forecast.depths.map(depths) ?? .null),
            .init("largest_datagram", .optional(forecast.largestDatagram)),
            .init("maximum_datagram", .optional(forecast.maximumDatagram)),
            .init("fits", .optional(forecast.fits)),
            .init("trials", .array(forecast.trials.map(trial))),
            .init("fec", forecast.parity.map(parity) ?? .null),
            .init("truncated", .bool(forecast.isCut)),
        ])
    }

    private func gilbert(_ fit: GilbertFit) -> JSONValue {
        .object([.init("p", .measure(fit.p, digits: 6)), .init("r", .measure(fit.r, digits: 4))])
    }

    private func depths(_ depths: RelayForecast.Depths) -> JSONValue {
        .object([
            .init("indicator", .integer(depths.indicator)), .init("v21", .integer(depths.v21)),
            .init("image", .integer(depths.image)),
        ])
    }

    private func trial(_ trial: RelayForecast.Trial) -> JSONValue {
        .object([
            .init("depth", .integer(trial.depth)), .init("unrepaired", .integer(trial.unrepaired)),
            .init("largest_datagram", .integer(trial.largestDatagram)),
        ])
    }

    private func parity(_ parity: RelayForecast.Parity) -> JSONValue {
        .object([
            .init("span", .integer(parity.span)), .init("entries", .integer(parity.entries)),
            .init("largest_datagram", .integer(parity.largestDatagram)), .init("fits", .optional(parity.fits)),
        ])
    }

    private func audio(_ forecast: AudioForecast) -> JSONValue {
        .object([
            .init("skew_ppm", .measure(forecast.skewPPM, digits: 2)),
            .init("skew_uncertainty_ppm", .measure(forecast.uncertaintyPPM, digits: 2)),
            .init("between_parties", .bool(forecast.isRelative)),
            .init("packet_ms", .milliseconds(forecast.packetTime)),
            .init("slip_period_s", .seconds(forecast.slipPeriod)),
            .init("slips_expected", .integer(forecast.slipsExpected)),
            .init("slips_heard", .integer(forecast.slipsHeard)),
            .init("longest_without_slip_s", .seconds(forecast.longestWithoutSlip)),
        ])
    }
}
