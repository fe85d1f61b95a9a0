import ATADrivers
import ArgumentParser
import FaxEndpoint
import FaxReport

struct ATA: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ata", abstract: "Look after analogue telephone adapters.", subcommands: [ATAAudit.self])
}

struct ATAAudit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Hold the fax settings of an ATA against what fax needs.",
        discussion: """
            FILE is what the device gave: its config.xml or profile (flat-profile), a Grandstream's gs_provision file, or
            the page /admin/voice/advanced of an SPA, saved by a browser.

            EXAMPLES
              faxprobe ata audit config.xml                     for T.38, line 1
              faxprobe ata audit page.html --line 2 --goal passthrough
              faxprobe ata audit config.xml --fix profile.xml   writes a profile with what has to be changed

            EXIT STATUS
              0  nothing that matters is wrong
              1  something is wrong, or cannot be seen although faxes fail by it
              2  wrong usage
              3  the file cannot be read, or the profile not be written
            """)

    static let sizeLimit = 8 << 20

    @Argument(help: ArgumentHelp("What the device gave.", valueName: "file")) var file: String
    @Option(help: "From 1 on.") var line = 1
    @Option(help: ArgumentHelp("t38 or passthrough.", valueName: "goal")) var goal = FaxAudit.Goal.t38
    @Option(
        help: ArgumentHelp("spaPages (SPA2102 and kin), spaXML (SPA112, ATA19x) or grandstream.", valueName: "family"))
    var family: ATAFamily?
    @Option(help: ArgumentHelp("Write a profile that mends what is wrong.", valueName: "file")) var fix: String?
    @Flag(help: "Write JSON.") var json = false

    func validate() throws {
        guard (1...SettingDialect.lineLimit).contains(line) else {
            throw ValidationError("--line wants a number from 1 to \(SettingDialect.lineLimit).")
        }
    }

    func run() throws {
        do {
            let saved = try SavedSettings(try FileOctets.read(file, limit: Self.sizeLimit), family: family)
            guard saved.lines.contains(line) else {
                throw ValidationError("the file has nothing of line \(line); it has \(saved.lines).")
            }
            let view = SettingView(saved.configuration, dialect: saved.dialect, line: line)
            let audit = FaxAudit(view, goal: goal)
            tell(audit)
            if let fix { try write(audit.changes(view), of: saved, to: fix) }
            if !audit.isGood || !audit.wrong.isEmpty { throw ExitCode(1) }
        } catch let error as ValidationError {
            throw error
        } catch let error as ExitCode {
            throw error
        } catch {
            Console.complain("faxprobe: \(TerminalText.harmless(file)): \(error)")
            throw ExitCode(3)
        }
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
        _ changes: (entries: [ATAConfiguration.Entry], refusals: [SettingView.Refusal]), of saved: SavedSettings,
        to path: String
    ) throws {
        for refusal in changes.refusals { Console.complain("faxprobe: \(refusal)") }
        let configuration = ATAConfiguration(changes.entries)
        let octets =
            saved.form == .grandstream
            ? GrandstreamProfile.write(configuration, macAddress: nil) : FlatProfile.write(configuration)
        try FileOctets.write(octets, to: path)
    }
}

extension FaxAudit.Goal: ExpressibleByArgument {}
extension ATAFamily: ExpressibleByArgument {}
