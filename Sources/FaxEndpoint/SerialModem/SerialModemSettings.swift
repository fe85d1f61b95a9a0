/// How a modem at a serial port is spoken to.
public struct SerialModemSettings: Sendable, Hashable {
    /// `+FCLASS`.
    public enum ServiceClass: String, Sendable, CaseIterable {
        case one = "1"
        case onePointZero = "1.0"
        case two = "2"
        case twoPointZero = "2.0"

        /// The modem does T.30, not we.
        public var doesT30: Bool { self == .two || self == .twoPointZero }
    }

    public enum FlowControl: String, Sendable, CaseIterable {
        case rtscts, xonxoff, none

        /// What tells the modem; Rockwell's and Conexant's modems know it, others may not.
        fileprivate var command: String {
            switch self {
            case .rtscts: "AT&K3"
            case .xonxoff: "AT&K4"
            case .none: "AT&K0"
            }
        }

        /// T.32 8.5.2.10.
        fileprivate var commandOfClassTwo: String {
            switch self {
            case .rtscts: "AT+FLO=2"
            case .xonxoff: "AT+FLO=1"
            case .none: "AT+FLO=0"
            }
        }
    }

    public var serviceClass = ServiceClass.one
    public var flowControl = FlowControl.rtscts
    /// Commands of the user's, behind ours and before `+FCLASS`.
    public var extraCommands: [String] = []
    /// From the dialling to a carrier, in seconds (S7).
    public var patience = 60
    /// Until data goes to a modem that has said CONNECT: some say it too early.
    public var connectDelay = Duration.zero

    public init() {}

    /// In order, and whether it matters when the modem does not know one. One command a line: some modems want those of a
    /// class last.
    var setUp: [ModemSetUp.Step] {
        [
            ModemSetUp.Step("AT&F", isNeeded: true), ModemSetUp.Step("ATE0V1Q0", isNeeded: true),
            ModemSetUp.Step("AT&D2&C1"), ModemSetUp.Step(flowControl.command), ModemSetUp.Step("ATS0=0"),
        ] + extraCommands.map { ModemSetUp.Step($0, isNeeded: true) } + [
            ModemSetUp.Step("ATS7=\(patience)"),
            ModemSetUp.Step("AT+FCLASS=\(serviceClass.rawValue)", isNeeded: true),
        ] + classSteps
    }

    private var classSteps: [ModemSetUp.Step] {
        switch serviceClass {
        case .one, .two: []
        case .onePointZero: [ModemSetUp.Step("AT+FAR=1")]
        case .twoPointZero: [ModemSetUp.Step(flowControl.commandOfClassTwo)]
        }
    }
}
