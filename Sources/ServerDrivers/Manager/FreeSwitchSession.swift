/// FreeSWITCH's event socket: commands, their replies, and events as blocks of fields. A call is placed by `originate` with the
/// application `txfax`; its result is the event `spandsp::txfaxresult`.
public struct FreeSwitchSession: ManagerSession {
    public static let tellsReceptions = false
    public let product: String? = nil
    public private(set) var words = ServerWords()
    public private(set) var pending = "the greeting"
    public let receptions: [ServerReception] = []
    private var reader = HeaderBlockReader(hasBodies: true)
    private var outputs: [ManagerOutput] = []
    private var jobs: [ManagerJob] = []
    /// Job-UUID of `bgapi` and the job.
    private var background: [(number: String, job: String)] = []
    private var stage = Stage.idle
    private var isAsked = false
    public private(set) var failure: ServerFailure?

    private enum Stage: Sendable {
        case idle
        /// `auth/request` is due.
        case greeting(password: String)
        case auth
        case subscription
        case originate(job: String)
        case kill
    }

    private static let events =
        "event plain CHANNEL_CALLSTATE CHANNEL_HANGUP BACKGROUND_JOB CUSTOM spandsp::txfaxnegociateresult "
        + "spandsp::txfaxpageresult spandsp::txfaxresult"

    public init() {}

    public mutating func next() -> ManagerOutput? { outputs.isEmpty ? nil : outputs.removeFirst() }
    public func status(of job: String) -> ServerJobStatus? { jobs.last { $0.name == job }?.status }

    // MARK: - Commands

    public mutating func begin(_ request: ManagerRequest) {
        if let failure { return outputs.append(.failed(failure)) }
        switch request {
        case .login(_, let password):
            stage = .greeting(password: password)
            if isAsked { authorize(password) }
        case .send(let call):
            pending = "originate"
            jobs = jobs.suffix(ManagerJob.limit - 1) + [ManagerJob(call.job)]
            stage = .originate(job: call.job)
            let caller = call.callerNumber.filter { $0.isNumber || $0 == "+" }
            let settings =
                "origination_uuid=\(call.job),ignore_early_media=true,fax_enable_t38=true"
                + (caller.isEmpty ? "" : ",origination_caller_id_number=\(caller)")
            say("bgapi originate {\(settings)}\(call.dial) &txfax(\(call.file))")
        case .hangUp(let job):
            pending = "uuid_kill"
            stage = .kill
            say("api uuid_kill \(job)")
        }
    }

    private mutating func authorize(_ password: String) {
        pending = "the login"
        stage = .auth
        say("auth \(password)", shown: "auth ***")
    }

    private mutating func say(_ text: String, shown: String? = nil) {
        words.said((shown ?? text).oneLine)
        outputs.append(.send(text.oneLine + "\n\n"))
    }

    // MARK: - What comes

    public mutating func closed(_ reason: String) { broken(.lost(during: pending, reason)) }

    private mutating func broken(_ failure: ServerFailure) {
        guard self.failure == nil else { return }
        self.failure = failure
        if case .idle = stage { return }
        fail(failure)
    }

    private mutating func fail(_ failure: ServerFailure) {
        stage = .idle
        outputs.append(.failed(failure))
    }

    public mutating func take(_ octets: [UInt8]) {
        guard failure == nil else { return }
        do throws(ServerFailure) {
            for block in try reader.take(octets) { take(block) }
        } catch {
            broken(error)
        }
    }

    private mutating func take(_ block: HeaderBlock) {
        switch block["Content-Type"] {
        case "auth/request":
            isAsked = true
            if case .greeting(let password) = stage { authorize(password) }
        case "command/reply": reply(block["Reply-Text"] ?? "")
        case "api/response": reply(String(decoding: block.body, as: UTF8.self))
        case "text/event-plain": take(event: Self.event(block.body))
        case "text/disconnect-notice": broken(.lost(during: pending, "the server said goodbye"))
        case "text/rude-rejection":
            broken(
                .refused(step: "the connection", said: String(decoding: block.body, as: UTF8.self).oneLine))
        case nil: broken(.unreadable("a block without a Content-Type: no event socket"))
        default: return
        }
    }

    private mutating func reply(_ text: String) {
        let said = text.oneLine
        words.heard(said)
        let isGood = said.hasPrefix("+OK")
        switch stage {
        case .idle, .greeting: return
        case .auth where isGood:
            stage = .subscription
            say(Self.events)
        case .auth: fail(.loginRefused(user: "the event socket", said: said))
        case .originate(let job) where isGood:
            if let number = said.split(separator: " ").last {
                background = background.suffix(99) + [(String(number), job)]
            }
            stage = .idle
            outputs.append(.finished)
        case .subscription where isGood, .kill where isGood:
            stage = .idle
            outputs.append(.finished)
        case .originate(let job):
            jobs.removeAll { $0.name == job }
            fail(.refused(step: pending, said: said))
        case .subscription, .kill: fail(.refused(step: pending, said: said))
        }
    }

    /// Fields whose values are percent-encoded, and a body of its own.
    private static func event(_ octets: [UInt8]) -> HeaderBlock {
        var block = HeaderBlock()
        let text = String(decoding: octets, as: UTF8.self)
        let parts = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
        for line in (parts.first ?? "").split(separator: "\n").prefix(HeaderBlockReader.fieldLimit) {
            block.add(line: String(line))
        }
        for place in block.fields.indices {
            block.fields[place].value = decoded(block.fields[place].value)
        }
        if parts.count > 1 { block.body = Array(parts[1].utf8) }
        return block
    }

    private static func decoded(_ text: String) -> String {
        var octets: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let octet = rest.popFirst() {
            let pair = String(decoding: rest.prefix(2), as: UTF8.self)
            if octet == 0x25, pair.utf8.count == 2, pair.allSatisfy(\.isHexDigit),
                let value = UInt8(pair, radix: 16)
            {
                octets.append(value)
                rest = rest.dropFirst(2)
            } else {
                octets.append(octet)
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }

    private mutating func take(event block: HeaderBlock) {
        if block["Event-Name"] == "BACKGROUND_JOB" { return backgroundEnded(block) }
        guard let id = block["Unique-ID"], let place = jobs.lastIndex(where: { $0.name == id }) else {
            return
        }
        switch (block["Event-Name"], block["Event-Subclass"]) {
        case ("CHANNEL_CALLSTATE", _):
            let state = block["Channel-Call-State"] ?? "unknown"
            words.heard("CHANNEL_CALLSTATE \(state.oneLine)")
            if !jobs[place].status.state.isEnd { jobs[place].status.state = .running }
            jobs[place].status.said = state
        case ("CHANNEL_HANGUP", _):
            let cause = block["Hangup-Cause"] ?? "no cause"
            words.heard("CHANNEL_HANGUP \(cause.oneLine)")
            jobs[place].end("hung up: \(cause)")
        case ("CUSTOM", "spandsp::txfaxpageresult"): count(block, place)
        case ("CUSTOM", "spandsp::txfaxresult"):
            count(block, place)
            let text = block["fax-result-text"] ?? ""
            words.heard("spandsp::txfaxresult fax-success=\(block["fax-success"] ?? "") \(text.oneLine)")
            jobs[place].isSuccess = block["fax-success"] == "1"
            jobs[place].status.reason = text.isEmpty ? nil : text
        default: return
        }
    }

    private mutating func count(_ block: HeaderBlock, _ place: Int) {
        let status = jobs[place].status
        jobs[place].status.pagesSent =
            block["fax-document-transferred-pages"].flatMap { Int($0) } ?? status.pagesSent
        jobs[place].status.pages = block["fax-document-total-pages"].flatMap { Int($0) } ?? status.pages
    }

    /// The call was never placed, or not answered.
    private mutating func backgroundEnded(_ block: HeaderBlock) {
        guard let number = block["Job-UUID"],
            let job = background.last(where: { $0.number == number })?.job,
            let place = jobs.lastIndex(where: { $0.name == job })
        else { return }
        let said = String(decoding: block.body, as: UTF8.self).oneLine
        words.heard("BACKGROUND_JOB \(said)")
        if said.hasPrefix("-ERR") { jobs[place].end("originate: \(said)") }
    }
}
