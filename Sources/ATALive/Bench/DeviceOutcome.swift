import ATADrivers
import FaxCore
import FaxEndpoint
import FaxReport
import FaxStation

/// What came of one cell.
public struct DeviceOutcome: Sendable {
    public enum Kind: String, Sendable, Hashable {
        case passed
        case failed
        /// The call could not be made: the device refused its settings, did not register, or was away.
        case notRun = "not-run"
    }

    public var cell: DeviceSuite.Cell
    public var kind: Kind
    /// Why it did not pass.
    public var reason: String?
    public var carriedBy: FaxCall.Media?
    public var duration: Duration?
    public var rateBps: Int?
    /// A sentence of the diagnosis of the call's record.
    public var verdict: String?
    /// The id of its root cause; `faxprobe explain` tells of it.
    public var cause: String?
    /// What the device itself told while the call ran.
    public var told: ATAStatus.Call?
    public var tries = 1

    init(_ cell: DeviceSuite.Cell, _ kind: Kind, reason: String? = nil) {
        self.cell = cell
        self.kind = kind
        self.reason = reason
    }

    var document: JSONValue {
        .object([
            .init("cell", .string(cell.name)), .init("device", .string(cell.device)),
            .init(
                "settings", .object(cell.settings.map { .init($0.setting.rawValue, .string($0.value)) })),
            .init("document", .string(cell.document)), .init("impairment", .string(cell.impairment)),
            .init("direction", .string(cell.direction.rawValue)), .init("outcome", .string(kind.rawValue)),
            .init("reason", .optional(reason)), .init("carried_by", .optional(carriedBy?.rawValue)),
            .init("duration_s", .seconds(duration)), .init("rate_bps", .optional(rateBps)),
            .init("verdict", .optional(verdict)), .init("cause", .optional(cause)),
            .init("device_says", told?.document ?? .null), .init("tries", .integer(tries)),
        ])
    }
}
