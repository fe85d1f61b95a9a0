import ATADrivers

/// What is wrong with an emulated device. Any combination may be on.
public struct EmulatedFaults: Sendable, Hashable {
    /// Restarts by itself, so often.
    public var rebootLoop: Duration?
    /// Before each page.
    public var slowWeb = Duration.zero
    /// The password of its web server, in the place of the one from the factory.
    public var password: String?
    /// Settings that its firmware takes and forgets.
    public var ignores: [ATASetting] = []
    /// Of what is posted, the first half is taken.
    public var takesHalf = false
    /// Closes the connection in the middle of each page.
    public var cutsPages = false
    /// Is never back from a restart.
    public var staysAway = false
    /// The receiver lies beside the telephone.
    public var offHook = false
    /// Never registers.
    public var noRegistration = false
    /// Agrees to T.38 and sends none.
    public var t38Silent = false
    /// Agrees to redundancy and sends none.
    public var t38NoCopies = false
    /// Sends its copies of earlier packets empty.
    public var t38EmptyCopies = false
    /// Decibels that its line is louder.
    public var level = 0.0

    public init() {}

    public struct Unknown: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    public static let names = [
        "reboot-loop=SECONDS", "slow-web=SECONDS", "password=TEXT", "ignores=SETTING", "half-form", "cut-page",
        "no-return", "off-hook", "no-registration", "t38-silent", "t38-no-copies", "t38-empty-copies", "level=DB",
    ]

    /// Adds one by its name.
    public mutating func add(_ text: String) throws(Unknown) {
        let sign = text.firstIndex(of: "=")
        let name = sign.map { String(text[..<$0]) } ?? text
        let value = sign.map { String(text[text.index(after: $0)...]) }
        switch (name, value) {
        case ("half-form", nil): takesHalf = true
        case ("cut-page", nil): cutsPages = true
        case ("no-return", nil): staysAway = true
        case ("off-hook", nil): offHook = true
        case ("no-registration", nil): noRegistration = true
        case ("t38-silent", nil): t38Silent = true
        case ("t38-no-copies", nil): t38NoCopies = true
        case ("t38-empty-copies", nil): t38EmptyCopies = true
        case ("password", .some(let value)) where !value.isEmpty && value.utf8.count <= 64: password = value
        case ("ignores", .some(let value)):
            guard let setting = ATASetting(rawValue: value) else { throw Self.unknown(text) }
            ignores.append(setting)
        case ("reboot-loop", .some(let value)): rebootLoop = try Self.seconds(value, 1...3_600, text)
        case ("slow-web", .some(let value)): slowWeb = try Self.seconds(value, 0...60, text)
        case ("level", .some(let value)):
            guard let number = Double(value), (-40...20).contains(number) else { throw Self.unknown(text) }
            level = number
        default: throw Self.unknown(text)
        }
    }

    private static func seconds(
        _ value: String, _ range: ClosedRange<Double>, _ text: String
    ) throws(Unknown) -> Duration {
        guard let number = Double(value), range.contains(number) else { throw unknown(text) }
        return .seconds(number)
    }

    private static func unknown(_ text: String) -> Unknown {
        Unknown(description: "no fault '\(text)'; known are \(names.joined(separator: ", "))")
    }
}
