import FaxCore
import FaxDSP
import FaxProtocol
import FaxReport

extension DryRunPlan {
    /// The faxes of a list, or one, as far as an earlier run has left them.
    /// - Parameter now: since the Unix epoch.
    /// - Throws: what a document, a name or the memory of a policy has to be complained of.
    public mutating func add(
        _ jobs: [FaxJob], _ settings: JobSettings, _ records: [String: JobRecord], isList: Bool, now: Instant
    ) throws {
        let memory = try settings.memory?.look() ?? PolicyMemory()
        var documents: [[String]: JSONValue] = [:]
        var plans: [JSONValue] = []
        for job in jobs {
            let record = records[job.key] ?? JobRecord()
            plans.append(try plan(job, settings, record, memory, &documents, now))
        }
        add("concurrency", .integer(settings.concurrency))
        add("calls_per_minute", .measure(settings.choices.callsPerMinute, digits: 1))
        add(isList ? "jobs" : "fax", .array(plans))
    }

    private func plan(
        _ job: FaxJob, _ settings: JobSettings, _ record: JobRecord, _ memory: PolicyMemory,
        _ documents: inout [[String]: JSONValue], _ now: Instant
    ) throws -> JSONValue {
        let choices = settings.choices(of: job)
        var members: [JSONValue.Member] = [
            .init("job", .string(job.label)), .init("destination", .string(job.destination)),
            .init("state", .string(Self.state(record, settings))),
        ]
        guard record.state != .confirmed else { return .object(members) }
        let destination = try SIPTarget.destination(job.destination, proxy: settings.proxy)
        let pair = NumberPair(ours: settings.ours, theirs: job.destination)
        let decision = choices.fullPolicy?.decide(pair, memory: memory, earlier: record.trials, now: now)
        members += [
            .init("address", .string(destination.path.text)),
            .init("transport", .string((decision?.transport ?? choices.plainTransport).rawValue)),
            .init("policy", decision?.document ?? .null),
            .init("rule", .optional(settings.destinations.first { $0.fits(job.destination) }?.pattern)),
            .init("fax", Self.document(settings.profile(choices))),
            .init("tries", .integer(settings.rules(choices).tries)), .init("tries_made", .integer(record.tries)),
            .init("not_before", .optional(job.notBefore.map { UTCDate.text($0) })),
            .init("pages_confirmed", .integer(record.confirmed)),
        ]
        let pages = try documents[job.files] ?? Self.pages(job.files, settings.form)
        documents[job.files] = pages
        members.append(.init("documents", pages))
        return .object(members)
    }

    private static func state(_ record: JobRecord, _ settings: JobSettings) -> String {
        switch record.state {
        case .open: "would be sent"
        case .confirmed: "confirmed before"
        case .failed(let reason): settings.retriesFailed ? "would be sent again" : "failed before: \(reason)"
        case .unknown: settings.retriesUnknown ? "would be sent again" : "unknown, would not be sent"
        }
    }

    private static func pages(_ files: [String], _ form: PageForm) throws -> JSONValue {
        .array(
            try files.map { file in
                let sizes = try DocumentImport.pages(of: file, as: form).map { "\($0.widthPx) × \($0.heightPx)" }
                return .object([
                    .init("file", .string(file)), .init("pages", .integer(sizes.count)),
                    .init("sizes_px", .array(sizes.map { .string($0) })),
                ])
            })
    }
}
