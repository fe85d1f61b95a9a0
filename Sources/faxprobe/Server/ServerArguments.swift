import ArgumentParser
import FaxEndpoint
import FaxProtocol
import FaxReport
import Foundation
import ServerDrivers

/// Which server is spoken to, and as whom.
struct ServerArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Such as hylafax://fax@192.0.2.1:4559 or asterisk-spool:///var/spool/asterisk/outgoing.",
            valueName: "server"))
    var server: String
    @Option(
        help: ArgumentHelp(
            "First line: the password at the server. Without it: FAXPROBE_SERVER_PASSWORD.", valueName: "file"))
    var serverPasswordFile: String?
    @Option(
        help: ArgumentHelp("First line: the password for administrative privileges (HylaFAX).", valueName: "file"))
    var serverAdminFile: String?
    @Option(
        help: ArgumentHelp(
            "What Asterisk or FreeSWITCH dials, such as PJSIP/{number}@trunk or sofia/gateway/trunk/{number}.",
            valueName: "text"))
    var dial: String?
    @Option(
        help: ArgumentHelp(
            "A folder that Asterisk or FreeSWITCH reads documents from and writes faxes to.", valueName: "folder"))
    var share: String?
    @Option(help: ArgumentHelp("The same folder as the server names it.", valueName: "folder")) var shareAs: String?
    @Option(
        help: ArgumentHelp(
            "Where gofaxserver's webhooks come: ends of jobs, and received faxes.", valueName: "address:port"))
    var webhook: String?

    func validate() throws {
        do {
            _ = try ServerAddress(server)
        } catch {
            throw ValidationError("\(error)")
        }
        if let dial, !dial.contains("{number}") { throw ValidationError("--dial wants {number} in it.") }
        if let webhook, EndpointText.endpoint(webhook, port: 0) == nil {
            throw ValidationError("--webhook wants an IP address and a port, such as 192.0.2.1:8081.")
        }
        if shareAs != nil, share == nil { throw ValidationError("--share-as goes with --share.") }
    }

    /// What is wanted of who sends.
    func validateSending() throws {
        let address = try? ServerAddress(server)
        if dial == nil, let kind = address?.kind, kind.wantsDial {
            throw ValidationError("--dial wants to be given for \(kind.rawValue).")
        }
    }

    /// Makes drivers; reads passwords now.
    func driver() throws -> @Sendable () -> any FaxServerDriver {
        let address = try ServerAddress(server)
        let environment = ProcessInfo.processInfo.environment
        let password =
            try serverPasswordFile.map { try PasswordSource.file($0).read(environment) }
            ?? environment["FAXPROBE_SERVER_PASSWORD"]
        let admin = try serverAdminFile.map { try PasswordSource.file($0).read(environment) }
        switch address.kind {
        case .hylafax:
            let login = HylaFAXDriver.Login(user: address.user ?? "fax", password: password, admin: admin)
            return { HylaFAXDriver(address, login) }
        case .gofaxserver:
            let hook = try webhook.flatMap { EndpointText.endpoint($0, port: 0) }.map { try GoFaxServerHook($0) }
            let user = address.user ?? "admin"
            let http = try GoFaxServerDriver.http(address, user: user, password: password)
            return { GoFaxServerDriver(http, hook: hook) }
        case .ictcore:
            let http = try ICTCoreDriver.http(address)
            return { ICTCoreDriver(http, path: address.path, user: address.user ?? "admin", password: password) }
        case .asteriskSpool:
            let setting = CallFileDriver.Setting(spool: address.path, dial: dial ?? "", share: sharedFolder)
            return { CallFileDriver(setting) }
        case .asterisk:
            let setting: ManagerDriver<AsteriskSession>.Setting = try manager(address, password)
            return { ManagerDriver<AsteriskSession>(address, setting) }
        case .freeswitch:
            let setting: ManagerDriver<FreeSwitchSession>.Setting = try manager(address, password)
            return { ManagerDriver<FreeSwitchSession>(address, setting) }
        }
    }
}

extension ServerArguments {
    fileprivate func manager<Session: ManagerSession>(
        _ address: ServerAddress, _ password: String?
    ) throws -> ManagerDriver<Session>.Setting {
        guard let password else {
            throw ServerFailure.unsupported(
                "\(address.kind.rawValue) wants a password: --server-password-file, or FAXPROBE_SERVER_PASSWORD")
        }
        return .init(user: address.user ?? "admin", password: password, dial: dial ?? "", share: sharedFolder)
    }

    fileprivate var sharedFolder: ServerShare {
        ServerShare(here: share ?? FileManager.default.temporaryDirectory.path, there: shareAs)
    }
}

/// What the subcommands do alike: complaints and exit statuses.
enum ServerConsole {
    static func complaining<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as ValidationError {
            throw error
        } catch let error as ExitCode {
            throw error
        } catch let error as SIPTarget.Failure where error.isUsage {
            throw ValidationError("\(error)")
        } catch {
            Console.complain("faxprobe: \(TerminalText.harmless("\(error)", limit: 400))")
            throw ExitCode(EndpointRun.Status.couldNotRun.rawValue)
        }
    }

    /// With the callbacks of this terminal.
    static func check(
        _ driver: @escaping @Sendable () -> any FaxServerDriver, json: Bool, timeout: Double?
    ) -> (check: ServerCheck, output: StandardOutput) {
        Console.catchSignals(.both)
        let output = StandardOutput(flushesEachTime: true)
        var check = ServerCheck(driver)
        if let timeout { check.patience.all = .seconds(timeout) }
        check.shouldStop = { Console.wasStopped }
        check.onEvent = { event in
            if let line = json ? EventDocument.line(event) : EventText.line(event) { output.write(line) }
        }
        check.onServer = { event in
            if let line = json ? ServerReport.line(event) : ServerReport.text(event) { output.write(line) }
        }
        check.onReception = { output.write(json ? ServerReport.line($0) : ServerReport.text($0)) }
        return (check, output)
    }

    static func end(_ outcome: ServerCheck.Outcome, json: Bool, _ output: StandardOutput) throws {
        output.write(json ? outcome.line : outcome.text)
        output.flush()
        if outcome.facts.isConfirmed { return }
        // Without a server or a login nothing was tried.
        let status: EndpointRun.Status = outcome.couldNotBegin ? .couldNotRun : .failed
        throw ExitCode(status.rawValue)
    }
}
