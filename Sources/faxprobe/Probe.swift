import ArgumentParser
import FaxCore
import FaxEndpoint
import FaxProtocol
import FaxReport
import Foundation

struct Probe: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Check a SIP target for fax, step by step, with a verdict.",
        discussion: """
            Calls the target like a fax machine, several times, and prints a checklist: reachable, OPTIONS, registration, how
            the call is answered, what is heard, who switches to T.38 and to what, what is really sent, sample faxes at each
            rate with and without ECM over T.38 and G.711, 20 pages, address translation, DTMF, session refresh. The first
            call shows what the other side does by itself; each further one costs a call too, and test pages come out there.

            Before anything is dialled the plan is shown. A target outside of this machine and private networks wants --yes.

            CHECKS
              name reach options register answer tone switch t38-terms t38-use fax-t38 fax-g711 long nat dtmf refresh

            EXAMPLES
              faxprobe probe sip:5551234@192.168.1.20
              faxprobe probe sip:5551234@192.168.1.20 --quick --html report.html
              faxprobe probe sip:5551234@pbx.example.com --yes --register sip:pbx.example.com --user 200 --record probe.pcapng
              faxprobe probe sip:192.168.1.20 --only reach,options
              faxprobe probe --receive --listen 0.0.0.0:5060 --dir inbox --timeout 600

            EXIT STATUS
              0  no check failed
              1  at least one did, or it was stopped
              2  wrong usage, or the plan wants --yes
              3  there is no port, or a file cannot be written
            """)

    @Argument(help: ArgumentHelp("Whom to probe.", valueName: "uri")) var uri: String?
    @Flag(help: "Wait for one call with a fax, and look into the caller.") var receive = false
    @Option(help: ArgumentHelp("With --receive: where the fax is kept.", valueName: "folder")) var dir = "."
    @Flag(help: "One call, or two, instead of a sample fax of each kind.") var quick = false
    @Option(help: ArgumentHelp("Only these checks, with commas between.", valueName: "checks")) var only: String?
    @Option(help: ArgumentHelp("Without these.", valueName: "checks")) var skip: String?
    @Option(help: ArgumentHelp("Write the report for a browser.", valueName: "file")) var html: String?
    @Flag(help: "Go ahead with the plan, wherever it calls.") var yes = false
    @Option(help: ArgumentHelp("Our address for SIP; port 0 is any free one.", valueName: "address:port"))
    var listen: String?
    @Option(
        help: ArgumentHelp(
            "Where everything goes instead of where the URI says; tcp: or tls: before it, or a SIP URI.",
            valueName: "host:port"))
    var proxy: String?
    @OptionGroup(title: "Cost of calls outside") var costs: CostArguments
    @OptionGroup(title: "Calls") var endpoint: EndpointArguments

    func validate() throws {
        if let listen, EndpointText.endpoint(listen, port: 5_060) == nil {
            throw ValidationError("--listen wants an IP address and a port, such as 127.0.0.1:5060.")
        }
        if let problem = proxy.flatMap({ SIPTarget.proxyProblem($0) }) { throw ValidationError("--proxy: \(problem).") }
        guard (uri == nil) == receive else { throw ValidationError("Name whom to probe, or say --receive.") }
        _ = try checks()
    }

    private func checks() throws -> Set<ProbeCheck> {
        var checks = try only.map { try Self.checks($0, of: "--only") } ?? Set(ProbeCheck.allCases)
        if quick { checks.subtract(ProbeCheck.thorough) }
        checks.subtract(try skip.map { try Self.checks($0, of: "--skip") } ?? [])
        if receive { checks.formIntersection(ProbeCheck.ofIncoming) }
        if checks.isEmpty { throw ValidationError("No check is left: look at --only, --skip and --quick.") }
        return checks
    }

    private static func checks(_ text: String, of option: String) throws -> Set<ProbeCheck> {
        let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        return Set(
            try names.map { name in
                guard let check = ProbeCheck(rawValue: name) else {
                    let all = ProbeCheck.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("\(option): '\(name)' is none of \(all).")
                }
                return check
            })
    }

    func run() throws {
        let report: ProbeReport
        do {
            let plan = ProbePlan(
                checks: try checks(), transport: try endpoint.choices().call.plainTransport, profile: try profile())
            report = try uri.map { try call($0, plan) } ?? wait(plan)
            if let html { try Data(ProbePage.text(report).utf8).write(to: URL(filePath: html), options: .atomic) }
        } catch let error as SIPTarget.Failure {
            throw ValidationError("\(error)")
        } catch let error as ValidationError {
            throw error
        } catch {
            Console.complain("faxprobe: \(error)")
            throw ExitCode(3)
        }
        let output = StandardOutput(flushesEachTime: true)
        output.write(
            endpoint.json
                ? ProbeDocument.text(report) : ProbeText(report, usesColour: Console.usesColour).text)
        output.flush()
        if !report.isClean { throw ExitCode(1) }
    }

    private func profile() throws -> FaxProfile {
        try endpoint.settings(listen: Endpoint(IPAddress(v4: 0), 0)).fax
    }

    private func call(_ uri: String, _ plan: ProbePlan) throws -> ProbeReport {
        let target = try ProbeTarget(uri, proxy: proxy)
        return try probe(plan, at: target, isConfirmed: try confirm(plan, at: target))
    }

    private func wait(_ plan: ProbePlan) throws -> ProbeReport {
        let place = listen.flatMap { EndpointText.endpoint($0, port: 5_060) }
        var settings = try endpoint.settings(listen: place ?? Endpoint(IPAddress(v4: 0x7F00_0001), 5_060))
        settings.answering = Answering(folder: try ReceptionFolder(path: dir))
        return try watched { run in
            var run = run
            run.onListening = { Console.complain("faxprobe: waiting for a call to \($0)") }
            return try run.receive(plan, settings)
        }
    }

    /// - Parameter isConfirmed: limits that the user did not name make room for the plan.
    private func probe(_ plan: ProbePlan, at target: ProbeTarget, isConfirmed: Bool) throws -> ProbeReport {
        var settings = try endpoint.settings(endpoint.choices(), ports: ports(towards: target))
        settings.costs = costs.limits
        if isConfirmed {
            settings.costs.calls = costs.maxCalls ?? max(settings.costs.calls, plan.calls.count)
            if costs.maxMinutes == nil { settings.costs.time = max(settings.costs.time, plan.estimate * 2) }
        }
        return try watched { try $0.run(plan, at: target, settings) }
    }

    private func ports(towards target: ProbeTarget) -> [SIPPath] {
        let any = target.destination.map { SIPTarget.anyPorts(for: $0) } ?? []
        guard let place = listen.flatMap({ EndpointText.endpoint($0, port: 0) }) else {
            return any.isEmpty ? [SIPPath(.udp, Endpoint(IPAddress(v4: 0), 0))] : any
        }
        return [SIPPath(.udp, place), SIPPath(.tcp, place)] + any.filter { $0.transport == .tls }
    }

    /// With progress, and until it is stopped.
    private func watched(_ body: (ProbeRun) throws -> ProbeReport) throws -> ProbeReport {
        Console.catchSignals(.both)
        let line = Console.errorsAreTerminal ? ProgressLine() : nil
        defer { line?.clear() }
        var run = ProbeRun()
        run.registrar = endpoint.register
        run.shouldStop = { Console.wasStopped }
        run.timeout = endpoint.timeout.map { .seconds($0) }
        run.progress = { line?.show($0) }
        return try body(run)
    }

    // MARK: - The plan

    /// Tells the plan, and stands before calls that cost.
    /// - Returns: whether the user said yes to it, by option or at the terminal.
    private func confirm(_ plan: ProbePlan, at target: ProbeTarget) throws -> Bool {
        guard let peer = target.peer, !plan.calls.isEmpty else { return yes }
        let isOutside = !CostGuard(costs.limits).isInside(target.uri, at: peer)
        Console.complain("faxprobe: \(target.uri) at \(peer)\(isOutside ? ", outside" : ""): \(plan.text)")
        guard let reason = objection(to: plan, isOutside: isOutside), !yes else { return yes }
        guard Console.inputIsTerminal, Console.errorsAreTerminal else {
            throw ValidationError("\(reason). Say --yes to go ahead, or --quick or --only for fewer calls.")
        }
        FileHandle.standardError.write(Data("\(reason). Go ahead? [y/N] ".utf8))
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            throw ValidationError("Nothing was called.")
        }
        return true
    }

    private func objection(to plan: ProbePlan, isOutside: Bool) -> String? {
        guard isOutside else { return nil }
        let limits = costs.limits
        if plan.calls.count > limits.calls { return "The plan has more calls than \(limits.calls) (--max-calls)" }
        if plan.estimate > limits.time {
            return "The plan may take longer than \(Int(limits.time.inSeconds / 60)) minutes (--max-minutes)"
        }
        return "The target is outside, where calls may cost"
    }
}
