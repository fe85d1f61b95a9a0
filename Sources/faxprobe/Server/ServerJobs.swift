import ArgumentParser
import FaxEndpoint
import FaxReport
import Foundation
import ServerDrivers

/// Jobs at a server, without our endpoint: what it says is all that is known.
struct ServerSend: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Hand a fax to a server and follow the job to its end.",
        discussion: """
            What the server says is all that is known here; check compares it with what arrives. Ctrl-C ends the job.

            EXAMPLES
              faxprobe server send hylafax://fax@192.0.2.1 page.pdf --number 5551234 --timeout 600 --json
            """)

    @OptionGroup(title: "Server") var server: ServerArguments
    @Argument(help: ArgumentHelp("Documents; all become one fax.", valueName: "file")) var files: [String]
    @Option(help: ArgumentHelp("The number that the server dials.", valueName: "number")) var number: String
    @Option(help: ArgumentHelp("Who sends, where the server asks for it.", valueName: "number"))
    var callerNumber = ""
    @Option(help: ArgumentHelp("Seconds for the job.", valueName: "seconds")) var timeout = 600.0
    @Flag(help: "Write events as JSON, one a line.") var json = false

    func validate() throws {
        try server.validateSending()
        if files.isEmpty { throw ValidationError("A document is wanted.") }
        guard timeout > 0, timeout <= 1e7 else { throw ValidationError("--timeout wants seconds above 0.") }
    }

    func run() throws {
        let (driver, fax) = try ServerConsole.complaining {
            let pages = try files.flatMap { try DocumentImport.pages(of: $0) }
            return (try server.driver(), ServerFax(pages: pages, number: number, callerNumber: callerNumber))
        }
        let (check, output) = ServerConsole.check(driver, json: json, timeout: timeout)
        let told = check.follows(fax)
        output.write(json ? ServerReport.last(told) : ServerReport.lastText(told))
        output.flush()
        guard told.status?.state != .done else { return }
        throw ExitCode((told.isNotBegun ? EndpointRun.Status.couldNotRun : .failed).rawValue)
    }
}

struct ServerStatus: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "What a server says of a job.")

    @OptionGroup(title: "Server") var server: ServerArguments
    @Argument(help: ArgumentHelp("As the server calls it.", valueName: "job")) var job: String
    @Flag(help: "Write JSON.") var json = false

    func run() throws {
        let status = try ServerConsole.complaining {
            let driver = try server.driver()()
            defer { driver.close() }
            try driver.open()
            return try driver.status(of: job)
        }
        let event = ServerEvent.status(status)
        let output = StandardOutput(flushesEachTime: true)
        output.write((json ? ServerReport.line(event) : ServerReport.text(event)) ?? "")
        output.flush()
    }
}

struct ServerCancel: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cancel", abstract: "End a job at a server.")

    @OptionGroup(title: "Server") var server: ServerArguments
    @Argument(help: ArgumentHelp("As the server calls it.", valueName: "job")) var job: String
    @Flag(help: "Write JSON.") var json = false

    func run() throws {
        try ServerConsole.complaining {
            let driver = try server.driver()()
            defer { driver.close() }
            try driver.open()
            try driver.cancel(job)
        }
        let output = StandardOutput(flushesEachTime: true)
        output.write((json ? ServerReport.line(.cancelled) : ServerReport.text(.cancelled)) ?? "")
        output.flush()
    }
}
