/// What a modem is told before a call, command for command.
struct ModemSetUp {
    struct Step {
        /// The first one that the modem takes.
        var commands: [String]
        /// A modem that takes none of them is of no use.
        var isNeeded = false

        init(_ commands: String..., isNeeded: Bool = false) {
            self.commands = commands
            self.isNeeded = isNeeded
        }
    }

    enum Next: Equatable {
        case command(String)
        /// Of use to nobody; such as an echo.
        case nothing
        case done
        case failed(String)
    }

    private var steps: [Step]
    private var asked = 0

    init(_ steps: [Step]) { self.steps = steps.filter { !$0.commands.isEmpty } }

    /// What is to be said now.
    var next: Next { steps.first?.commands.first.map { .command($0) } ?? .done }

    mutating func take(_ result: ModemResult) -> Next {
        guard let step = steps.first, result == .ok || result == .error else { return .nothing }
        asked = 0
        if result == .error, step.commands.count > 1 {
            steps[0].commands.removeFirst()
        } else if result == .error, step.isNeeded {
            return .failed("the modem does not know \(step.commands.first ?? "")")
        } else {
            steps.removeFirst()
        }
        return next
    }

    /// The modem did not answer in time.
    mutating func expire() -> Next {
        asked += 1
        guard asked < Self.tries, case .command(let command) = next else {
            return .failed(
                "the modem does not answer \(steps.first?.commands.first ?? ""): is \(Self.doubts)?")
        }
        return .command(command)
    }

    private static let tries = 3
    private static let doubts = "it on, is this its device, and do speed and flow control fit"
}
