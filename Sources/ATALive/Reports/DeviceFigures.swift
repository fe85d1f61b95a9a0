import ATADrivers
import FaxCore
import FaxReport
import FaxStation

/// What reports of device suites say of a cell, a word or two each.
enum DeviceFigures {
    static func carriage(_ outcome: DeviceOutcome) -> String {
        outcome.carriedBy.map { $0 == .t38 ? "T.38" : "G.711" } ?? ""
    }

    /// `t38.enable=yes audio.packet-time=0.020`; nothing was varied: `as it is`.
    static func settings(_ values: [DeviceSuite.Value]) -> String {
        let words = values.map { "\($0.setting.rawValue)=\($0.value)" }
        return words.isEmpty ? "as it is" : words.joined(separator: " ")
    }

    static func seconds(_ outcome: DeviceOutcome, digits: Int) -> String {
        outcome.duration.flatMap { Decimals.text($0.inSeconds, digits: digits) } ?? ""
    }

    static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
