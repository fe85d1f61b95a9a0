import ATADrivers
import ATALive
import ArgumentParser
import FaxEndpoint
import FaxReport

struct ATAAudit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Hold the fax settings of an ATA against what fax needs.",
        discussion: """
            SOURCE is the address of a device (http://…), or a file that it gave: its config.xml or profile (flat-profile), a
            Grandstream's gs_provision file, or the page /admin/voice/advanced of an SPA, saved by a browser. Nothing is
            written to a device unless --apply says so; a backup is made before.

            EXAMPLES
              faxprobe ata audit config.xml                     for T.38, line 1
              faxprobe ata audit page.html --line 2 --goal passthrough
              faxprobe ata audit config.xml --fix profile.xml   writes a profile with what has to be changed
              faxprobe ata audit http://192.0.2.20 --password-file secret
              faxprobe ata audit http://192.0.2.20 --apply      and sets what has to be changed

            EXIT STATUS
              0  nothing that matters is wrong
              1  something is wrong, or cannot be seen although faxes fail by it
              2  wrong usage
              3  the source cannot be read, or something not be written
            """)

    static let sizeLimit = 8 << 20

    @Argument(help: ArgumentHelp("A device's address, or what it gave.", valueName: "source")) var source: String
    @OptionGroup var login: ATALoginArguments
    @Option(help: "From 1 on.") var line = 1
    @Option(help: ArgumentHelp("t38 or passthrough.", valueName: "goal")) var goal = FaxAudit.Goal.t38
    @Option(help: ArgumentHelp("Write a profile that mends what is wrong.", valueName: "file")) var fix: String?
    @Flag(help: "Set on the device what has to be changed, after a backup.") var apply = false
    @Option(help: ATASet.backupHelp) var backup: String?
    @Flag(help: "Write JSON.") var json = false

    func validate() throws {
        guard (1...SettingDialect.lineLimit).contains(line) else {
            throw ValidationError("--line wants a number from 1 to \(SettingDialect.lineLimit).")
        }
        guard isDevice || !apply else { throw ValidationError("--apply wants the address of a device.") }
    }

    private var isDevice: Bool { source.hasPrefix("http://") || source.hasPrefix("https://") }

    func run() throws {
        if isDevice { return try login.run(source) { try await auditDevice() } }
        do {
            let saved = try SavedSettings(try FileOctets.read(source, limit: Self.sizeLimit), family: login.family)
            guard saved.lines.contains(line) else {
                throw ValidationError("the file has nothing of line \(line); it has \(saved.lines).")
            }
            let view = SettingView(saved.configuration, dialect: saved.dialect, line: line)
            let audit = FaxAudit(view, goal: goal)
            tell(audit)
            if let fix { try write(audit.changes(view), family: saved.dialect.family, to: fix) }
            if !audit.isGood || !audit.wrong.isEmpty { throw ExitCode(1) }
        } catch let error as ValidationError {
            throw error
        } catch let error as ExitCode {
            throw error
        } catch {
            Console.complain("faxprobe: \(TerminalText.harmless(source)): \(error)")
            throw ExitCode(3)
        }
    }

    private func auditDevice() async throws {
        let device = try await login.device(source)
        let old = try await ATABackup.take(of: device.driver)
        let view = try device.view(old.configuration, line: line)
        var audit = FaxAudit(view, goal: goal)
        let changes = audit.changes(view)
        if apply, !changes.entries.isEmpty {
            try ATASet.keep(old, backup)
            try await device.write(changes.entries, old: old.configuration)
            let now = try await device.driver.readConfiguration()
            audit = FaxAudit(try device.view(now, line: line), goal: goal)
        }
        tell(audit)
        if let fix { try write(changes, family: device.driver.family, to: fix) }
        if !apply, !changes.entries.isEmpty, !json {
            Console.complain("Nothing was changed. --apply sets these \(changes.entries.count) on the device.")
        }
        if !audit.isGood || !audit.wrong.isEmpty { throw ExitCode(1) }
    }

    private func tell(_ audit: FaxAudit) {
        let output = StandardOutput(flushesEachTime: false)
        if json {
            output.write(JSONWriter.text(audit.document, style: .indented) + "\n")
        } else {
            output.write(AuditText(usesColour: Console.usesColour).text(audit))
        }
        output.flush()
    }

    private func write(
        _ changes: (entries: [ATAConfiguration.Entry], refusals: [SettingView.Refusal]), family: ATAFamily,
        to path: String
    ) throws {
        for refusal in changes.refusals { Console.complain("faxprobe: \(refusal)") }
        let configuration = ATAConfiguration(changes.entries)
        let octets =
            family == .grandstream
            ? GrandstreamProfile.write(configuration, macAddress: nil) : FlatProfile.write(configuration)
        try FileOctets.write(octets, to: path)
    }
}
