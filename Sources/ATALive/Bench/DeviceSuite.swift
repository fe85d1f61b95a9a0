import ATADrivers
import FaxCore
import Regression

/// What devices under test are put through: every value of every setting, with every document, over every network, both ways.
public struct DeviceSuite: Sendable {
    public struct Device: Sendable {
        public enum Kind: Sendable {
            case emulated(EmulatedModel, EmulatedFaults)
            case real(Real)
        }

        /// A device on the network, and how the fax machine behind it is driven.
        public struct Real: Sendable {
            public var url: String
            public var login: String
            public var passwordFile: String?
            public var family: ATAFamily?
            public var line: Int
            /// User part of its line.
            public var number: String
            /// Address of this machine that it reaches.
            public var listen: IPAddress
            /// Program and arguments that send a fax through its port; `{file}` and `{number}` are filled in. Empty: its machine
            /// cannot be made to send.
            public var send: [String]
        }

        public var name: String
        public var kind: Kind
        public var line: Int {
            if case .real(let real) = kind { real.line } else { 1 }
        }
    }

    /// One thing that is varied.
    public struct Factor: Sendable, Hashable {
        public var setting: ATASetting
        public var values: [String]
    }

    public enum Direction: String, Sendable, Hashable, CaseIterable {
        /// The fax machine behind the device sends.
        case send
        case receive
    }

    /// Some of the cells; what is empty is any.
    public struct Selection: Sendable {
        public var devices: [String] = []
        public var impairments: [String] = []
        public var documents: [String] = []
        public var directions: [Direction] = []
        public var settings: [Factor] = []

        func contains(_ cell: Cell) -> Bool {
            (devices.isEmpty || devices.contains(cell.device))
                && (impairments.isEmpty || impairments.contains(cell.impairment))
                && (documents.isEmpty || documents.contains(cell.document))
                && (directions.isEmpty || directions.contains(cell.direction))
                && settings.allSatisfy { wanted in
                    cell.settings.contains { $0.setting == wanted.setting && wanted.values.contains($0.value) }
                }
        }
    }

    public struct Value: Sendable, Hashable {
        public var setting: ATASetting
        public var value: String
    }

    public struct Cell: Sendable, Hashable {
        public var device: String
        public var settings: [Value]
        public var document: String
        public var impairment: String
        public var direction: Direction

        /// `unit-a/t38.enable=yes/letter/clean/send`
        public var name: String {
            ([device] + settings.map { "\($0.setting.rawValue)=\($0.value)" }
                + [document, impairment, direction.rawValue]).joined(separator: "/")
        }
    }

    public var name: String
    public var devices: [Device] = []
    public var documents: [Suite.Document] = []
    public var impairments: [Suite.Impairment] = []
    public var matrix: [Factor] = []
    /// The same in every cell.
    public var fixed: [Value] = []
    public var directions = Direction.allCases
    public var omitted: [Selection] = []
    /// Cells that are known to fail: it is told when they do not.
    public var expectedFailures: [Selection] = []
    /// A cell that fails is tried so often in all.
    public var tries = 1
    /// From the INVITE on.
    public var timeout = Duration.seconds(120)
    public var seed: UInt64 = 1

    public static let cellLimit = 10_000
    public static let deviceLimit = 64

    init(name: String) { self.name = name }

    /// Cells of one device come together; the settings change as seldom as possible.
    public var cells: [Cell] {
        var cells: [Cell] = []
        for device in devices {
            for settings in combinations {
                for document in documents {
                    for impairment in impairments {
                        for direction in directions {
                            let cell = Cell(
                                device: device.name, settings: settings, document: document.name,
                                impairment: impairment.name, direction: direction)
                            if !omitted.contains(where: { $0.contains(cell) }) { cells.append(cell) }
                        }
                    }
                }
            }
        }
        return cells
    }

    private var combinations: [[Value]] {
        matrix.reduce([[]]) { rows, factor in
            rows.flatMap { row in factor.values.map { row + [Value(setting: factor.setting, value: $0)] } }
        }
    }

    public func isExpectedToFail(_ cell: Cell) -> Bool { expectedFailures.contains { $0.contains(cell) } }
}
